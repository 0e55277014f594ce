#include "catalogue/cloud_image.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "disk_images/format.h"

namespace goldsmith::catalogue {
namespace {

using testing::HasSubstr;

const std::string kOld(64, 'a');
const std::string kNew(64, 'b');

std::string newest_name(const std::string& pattern, const std::string& list) {
    const auto found = newest_image({"https://host/", "SHA256SUMS", pattern, "qcow2"}, list);
    return found ? found->name : "none";
}

TEST(CloudImage, EveryEntryCanBeFetched) {
    std::set<std::string> names;
    for (const auto& entry : catalogue()) {
        EXPECT_TRUE(names.insert(entry.name).second) << entry.name;
        EXPECT_TRUE(names.insert(entry.alias).second) << entry.alias;
        if (!entry.cloud_image)
            continue;
        const auto& image = *entry.cloud_image;
        EXPECT_TRUE(image.folder.starts_with("https://")) << image.folder;
        EXPECT_TRUE(image.folder.ends_with("/")) << image.folder;
        EXPECT_FALSE(image.digest_list.empty()) << entry.name;
        EXPECT_TRUE(disk_images::parse_format(image.format)) << image.format;
        const bool is_pattern = image.name.find_first_of("*?[") != std::string::npos;
        EXPECT_FALSE(is_pattern && image.digest_list.find("{name}") != std::string::npos);
        auto name = image.name;
        for (auto at = name.find('*'); at != std::string::npos; at = name.find('*'))
            name.replace(at, 1, "7");
        const auto found = newest_image(image, kOld + "  " + name + "\n");
        ASSERT_TRUE(found) << name;
        EXPECT_EQ(found->name, name);
    }
    EXPECT_GE(names.size(), 2 * 8U);
}

TEST(CloudImage, TakesTheNewestByTheNumbersInTheName) {
    EXPECT_EQ(newest_name("a-*.qcow2", kOld + "  a-9.9-1.qcow2\n" + kNew + "  a-9.10-1.qcow2\n" +
                                           kOld + "  a-9.10-0.qcow2\n" + kNew + "  b-10.qcow2\n"),
              "a-9.10-1.qcow2");
    EXPECT_EQ(newest_name("a.img", kOld + " *a.img\n" + kNew + " *a.img.zip\n"), "a.img");
    EXPECT_EQ(newest_name("a-*.img", kOld + "  b.img\n"), "none");
    EXPECT_EQ(newest_name("a-*.img", "<html>a-1.img</html>"), "none");
}

TEST(CloudImage, TakesNoNameThatLeadsElsewhere) {
    for (const char* name : {"a-../../x.img", "a-%2e%2e.img", "a-?x.img", "a-#.img", "a- .img"}) {
        EXPECT_EQ(newest_name("a-*.img", kOld + "  " + name + "\n"), "none") << name;
    }
    EXPECT_EQ(newest_name("a-*.img", std::string(40, 'c') + "  a-1.img\n"), "none")
        << "SHA-1 vouches for nothing";
}

TEST(CloudImage, AListOfOneDigestNeedsNoName) {
    const CloudImage image{"https://host/", "{name}.sha512", "a-1.qcow2", "qcow2"};
    EXPECT_EQ(newest_image(image, std::string(128, 'd') + "\n")->digest.text(),
              "sha512:" + std::string(128, 'd'));
    EXPECT_FALSE(newest_image(image, kOld + "  b.qcow2\n"));
}

TEST(CloudImage, VersionsAreSemantic) {
    const std::chrono::system_clock::time_point day{
        std::chrono::sys_days{std::chrono::year_month_day{
            std::chrono::year(2026), std::chrono::month(3), std::chrono::day(1)}}};
    EXPECT_EQ(version_of_fetched("24.04", day), "24.4.20260301");
    EXPECT_EQ(version_of_fetched("2023", day), "2023.0.20260301");
    EXPECT_EQ(version_of_fetched("3.22.2", day), "3.22.20260301");
    EXPECT_EQ(version_of_fetched("", day), "0.0.20260301");
    EXPECT_EQ(version_of_fetched("rolling", day), "0.0.20260301");
}

TEST(CloudImage, AMirrorHoldsCopiesByHost) {
    EXPECT_EQ(folder_on_mirror("https://host/a/", ""), "https://host/a/");
    EXPECT_EQ(folder_on_mirror("https://host/a/", "http://mirror:1"), "http://mirror:1/host/a/");
    EXPECT_EQ(folder_on_mirror("https://host/a/", "http://mirror/m/"), "http://mirror/m/host/a/");
}

TEST(CloudImage, SaysWhatCannotBeReachedAndWhatToDo) {
    const base::TempDir folder;
    auto entry = *find_entry("ubuntu-24.04");
    entry.cloud_image->folder = "https://127.0.0.1:1/";
    BuildOptions options;
    options.work_directory = folder.path() / "work";
    try {
        fetch_base_image(entry, options);
        FAIL();
    } catch (const BaseImageError& error) {
        const auto text = base::error_chain(error);
        EXPECT_THAT(text, HasSubstr("image_mirror"));
        EXPECT_THAT(text, HasSubstr("https://127.0.0.1:1/SHA256SUMS"));
        EXPECT_THAT(text, HasSubstr("loopback")) << "nobody named a mirror here";
    }
    EXPECT_FALSE(std::filesystem::exists(options.work_directory));
}

}  // namespace
}  // namespace goldsmith::catalogue
