#include "base/files.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>

#include "base/error.h"

namespace goldsmith::base {

Fd open_file(const Path& path, int flags, mode_t mode) {
    Fd fd(::open(path.c_str(), flags | O_CLOEXEC, mode));
    if (!fd) {
        throw SystemError("open " + path.string());
    }
    return fd;
}

Fd open_beneath(int root_fd, const Path& relative, int flags, mode_t mode) {
    open_how how{};
    how.flags = static_cast<std::uint64_t>(flags) | O_CLOEXEC;
    how.mode = (flags & (O_CREAT | __O_TMPFILE)) != 0 ? mode : 0;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
    Fd fd(static_cast<int>(::syscall(SYS_openat2, root_fd, relative.c_str(), &how, sizeof how)));
    if (!fd) {
        throw SystemError("open " + relative.string() + " beneath its root");
    }
    return fd;
}

std::string read_all(int fd, std::uint64_t limit_bytes) {
    std::string data;
    struct stat info {};
    if (::fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && info.st_size > 0) {
        data.reserve(std::min(static_cast<std::uint64_t>(info.st_size) + 1, limit_bytes + 1));
    }
    char block[64 * 1024];
    for (;;) {
        const ssize_t got = ::read(fd, block, sizeof block);
        if (got < 0) {
            if (errno == EINTR) {
                continue;
            }
            throw SystemError("read");
        }
        if (got == 0) {
            return data;
        }
        data.append(block, static_cast<std::size_t>(got));
        if (data.size() > limit_bytes) {
            throw Error("more than " + std::to_string(limit_bytes) + " bytes");
        }
    }
}

namespace {

std::string read_open_file(const Fd& fd, const Path& path, std::uint64_t limit_bytes) {
    try {
        return read_all(fd.get(), limit_bytes);
    } catch (...) {
        throw_with_context("read " + path.string());
    }
}

}  // namespace

std::string read_file(const Path& path, std::uint64_t limit_bytes) {
    return read_open_file(open_file(path, O_RDONLY), path, limit_bytes);
}

std::optional<std::string> read_file_if_exists(const Path& path, std::uint64_t limit_bytes) {
    const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd) {
        // Not by way of an exception: a static executable sorts all its tables at the first one,
        // which takes longer than a short run of toe.
        if (errno == ENOENT) {
            return std::nullopt;
        }
        throw SystemError("open " + path.string());
    }
    return read_open_file(fd, path, limit_bytes);
}

void write_all(int fd, std::string_view data) {
    while (!data.empty()) {
        const ssize_t put = ::write(fd, data.data(), data.size());
        if (put < 0) {
            if (errno == EINTR) {
                continue;
            }
            throw SystemError("write");
        }
        data.remove_prefix(static_cast<std::size_t>(put));
    }
}

void read_exactly_at(int fd, void* data, std::size_t size, std::uint64_t offset_bytes) {
    auto* to = static_cast<char*>(data);
    while (size > 0) {
        const ssize_t got = ::pread(fd, to, size, static_cast<off_t>(offset_bytes));
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            throw SystemError("read at " + std::to_string(offset_bytes));
        }
        if (got == 0) {
            throw Error("the file ends at " + std::to_string(offset_bytes) + ", " +
                        std::to_string(size) + " bytes early");
        }
        to += got;
        offset_bytes += static_cast<std::uint64_t>(got);
        size -= static_cast<std::size_t>(got);
    }
}

void write_exactly_at(int fd, const void* data, std::size_t size, std::uint64_t offset_bytes) {
    const auto* from = static_cast<const char*>(data);
    while (size > 0) {
        const ssize_t put = ::pwrite(fd, from, size, static_cast<off_t>(offset_bytes));
        if (put < 0 && errno == EINTR) {
            continue;
        }
        if (put < 0) {
            throw SystemError("write at " + std::to_string(offset_bytes));
        }
        from += put;
        offset_bytes += static_cast<std::uint64_t>(put);
        size -= static_cast<std::size_t>(put);
    }
}

void sync_directory(const Path& path) {
    const Fd fd = open_file(path.empty() ? Path(".") : path, O_RDONLY | O_DIRECTORY);
    if (::fsync(fd.get()) != 0) {
        throw SystemError("sync folder " + path.string());
    }
}

void write_file_atomically(const Path& path, std::string_view data, mode_t mode,
                           Durability durability) {
    static std::atomic<unsigned> counter{0};
    Path temporary = path;
    temporary += ".tmp-" + std::to_string(::getpid()) + "-" + std::to_string(counter++);
    try {
        // The mode is set before the content so that a secret is never readable, not even briefly.
        const Fd fd = open_file(temporary, O_WRONLY | O_CREAT | O_EXCL, mode);
        write_all(fd.get(), data);
        if (durability == Durability::durable && ::fsync(fd.get()) != 0) {
            throw SystemError("sync");
        }
        if (::rename(temporary.c_str(), path.c_str()) != 0) {
            throw SystemError("rename");
        }
        if (durability == Durability::durable) {
            sync_directory(path.parent_path());
        }
    } catch (...) {
        ::unlink(temporary.c_str());
        throw_with_context("write " + path.string());
    }
}

