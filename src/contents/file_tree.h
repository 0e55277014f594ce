// The files of an image by their paths, without their content. Values only.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace goldsmith::contents {

struct FileEntry {
    std::uint32_t mode = 0;  // kind and permissions, as stat(2) has them
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
    std::uint64_t size = 0;
    std::string modified{};  // "2026-11-25 18:48": to the minute, UTC
    std::string target{};    // of a symbolic link
    std::uint32_t inode = 0;

    bool is_directory() const { return (mode & 0170000U) == 0040000U; }
    bool is_file() const { return (mode & 0170000U) == 0100000U; }
    bool is_link() const { return (mode & 0170000U) == 0120000U; }
};

/// By absolute path: "/etc/hostname". The root itself is not in it.
using FileTree = std::map<std::string, FileEntry>;

}  // namespace goldsmith::contents
