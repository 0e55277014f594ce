#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "base/fd.h"
#include "store/bytes.h"

// The system calls by which a store changes its directory, as one replaceable interface: a test's
// implementation forgets what was not synced, as a power cut does (see fault_file_system.h).
namespace goldsmith::store {

// Thread-safe. Every member throws base::SystemError naming the path.
class FileSystem {
public:
    virtual ~FileSystem() = default;

    // A new empty file for reading and writing, close-on-exec. Fails if the name exists.
    virtual base::Fd create(const std::filesystem::path& path) = 0;
    // All of the bytes at that offset. Distinct ranges may be written by several threads at once.
    virtual void write(int fd, ByteView bytes, std::uint64_t offset) = 0;
    // The file's content survives a power cut (fdatasync).
    virtual void sync(int fd) = 0;
    // The names in the folder survive a power cut.
    virtual void sync_directory(const std::filesystem::path& path) = 0;
    // Atomic; replaces `to`.
    virtual void rename(const std::filesystem::path& from, const std::filesystem::path& to) = 0;
    // Atomic; false, and nothing changed, if `to` exists.
    virtual bool rename_new(const std::filesystem::path& from, const std::filesystem::path& to) = 0;

    enum class LinkResult { linked, exists, impossible };
    // A second name for a file. `impossible`: another file system, or one without links.
    virtual LinkResult link(const std::filesystem::path& from, const std::filesystem::path& to) = 0;
    // False if it was not there.
    virtual bool remove(const std::filesystem::path& path) = 0;
};

std::shared_ptr<FileSystem> real_file_system();

}  // namespace goldsmith::store
