// Log: appends to the audit log (docs/formats/audit-log.md). Used by the daemon, once per call of
// the API; one object at a time may write to a folder, which the lock of the data directory sees
// to.
//
// One thread of its own, `audit`, writes: lines that arrive while it writes or flushes go out
// together, so that many calls share one flush. Lines that nobody waits for gather for a moment
// first, so that reads do not wake a thread each. Thread-safe.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "audit/batch.h"
#include "audit/chain.h"
#include "base/clock.h"
#include "base/fd.h"
#include "base/files.h"
#include "base/guarded.h"
#include "base/log.h"

namespace goldsmith::audit {

struct LogOptions {
    base::Path folder{};
    std::uint64_t max_file_bytes = 64UL << 20;
    int keep_days = 365;  // 0: for ever
    /// Disk space kept allocated behind the end of the newest file; calls are let in while a
    /// quarter of it is left.
    std::uint64_t reserve_bytes = 4UL << 20;
    /// Lines that wait in memory; beyond, append() waits.
    std::uint64_t queue_bytes = 16UL << 20;
    /// How long lines that nobody waits for may stay without a flush, and how often writing is
    /// tried again after it failed.
    std::chrono::milliseconds flush_interval{1000};
    /// How long lines that nobody waits for gather before they are written together.
    std::chrono::milliseconds gather_interval{5};
};

enum class Flush { now, soon };

class Log {
public:
    /// Goes on after the last complete line. A folder whose end is missing or altered is reported
    /// in `logger`, and the chain goes on after what `head` says, so that verify() names the gap.
    /// Throws base::Error when the folder cannot be used. `clock` must outlive the object.
    Log(LogOptions options, const base::Clock& clock, base::Logger logger);
    /// Writes and flushes what it has.
    ~Log();
    Log(const Log&) = delete;
    Log& operator=(const Log&) = delete;

    /// Whether there is room for the lines of further calls. When not, a call must be refused
    /// before it does anything.
    bool has_room() const noexcept { return room_; }

    /// Hands over one record, a JSON object without line breaks. Flush::now waits until its line is
    /// on the disk; false when that failed, in which case the line is kept and tried again.
    bool append(std::string_view record, Flush flush);

private:
    struct Queue {
        Batch pending;
        bool awaited = false;  // somebody waits for one of them
        bool stopping = false;
    };

    void recover();
    void run();
    /// Moves what is pending to unwritten_. False when it is time to end.
    bool collect();
    /// Whether what is pending is to be written at once.
    bool is_urgent(const Queue& queue) const {
        return queue.stopping || queue.awaited || queue.pending.bytes() >= options_.queue_bytes / 4;
    }
    void write_unwritten();
    void write_lines();
    void flush();
    void open_file_for(const std::string& day);
    void close_file();
    void prune(const std::string& today);
    void extend_reserve();
    std::string today() const;

    const LogOptions options_;
    const base::Clock& clock_;
    const base::Logger logger_;
    std::atomic<bool> room_ = true;

    base::Guarded<Queue> queue_;
    std::condition_variable arrived_;
    std::condition_variable taken_;

    // Of the writing thread:
    Batch unwritten_;    // in memory only
    std::string lines_;  // what is being written
    Link last_;          // the last line in the file
    base::Fd file_;
    base::Path path_;
    std::string day_;
    std::uint64_t size_ = 0;
    std::uint64_t reserved_end_ = 0;
    base::Fd head_;
    bool unflushed_ = false;
    bool failing_ = false;
    std::chrono::steady_clock::time_point last_flush_{};

    std::jthread thread_;  // last: ends before the rest
};

}  // namespace goldsmith::audit
