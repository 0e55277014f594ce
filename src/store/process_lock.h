#pragma once

#include <chrono>
#include <filesystem>
#include <optional>

#include "base/fd.h"

// A lock between processes (and between objects of one process) that many may hold together or one
// alone.
namespace goldsmith::store {

// An flock on a file that is created where absent; held until destruction, or until the process
// ends, however it ends. Whoever holds it alone may remove the file: the others notice. Movable.
class ProcessLock {
public:
    // Waits while somebody holds it alone.
    static ProcessLock shared(const std::filesystem::path& file);
    // Waits while anybody holds it.
    static ProcessLock exclusive(const std::filesystem::path& file);
    // Nothing if others still hold it when `limit` has passed. Asks again and again instead of
    // queueing, so that those who share are never held up by somebody who waits.
    static std::optional<ProcessLock> try_exclusive(
        const std::filesystem::path& file,
        std::chrono::milliseconds limit = std::chrono::milliseconds(0));

private:
    explicit ProcessLock(base::Fd fd) : fd_(std::move(fd)) {}
    base::Fd fd_;
};

// True if somebody holds an flock on this open file. Takes and drops it to find out.
bool is_locked(int fd);

}  // namespace goldsmith::store
