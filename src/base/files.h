// Files: whole-file reads, durable writes, opening beneath a root, temporary folders. Every
// function throws SystemError naming the path. Everything opens close-on-exec.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"

namespace goldsmith::base {

using Path = std::filesystem::path;

/// open(2) with O_CLOEXEC added.
Fd open_file(const Path& path, int flags, mode_t mode = 0644);

/// Opens `relative` beneath `root_fd`: no "..", no absolute path, no symbolic link may lead outside
/// (openat2 RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS). For names that come from somebody else.
Fd open_beneath(int root_fd, const Path& relative, int flags, mode_t mode = 0644);

/// The whole file. Fails if it is larger than `limit_bytes`.
std::string read_file(const Path& path, std::uint64_t limit_bytes = 1ULL << 30);

/// As read_file, but nothing when the file does not exist.
std::optional<std::string> read_file_if_exists(const Path& path,
                                               std::uint64_t limit_bytes = 1ULL << 30);

/// Reads until end of file from `fd`.
std::string read_all(int fd, std::uint64_t limit_bytes = 1ULL << 30);

/// Writes all of `data`, retrying short writes and EINTR.
void write_all(int fd, std::string_view data);

/// pread/pwrite of exactly that many bytes; a short file is an error.
void read_exactly_at(int fd, void* data, std::size_t size, std::uint64_t offset_bytes);
void write_exactly_at(int fd, const void* data, std::size_t size, std::uint64_t offset_bytes);

enum class Durability { durable, fast };

/// Replaces `path` atomically: temporary name in the same folder, write, fsync, rename, fsync of
/// the folder. After it returns the content survives a power cut (with `fast`: only a killed
/// process).
void write_file_atomically(const Path& path, std::string_view data, mode_t mode = 0644,
                           Durability durability = Durability::durable);

/// fsync of a folder, so that names created in it survive.
void sync_directory(const Path& path);

/// mkdir -p with `mode` for folders that are made.
void make_directories(const Path& path, mode_t mode = 0755);

/// Names in a folder, sorted, without "." and "..". Nothing for a missing folder.
std::vector<std::string> list_directory(const Path& path);

/// Removes a tree if it is there; does not cross into other file systems and does not follow links.
void remove_tree(const Path& path);

/// A private folder (mode 0700) that is removed with everything in it on destruction.
class TempDir {
public:
    /// Below `parent`, or below $TMPDIR or /tmp when empty.
    explicit TempDir(std::string_view name_prefix = "goldsmith", const Path& parent = {});
    TempDir(TempDir&& other) noexcept;
    TempDir& operator=(TempDir&&) = delete;
    TempDir(const TempDir&) = delete;
    ~TempDir();

    const Path& path() const noexcept { return path_; }
    /// Keeps the folder.
    Path release() noexcept;

private:
    Path path_;
};

/// An exclusive flock(2) on a file that is created if it is missing; released on destruction or
/// when the process ends, however it ends.
class FileLock {
public:
    /// Waits for the lock.
    static FileLock acquire(const Path& path);
    /// Nothing when somebody else holds it.
    static std::optional<FileLock> try_acquire(const Path& path);

    int fd() const noexcept { return fd_.get(); }

private:
    explicit FileLock(Fd fd) : fd_(std::move(fd)) {}
    Fd fd_;
};

}  // namespace goldsmith::base
