#include "contents/difference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "contents/difference_report.h"

namespace goldsmith::contents {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

FileEntry file(std::uint64_t size, const char* modified = "2026-01-01 00:00",
               std::uint32_t mode = 0100644) {
    return {.mode = mode, .size = size, .modified = modified};
}

class DifferenceTest : public testing::Test {
protected:
    DifferenceTest() {
        before_.package_manager = after_.package_manager = "dpkg";
        before_.packages = {{"same", "1"}, {"old", "1"}, {"grown", "1"}};
        after_.packages = {{"same", "1"}, {"new", "3"}, {"grown", "2"}};
        before_.files = {{"/etc", {.mode = 0040755, .modified = "2026-01-01 00:00"}},
                         {"/etc/same", file(3)},
                         {"/etc/touched", file(3)},
                         {"/etc/edited", file(3)},
                         {"/etc/mode", file(3)},
                         {"/etc/gone", file(3)},
                         {"/etc/link", {.mode = 0120777, .size = 1, .target = "a"}},
                         {"/etcetera", file(1)},
                         {"/usr/lib/systemd/system/x.service", file(4)}};
        after_.files = before_.files;
        after_.files.erase("/etc/gone");
        after_.files["/etc"].modified = "2026-02-02 00:00";
        after_.files["/etc/new"] = file(1);
        after_.files["/etc/touched"] = file(3, "2026-02-02 00:00");
        after_.files["/etc/edited"] = file(3, "2026-02-02 00:00");
        after_.files["/etc/mode"] = file(3, "2026-01-01 00:00", 0104755);
        after_.files["/etc/mode"].gid = 5;
        after_.files["/etc/link"].target = "b";
        after_.files["/etcetera"] = file(2, "2026-02-02 00:00");
        after_.files["/usr/lib/systemd/system/x.service"] = file(4, "2026-02-02 00:00");
        before_.units = units_in(before_.files);
        after_.units = units_in(after_.files);
    }

    Difference difference() const {
        return difference_of(before_, after_, {"/etc/edited", "/usr/lib/systemd/system/x.service"},
                             options_);
    }

    ImageContents before_;
    ImageContents after_;
    CompareOptions options_;
};

TEST_F(DifferenceTest, OnlyContentOfTheSameSizeAndAnotherTimeIsUndecided) {
    EXPECT_THAT(undecided_files(before_, after_, options_),
                ElementsAre("/etc/edited", "/etc/touched", "/usr/lib/systemd/system/x.service"));
    options_.below = "/etc";
    options_.all_content = true;
    EXPECT_THAT(undecided_files(before_, after_, options_),
                ElementsAre("/etc/edited", "/etc/mode", "/etc/same", "/etc/touched",
                            "/usr/lib/systemd/system/x.service"));
}

TEST_F(DifferenceTest, TellsWhatIsNewGoneAndOther) {
    const auto found = difference();
    EXPECT_THAT(found.packages.added, ElementsAre(NamedValue{"new", "3"}));
    EXPECT_THAT(found.packages.removed, ElementsAre(NamedValue{"old", "1"}));
    EXPECT_THAT(found.packages.changed, ElementsAre(Changed{"grown", {{"version", "1", "2"}}}));
    EXPECT_THAT(found.files.added, ElementsAre(NamedValue{"/etc/new", ""}));
    EXPECT_THAT(found.files.removed, ElementsAre(NamedValue{"/etc/gone", ""}));
    EXPECT_THAT(
        found.files.changed,
        ElementsAre(Changed{"/etc/edited", {{"content", "", ""}}},
                    Changed{"/etc/link", {{"target", "a", "b"}}},
                    Changed{"/etc/mode", {{"mode", "0644", "4755"}, {"owner", "0:0", "0:5"}}},
                    Changed{"/etcetera", {{"content", "", ""}, {"size", "1", "2"}}},
                    Changed{"/usr/lib/systemd/system/x.service", {{"content", "", ""}}}));
    EXPECT_THAT(found.units.changed, ElementsAre(Changed{"x.service", {{"content", "", ""}}}));
}

TEST_F(DifferenceTest, FilesOfOneFolderOnly) {
    options_.below = "/etc";
    const auto found = difference();
    EXPECT_EQ(found.files.changed.size(), 3U);
    EXPECT_EQ(found.units.changed.size(), 1U) << "units are compared whole";
}

TEST_F(DifferenceTest, NothingDiffersFromItself) {
    const auto none = difference_of(before_, before_, {}, options_);
    EXPECT_TRUE(none.packages.empty() && none.units.empty() && none.files.empty());
    EXPECT_EQ(as_text(none),
              "packages: no difference\nunits: no difference\nfiles: no difference\n");
}

TEST_F(DifferenceTest, AnotherKindIsOneChange) {
    after_.files["/etc/same"] = {.mode = 0120777, .target = "x"};
    for (const Changed& changed : difference().files.changed) {
        if (changed.name == "/etc/same") {
            EXPECT_EQ(changed.aspects.front(), (Aspect{"kind", "file", "link"}));
            return;
        }
    }
    FAIL() << "it was not seen";
}

TEST_F(DifferenceTest, IsTextForPeople) {
    before_.files.clear();
    after_.files = {{"/odd\n\x1b[31mname", file(1)}};
    const auto text = as_text(difference());
    EXPECT_EQ(text,
              "packages: 1 added, 1 removed, 1 changed\n"
              "  + new 3\n"
              "  - old 1\n"
              "  ~ grown: version 1 -> 2\n"
              "units: 1 changed\n"
              "  ~ x.service: content\n"
              "files: 1 added\n"
              "  + /odd??[31mname\n");
    after_.package_manager = "";
    EXPECT_THAT(as_text(difference()), testing::StartsWith("packages: not known"));
}

TEST_F(DifferenceTest, IsJsonForPrograms) {
    before_.files.clear();
    after_.files = {{"/latin\xe9", file(1)}};
    const auto object = boost::json::parse(as_json(difference(), "a", "b")).as_object();
    EXPECT_EQ(object.at("before"), "a");
    EXPECT_EQ(boost::json::serialize(object.at("packages")),
              R"({"added":[{"name":"new","version":"3"}],"removed":[{"name":"old","version":"1"}],)"
              R"("changed":[{"name":"grown","aspects":{"version":{"before":"1","after":"2"}}}]})");
    EXPECT_EQ(object.at("files").at("added").at(0).at("name"), "/latin\xc3\xa9");
    after_.package_manager = "";
    EXPECT_TRUE(boost::json::parse(as_json(difference(), "a", "b")).at("packages").is_null());
}

}  // namespace
}  // namespace goldsmith::contents
