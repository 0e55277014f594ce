#include "cli/build_file.h"

#include <gtest/gtest.h>

#include "documents/diagnostics.h"

namespace goldsmith::cli {
namespace {

constexpr const char* good_component =
    "schemaVersion: 1.0\nphases:\n  - name: build\n    steps:\n      - name: Hello\n"
    "        action: ExecuteBash\n        inputs: {commands: [echo hi]}\n";

class BuildFileTest : public ::testing::Test {
protected:
    BuildFile load(const std::string& text) {
        base::write_file_atomically(dir_.path() / "build.yaml", text);
        return load_build_file(dir_.path() / "build.yaml");
    }

    /// All errors, without the folder's name.
    std::string errors_of(const std::string& text) {
        try {
            load(text);
        } catch (const documents::DocumentErrors& errors) {
            std::string all = errors.to_string();
            const std::string folder = dir_.path().string() + "/";
            for (std::size_t at; (at = all.find(folder)) != std::string::npos;) {
                all.erase(at, folder.size());
            }
            return all;
        }
        return "no error";
    }

    base::TempDir dir_;
};

TEST_F(BuildFileTest, ReadsTheExampleOfItsFormat) {
    base::write_file_atomically(dir_.path() / "nginx.yaml", good_component);
    const std::string text =
        base::read_file(std::string(GOLDSMITH_SOURCE_DIR) + "/docs/formats/build-file.md");
    const std::size_t begin = text.find("```yaml") + 8;
    const BuildFile file = load(text.substr(begin, text.find("```", begin) - begin));
    EXPECT_EQ(file.name, "web");
    ASSERT_EQ(file.components.size(), 2U);
    EXPECT_EQ(file.components[0].name, "nginx");
    EXPECT_EQ(file.components[0].data, good_component);
    EXPECT_EQ(file.components[1].name, "greeting");
    ASSERT_EQ(file.distributions.size(), 2U);
    EXPECT_EQ(file.distributions[0].tags.at("team"), "web");
}

TEST_F(BuildFileTest, NamesEveryMistakeWithItsPlace) {
    EXPECT_EQ(errors_of("name: web\ncomponentz: []\ntests: maybe\n"),
              "build.yaml:3:8: error: 'tests' is true or false\n"
              "build.yaml:2:1: error: unknown key 'componentz' in a build file. Did you mean "
              "'components'?");
    EXPECT_NE(errors_of("version: 1.0.0\n").find("needs a 'name'"), std::string::npos);
    EXPECT_NE(errors_of("- a\n").find("a build file is a map"), std::string::npos);
    EXPECT_NE(errors_of("name: x\ncomponents: [missing.yaml]\n").find("missing.yaml"),
              std::string::npos);
    EXPECT_NE(errors_of("name: x\ncomponents: [{name: a, data: x, path: y}]\n")
                  .find("either 'path' or 'data'"),
              std::string::npos);
    EXPECT_NE(errors_of("name: x\ndistributions: [{name: a}]\n").find("needs a 'region'"),
              std::string::npos);
}

TEST_F(BuildFileTest, ErrorsOfAComponentCarryTheComponentsPlace) {
    base::write_file_atomically(dir_.path() / "bad.yaml",
                                "schemaVersion: 1.0\nphases:\n  - name: build\n    steps:\n"
                                "      - name: Hello\n        action: ExecuteBsh\n"
                                "        inputs: {commands: [echo hi]}\n");
    const std::string errors = errors_of("name: x\ncomponents: [bad.yaml]\n");
    EXPECT_NE(errors.find("bad.yaml:6:"), std::string::npos) << errors;
}

TEST_F(BuildFileTest, UndeclaredParametersAreRefused) {
    base::write_file_atomically(dir_.path() / "c.yaml", good_component);
    EXPECT_NE(errors_of("name: x\ncomponents: [{path: c.yaml, parameters: {page: a}}]\n")
                  .find("declares no parameter 'page'"),
              std::string::npos);
}

}  // namespace
}  // namespace goldsmith::cli
