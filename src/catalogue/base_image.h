// Making a managed base image: packages from the distribution's own archive -> tree -> bootable GPT
// disk, without mounting the disk and without loop devices, device-mapper or udev. Needs root (the
// package manager's scripts run in a chroot). Used by pull.h and by tests.
//
// One call at a time per work folder (pull.h holds the lock). Everything temporary lives below the
// work folder and is removed however the call ends; mounts live in a mount namespace that dies with
// the processes, so that a kill leaves files only, which the next call removes.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/files.h"
#include "catalogue/entry.h"

namespace goldsmith::catalogue {

/// Could not make the image; the message says what to do (another mirror, a package to install,
/// space to free). The cause is nested.
class BaseImageError : public base::Error {
public:
    using base::Error::Error;
};

struct BuildOptions {
    /// Where the disk is made and packages are cached; needs about 2 GiB free.
    base::Path work_directory;
    /// Empty: the Debian archives in the host's own apt configuration; for an image that is
    /// fetched, the folder of its distribution. For those a mirror is a folder that holds copies by
    /// host, as `wget --mirror` lays them down.
    std::string mirror;
    /// Empty: `mirror` with "-security" appended. Only used with `mirror`.
    std::string security_mirror;
    /// The root whose /etc/apt is read; tests put a tree of their own here.
    base::Path host_root = "/";
    /// For the date in the version.
    std::chrono::system_clock::time_point now = std::chrono::system_clock::now();
    std::stop_token stop;
    /// Of the versions that are there: an image that has one of them is not fetched again.
    std::vector<std::string> known_digests;
    /// Called with one line of what is going on now and then: "installing 250 packages".
    std::function<void(const std::string&)> progress;
};

struct InstalledPackage {
    std::string name;
    std::string version;

    bool operator==(const InstalledPackage&) const = default;
};

/// What is inside a base image.
struct BaseImageFacts {
    /// Point release and date: "12.15.20261123", a semantic version as the API wants it.
    std::string version;
    std::string os_name;
    std::string os_version;  // the point release: "12.15"
    std::string architecture;
    std::string kernel;  // "6.1.0-56-cloud-amd64"
    std::string root_uuid;
    std::uint64_t disk_bytes = 0;
    std::uint64_t root_offset_bytes = 0;
    std::uint64_t root_length_bytes = 0;
    std::vector<InstalledPackage> packages;  // sorted by name
    /// EC2's name.
    std::string boot_mode = "uefi-preferred";
    /// Of an image that was fetched: from where, and "sha256:<hex>" of what came.
    std::string source{};
    std::string digest{};

    bool operator==(const BaseImageFacts&) const = default;
};

/// JSON, one fact per key, as docs/formats/base-image-facts.md says.
std::string encode(const BaseImageFacts& facts);
BaseImageFacts decode_base_image_facts(const std::string& text);

struct BaseImage {
    /// A sparse raw disk in the work folder; the caller moves or removes it. Empty: what there is
    /// now has `facts.digest`, which is one of the known ones.
    base::Path disk;
    BaseImageFacts facts;
};

/// An image that is installed here. Throws BaseImageError.
BaseImage build_base_image(const CatalogueEntry& entry, const BuildOptions& options);

}  // namespace goldsmith::catalogue
