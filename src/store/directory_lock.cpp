#include "store/directory_lock.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <thread>

#include "base/error.h"
#include "base/files.h"

namespace goldsmith::store {

namespace {

constexpr std::chrono::milliseconds kAskAgainAfter{5};

base::Fd open_lock_file(const std::filesystem::path& file) {
    return base::open_file(file, O_RDWR | O_CREAT, 0644);
}

bool try_lock(int fd, int operation) {
    while (::flock(fd, operation | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK) {
            return false;
        }
        if (errno != EINTR) {
            throw base::SystemError("lock a file of the store");
        }
    }
    return true;
}

}  // namespace

DirectoryLock DirectoryLock::shared(const std::filesystem::path& file) {
    base::Fd fd = open_lock_file(file);
    while (::flock(fd.get(), LOCK_SH) != 0) {
        if (errno != EINTR) {
            throw base::SystemError("lock " + file.string());
        }
    }
    return DirectoryLock(std::move(fd));
}

std::optional<DirectoryLock> DirectoryLock::exclusive(const std::filesystem::path& file,
                                                      std::chrono::milliseconds limit) {
    base::Fd fd = open_lock_file(file);
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (!try_lock(fd.get(), LOCK_EX)) {
        if (std::chrono::steady_clock::now() >= deadline) {
            return std::nullopt;
        }
        std::this_thread::sleep_for(kAskAgainAfter);
    }
    return DirectoryLock(std::move(fd));
}

bool is_locked(int fd) {
    if (!try_lock(fd, LOCK_EX)) {
        return true;
    }
    ::flock(fd, LOCK_UN);
    return false;
}

}  // namespace goldsmith::store
