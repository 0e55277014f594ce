#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// Log groups and streams: product data, with the semantics of CloudWatch Logs.
//
//     <root>/<region>/<account>/<encoded group>/group.json
//     <root>/<region>/<account>/<encoded group>/<encoded stream>.log docs/formats/log-stream.md
//
// A stream is an append-only file. Several processes append to one stream at once (every append is
// one write with O_APPEND); readers need no lock and never see half an event.
namespace goldsmith::store {

struct LogEvent {
    std::int64_t timestamp_ms = 0;  // Unix time at which it happened
    std::string message = {};       // UTF-8; anything else is replaced by U+FFFD when appended
    std::int64_t ingested_ms =
        0;  // Unix time at which it was appended; readers see it, writers need not
    std::uint64_t position = 0;  // offset in the stream; readers see it: a stable event id

    bool operator==(const LogEvent&) const = default;
};

struct LogStreamInfo {
    std::string name = {};
    std::int64_t created_ms = 0;
    std::optional<std::int64_t> first_event_ms = {};
    std::optional<std::int64_t> last_event_ms = {};
    std::optional<std::int64_t> last_ingestion_ms = {};
    std::uint64_t stored_bytes = 0;
};

struct LogGroupInfo {
    std::string name = {};
    std::int64_t created_ms = 0;
    std::optional<int> retention_days = {};  // none = kept for ever
    std::uint64_t stored_bytes = 0;
};

// Appends to one stream. Thread-safe; cheap to keep open; one per process and stream is enough.
class LogWriter {
public:
    LogWriter(LogWriter&&) noexcept;
    LogWriter& operator=(LogWriter&&) noexcept;
    ~LogWriter();

    // All events become visible in one step and in this order. Throws base::SystemError (disk
    // full...); then none is visible.
    void append(std::span<const LogEvent> events);
    void append(std::int64_t timestamp_ms, std::string_view message);
    // Survives a crash of the machine after this; appends alone survive a crash of the process.
    void sync();

private:
    friend class LogStore;
    struct Impl;
    explicit LogWriter(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

struct LogQuery {
    std::optional<std::int64_t> start_ms = {};  // inclusive
    std::optional<std::int64_t> end_ms = {};    // exclusive
    std::size_t limit = 10000;                  // events; at most 10000
    bool start_from_head = false;  // without a token: from the oldest, else the latest page
    std::string token = {};        // "f/..." goes on to newer, "b/..." to older events
};

// Oldest first whichever way the page was found. A token that comes back unchanged means: nothing
// more in that direction (yet).
struct LogPage {
    std::vector<LogEvent> events = {};  // at most 10000 and at most about 1 MB
    std::string forward_token = {};
    std::string backward_token = {};
};

// The logs of one account in one region. Thread-safe, no state in memory: several processes may use
// one directory.
class LogStore {
public:
    // `root` is the data directory's logs folder. Creates nothing yet.
    LogStore(const std::filesystem::path& root, std::string_view region, std::string_view account);

    // False if it was there already. Group and stream names: 1-512 characters; a stream's has no
    // ':' or '*'. Throws base::Error for a bad name.
    bool create_group(std::string_view group);
    bool create_stream(std::string_view group, std::string_view stream);
    // Opens for appending and creates group and stream where absent.
    LogWriter writer(std::string_view group, std::string_view stream);

    // Sorted by name. `prefix` filters.
    std::vector<LogGroupInfo> groups(std::string_view prefix = {}) const;
    std::optional<LogGroupInfo> group(std::string_view name) const;
    // nullopt: no such group.
    std::optional<std::vector<LogStreamInfo>> streams(std::string_view group,
                                                      std::string_view prefix = {}) const;
    // nullopt: no such group or stream. Throws base::Error for a token that this class did not
    // make.
    std::optional<LogPage> read(std::string_view group, std::string_view stream,
                                const LogQuery& query) const;

    bool delete_group(std::string_view group);  // with its streams; false if absent
    bool delete_stream(std::string_view group, std::string_view stream);
    bool set_retention(std::string_view group, std::optional<int> days);
    // Deletes the streams whose last event is older than their group's retention; answers how many.
    std::size_t delete_expired(std::int64_t now_ms);

private:
    std::filesystem::path directory_;
};

}  // namespace goldsmith::store
