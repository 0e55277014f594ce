// The files of an ext2, ext3 or ext4 file system inside a raw disk, read by debugfs in the sandbox
// of disk_images: nothing is mounted, and no privilege is needed. What the journal still holds is
// not seen: an image should have been shut down properly.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/files.h"
#include "base/process.h"
#include "contents/file_tree.h"

namespace goldsmith::contents {

/// Pure; paths as they are inside the sandbox.
base::Command debugfs_command(std::uint64_t offset_bytes);

class ExtFiles {
public:
    /// `offset_bytes`: where the file system begins on the disk.
    ExtFiles(base::Path raw_disk, std::uint64_t offset_bytes, std::stop_token stop = {})
        : disk_(std::move(raw_disk)), offset_(offset_bytes), stop_(std::move(stop)) {}

    /// Every file. Throws base::Error: debugfs is missing, the file system cannot be read, or it
    /// has more files than anybody's.
    FileTree list() const;

    /// SHA-256 in hexadecimal digits of files out of list(), in their order.
    std::vector<std::string> digests(const std::vector<FileEntry>& files) const;

    /// A small file out of list(); nothing when it has more than `most_bytes`.
    std::optional<std::string> read(const FileEntry& file, std::uint64_t most_bytes) const;

private:
    /// One answer for each command.
    std::vector<std::string> ask(const std::vector<std::string>& commands) const;
    void run(const std::vector<std::string>& commands, base::RunOptions options,
             std::string& output) const;
    void read_targets(FileTree& tree) const;

    base::Path disk_;
    std::uint64_t offset_;
    std::stop_token stop_;
};

}  // namespace goldsmith::contents
