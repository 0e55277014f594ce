#include "store/process_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <thread>

#include "base/error.h"
#include "base/files.h"

namespace goldsmith::store {

namespace {

constexpr std::chrono::milliseconds kAskAgainAfter{5};

// False if LOCK_NB was asked for and others hold it.
bool lock(int fd, int operation, const std::filesystem::path& file) {
    while (::flock(fd, operation) != 0) {
        if (errno == EWOULDBLOCK) {
            return false;
        }
        if (errno != EINTR) {
            throw base::SystemError("lock " + file.string());
        }
    }
    return true;
}

// False if the file was removed after it was opened: then the lock protects nothing.
bool still_named(int fd, const std::filesystem::path& file) {
    struct stat opened {};
    struct stat named {};
    return ::fstat(fd, &opened) == 0 && ::stat(file.c_str(), &named) == 0 &&
           opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

// No descriptor if LOCK_NB was asked for and others hold it.
base::Fd open_locked(const std::filesystem::path& file, int operation) {
    for (;;) {
        base::Fd fd = base::open_file(file, O_RDWR | O_CREAT, 0644);
        if (!lock(fd.get(), operation, file)) {
            return {};
        }
        if (still_named(fd.get(), file)) {
            return fd;
        }
    }
}

}  // namespace

ProcessLock ProcessLock::shared(const std::filesystem::path& file) {
    return ProcessLock(open_locked(file, LOCK_SH));
}

ProcessLock ProcessLock::exclusive(const std::filesystem::path& file) {
    return ProcessLock(open_locked(file, LOCK_EX));
}

std::optional<ProcessLock> ProcessLock::try_exclusive(const std::filesystem::path& file,
                                                      std::chrono::milliseconds limit) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    for (;;) {
        if (base::Fd fd = open_locked(file, LOCK_EX | LOCK_NB)) {
            return ProcessLock(std::move(fd));
        }
        if (std::chrono::steady_clock::now() >= deadline) {
            return std::nullopt;
        }
        std::this_thread::sleep_for(kAskAgainAfter);
    }
}

bool is_locked(int fd) {
    if (!lock(fd, LOCK_EX | LOCK_NB, "a file of the store")) {
        return true;
    }
    ::flock(fd, LOCK_UN);
    return false;
}

}  // namespace goldsmith::store
