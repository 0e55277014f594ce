#pragma once

#include <chrono>
#include <filesystem>
#include <optional>

#include "base/fd.h"

// A lock between processes that many may hold together or one alone (flock).
namespace goldsmith::store {

// Held until destruction, or until the process ends, however it ends. Movable.
class DirectoryLock {
public:
    // Waits while somebody holds it alone.
    static DirectoryLock shared(const std::filesystem::path& file);
    // Nothing if others still hold it when `limit` has passed. Asks again and again instead of
    // queueing, so that those who share are never held up by somebody who waits.
    static std::optional<DirectoryLock> exclusive(const std::filesystem::path& file,
                                                  std::chrono::milliseconds limit);

private:
    explicit DirectoryLock(base::Fd fd) : fd_(std::move(fd)) {}
    base::Fd fd_;
};

// True if some process holds a lock on this open file (flock). Takes and drops it to find out.
bool is_locked(int fd);

}  // namespace goldsmith::store
