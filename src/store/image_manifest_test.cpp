#include "store/image_manifest.h"

#include <gtest/gtest.h>

#include "store/errors.h"

namespace goldsmith::store {
namespace {

// The worked example of docs/formats/image-manifest.md.
constexpr const char* kExample =
    R"({"format":"goldsmith-image/1","id":"ami-00000000000000002","name":"web 1.0.0","description":"nginx",)"
    R"("architecture":"x86_64","boot_mode":"uefi-preferred","platform":"Linux","root_device_name":"/dev/xvda",)"
    R"("block_devices":[{"device_name":"/dev/xvda","snapshot":"snap-00000000000000001","volume_size_gib":8,)"
    R"("volume_type":"gp3","delete_on_termination":true,"encrypted":false}],)"
    R"("tags":{"team":"web"},"source":"debian-12","created_ms":1700000000000})"
    "\n";

ImageManifest example() {
    return {.id = ImageId::parse("ami-00000000000000002"),
            .name = "web 1.0.0",
            .description = "nginx",
            .boot_mode = "uefi-preferred",
            .block_devices = {{.device_name = "/dev/xvda",
                               .snapshot = SnapshotId::parse("snap-00000000000000001"),
                               .volume_size_gib = 8}},
            .tags = {{"team", "web"}},
            .source = "debian-12",
            .created_ms = 1700000000000};
}

TEST(ImageManifestTest, TextIsThatOfTheFormat) {
    EXPECT_EQ(encode(example()), kExample);
    EXPECT_EQ(decode_image_manifest(kExample, "f"), example());
}

TEST(ImageManifestTest, UnknownMembersAreIgnored) {
    std::string text = kExample;
    text.insert(1, R"("added_later":[1,2],)");
    EXPECT_EQ(decode_image_manifest(text, "f"), example());
}

TEST(ImageManifestTest, RefusesWhatIsNoManifest) {
    const std::string text = kExample;
    for (const std::string& bad :
         {std::string(), std::string("{}"), std::string("[]"), text.substr(0, text.size() / 2)}) {
        EXPECT_THROW(decode_image_manifest(bad, "f"), ManifestCorrupt) << bad;
    }
    std::string other_version = text;
    other_version.replace(other_version.find("image/1"), 7, "image/9");
    EXPECT_THROW(decode_image_manifest(other_version, "f"), ManifestCorrupt);
}

TEST(ImageManifestTest, TheRootDeviceIsAmongTheDevices) {
    ImageManifest image = example();
    EXPECT_EQ(image.root_device().volume_size_gib, 8u);
    image.root_device_name = "/dev/sda1";
    EXPECT_THROW((void)image.root_device(), base::Error);
}

}  // namespace
}  // namespace goldsmith::store
