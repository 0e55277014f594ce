#include "guest/nesting_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/files.h"

namespace goldsmith::guest {
namespace {

using ::testing::HasSubstr;

class NestingCheckTest : public ::testing::Test {
protected:
    std::string path(const std::string& name) const { return (folder_.path() / name).string(); }

    void write(const std::string& name, const std::vector<std::string>& targets) {
        std::string text = "schemaVersion: 1.0\nphases:\n  - name: build\n    steps:\n";
        for (std::size_t i = 0; i < targets.size(); ++i) {
            text += "      - {name: Run" + std::to_string(i) +
                    ", action: ExecuteDocument, inputs: {document: '" + targets[i] + "'}}\n";
        }
        base::write_file_atomically(path(name), text + (targets.empty() ? "      []\n" : ""));
    }

    std::vector<std::string> problems(const std::string& name) {
        const documents::ComponentRules rules;
        std::vector<std::string> texts;
        for (const auto& problem : nesting_problems(
                 documents::parse_component(base::read_file(path(name)), path(name), rules),
                 rules)) {
            texts.push_back(problem.to_string());
        }
        return texts;
    }

private:
    base::TempDir folder_{"nesting"};
};

TEST_F(NestingCheckTest, FindsCyclesThroughOtherNames) {
    write("a.yml", {path("b.yml")});
    write("b.yml", {path("x/../a.yml"), path("a.yml")});
    base::make_directories(path("x"));
    const auto found = problems("a.yml");
    ASSERT_EQ(found.size(), 2U);
    EXPECT_THAT(found[0], HasSubstr("b.yml:5:"));
    EXPECT_THAT(found[0], HasSubstr("error: Parsing step 'Run0' in phase 'build' failed."));
    EXPECT_THAT(found[0], HasSubstr("runs itself: " + path("a.yml") + " > " + path("b.yml") +
                                    " > " + path("a.yml")));
}

TEST_F(NestingCheckTest, FindsADocumentThatRunsItself) {
    write("a.yml", {path("a.yml")});
    EXPECT_EQ(problems("a.yml").size(), 1U);
}

TEST_F(NestingCheckTest, FindsTooDeepChains) {
    for (int level = 0; level < 5; ++level) {
        write("n" + std::to_string(level) + ".yml",
              {path("n" + std::to_string(level + 1) + ".yml")});
    }
    write("n5.yml", {});
    const auto found = problems("n0.yml");
    ASSERT_EQ(found.size(), 1U);
    EXPECT_THAT(found[0], HasSubstr("n3.yml:5:"));
    EXPECT_THAT(found[0], HasSubstr("nested 3 levels deep must not contain ExecuteDocument"));
    EXPECT_EQ(problems("n2.yml").size(), 0U);
}

TEST_F(NestingCheckTest, SiblingsAndUnknownTargetsAreFine) {
    write("a.yml", {path("b.yml"), path("b.yml"), path("nowhere.yml"), "{{ env:OTHER }}",
                    "s3://b/k", path("broken.yml")});
    write("b.yml", {});
    base::write_file_atomically(path("broken.yml"), "{");
    EXPECT_EQ(problems("a.yml").size(), 0U);
}

}  // namespace
}  // namespace goldsmith::guest
