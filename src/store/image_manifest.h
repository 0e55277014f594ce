#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/ids.h"

// What an AMI is for the store: enough to restore, export and verify it without the database. The
// rows of the EC2 API (owner, permissions, deprecation, state) live in state/.
// Format: docs/formats/image-manifest.md.
namespace goldsmith::store {

struct BlockDevice {
    std::string device_name = {};  // "/dev/xvda"
    SnapshotId snapshot;
    std::uint64_t volume_size_gib = 0;
    std::string volume_type = "gp3";
    bool delete_on_termination = true;
    bool encrypted = false;

    bool operator==(const BlockDevice&) const = default;
};

struct ImageManifest {
    ImageId id;
    std::string name = {};
    std::string description = {};
    std::string architecture = "x86_64";  // EC2's names: x86_64, arm64
    std::string boot_mode = {};           // "", "legacy-bios", "uefi", "uefi-preferred"
    std::string platform = "Linux";       // "Linux" or "Windows"
    std::string root_device_name = "/dev/xvda";
    std::vector<BlockDevice> block_devices = {};  // the root device is among them
    std::map<std::string, std::string> tags =
        {};  // those given at creation; later changes are in state/
    std::string source =
        {};  // what it was made from: an image build version ARN, "debian-12", a file
    std::int64_t created_ms = 0;  // Unix time

    // Throws base::Error when root_device_name is not among the block devices.
    const BlockDevice& root_device() const;

    bool operator==(const ImageManifest&) const = default;
};

std::string encode(const ImageManifest& manifest);
// Throws ManifestCorrupt; `origin` (a path) goes into the message.
ImageManifest decode_image_manifest(std::string_view text, const std::string& origin);

}  // namespace goldsmith::store