void make_directories(const Path& path, mode_t mode) {
    if (path.empty() || std::filesystem::is_directory(path)) {
        return;
    }
    make_directories(path.parent_path(), mode);
    if (::mkdir(path.c_str(), mode) != 0 && errno != EEXIST) {
        throw SystemError("make folder " + path.string());
    }
}

std::vector<std::string> list_directory(const Path& path) {
    std::vector<std::string> names;
    DIR* folder = ::opendir(path.c_str());
    if (folder == nullptr) {
        if (errno == ENOENT) {
            return names;
        }
        throw SystemError("list " + path.string());
    }
    while (const dirent* entry = ::readdir(folder)) {
        const std::string_view name = entry->d_name;
        if (name != "." && name != "..") {
            names.emplace_back(name);
        }
    }
    ::closedir(folder);
    std::sort(names.begin(), names.end());
    return names;
}

namespace {

void remove_entries(int parent_fd, const char* name, dev_t device) {
    struct stat info {};
    if (::fstatat(parent_fd, name, &info, AT_SYMLINK_NOFOLLOW) != 0) {
        if (errno == ENOENT) {
            return;
        }
        throw SystemError(std::string("stat ") + name);
    }
    if (!S_ISDIR(info.st_mode)) {
        if (::unlinkat(parent_fd, name, 0) != 0 && errno != ENOENT) {
            throw SystemError(std::string("remove ") + name);
        }
        return;
    }
    if (info.st_dev != device) {
        throw Error(std::string(name) + " is a mount point: not removed");
    }
    Fd fd(::openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!fd) {
        throw SystemError(std::string("open ") + name);
    }
    DIR* folder = ::fdopendir(::dup(fd.get()));
    if (folder == nullptr) {
        throw SystemError(std::string("list ") + name);
    }
    std::vector<std::string> names;
    while (const dirent* entry = ::readdir(folder)) {
        const std::string_view entry_name = entry->d_name;
        if (entry_name != "." && entry_name != "..") {
            names.emplace_back(entry_name);
        }
    }
    ::closedir(folder);
    for (const std::string& entry_name : names) {
        remove_entries(fd.get(), entry_name.c_str(), device);
    }
    if (::unlinkat(parent_fd, name, AT_REMOVEDIR) != 0 && errno != ENOENT) {
        throw SystemError(std::string("remove folder ") + name);
    }
}

}  // namespace

void remove_tree(const Path& path) {
    struct stat info {};
    if (::lstat(path.c_str(), &info) != 0) {
        if (errno == ENOENT) {
            return;
        }
        throw SystemError("stat " + path.string());
    }
    try {
        remove_entries(AT_FDCWD, path.c_str(), info.st_dev);
    } catch (...) {
        throw_with_context("remove " + path.string());
    }
}

TempDir::TempDir(std::string_view name_prefix, const Path& parent) {
    Path base = parent;
    if (base.empty()) {
        const char* from_environment = std::getenv("TMPDIR");
        base = from_environment != nullptr && *from_environment != '\0' ? from_environment : "/tmp";
    }
    std::string pattern = (base / (std::string(name_prefix) + "-XXXXXX")).string();
    if (::mkdtemp(pattern.data()) == nullptr) {
        throw SystemError("make a temporary folder in " + base.string());
    }
    path_ = pattern;
}

TempDir::TempDir(TempDir&& other) noexcept : path_(other.release()) {}

TempDir::~TempDir() {
    if (path_.empty()) {
        return;
    }
    try {
        remove_tree(path_);
    } catch (...) {
        // A destructor cannot report; what stays is below a temporary folder.
    }
}

Path TempDir::release() noexcept {
    Path path = std::move(path_);
    path_.clear();
    return path;
}

namespace {

Fd open_lock(const Path& path) {
    return open_file(path, O_RDWR | O_CREAT, 0600);
}

}  // namespace

FileLock FileLock::acquire(const Path& path) {
    Fd fd = open_lock(path);
    while (::flock(fd.get(), LOCK_EX) != 0) {
        if (errno != EINTR) {
            throw SystemError("lock " + path.string());
        }
    }
    return FileLock(std::move(fd));
}

std::optional<FileLock> FileLock::try_acquire(const Path& path) {
    Fd fd = open_lock(path);
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK) {
            return std::nullopt;
        }
        throw SystemError("lock " + path.string());
    }
    return FileLock(std::move(fd));
}

}  // namespace goldsmith::base
