#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>

#include "base/encoding.h"
#include "base/error.h"
#include "base/files.h"
#include "base/random.h"
#include "store/log_files.h"
#include "store/log_writer_state.h"

namespace goldsmith::store {

namespace {

using std::filesystem::path;

constexpr std::string_view kGroupFile = "group.json";
constexpr std::string_view kStreamSuffix = ".log";
constexpr std::int64_t kDayMs = 24 * 3600 * 1000;

std::int64_t now_ms() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

void check_name(std::string_view what, std::string_view name, std::string_view forbidden) {
    if (name.empty() || name.size() > 512 || !base::is_utf8(name) ||
        name.find_first_of(forbidden) != std::string_view::npos) {
        throw base::Error("'" + std::string(name.substr(0, 80)) + "' is no name for a " +
                          std::string(what) + ": it must have 1 to 512 characters, none of '" +
                          std::string(forbidden) + "'");
    }
}

path group_path(const path& directory, std::string_view group) {
    check_name("log group", group, ":*");
    return directory / encoded_log_name(group);
}

path stream_path(const path& directory, std::string_view group, std::string_view stream) {
    check_name("log stream", stream, ":*");
    return group_path(directory, group) / (encoded_log_name(stream) + std::string(kStreamSuffix));
}

std::optional<LogGroupInfo> read_group(const path& folder) {
    const auto text = base::read_file_if_exists(folder / kGroupFile);
    auto group = text ? parse_group(*text) : std::nullopt;
    if (!group) {
        return std::nullopt;
    }
    for (const std::string& file : base::list_directory(folder)) {
        std::error_code gone;
        const auto size = std::filesystem::file_size(folder / file, gone);
        if (file.ends_with(kStreamSuffix) && !gone) {
            group->stored_bytes += size;
        }
    }
    return group;
}

std::vector<LogStreamInfo> read_streams(const path& folder, std::string_view prefix) {
    std::vector<LogStreamInfo> streams;
    for (const std::string& file : base::list_directory(folder)) {
        if (!file.ends_with(kStreamSuffix)) {
            continue;
        }
        auto stream = read_stream_info(folder / file);
        if (stream && stream->name.starts_with(prefix)) {
            streams.push_back(*std::move(stream));
        }
    }
    std::sort(streams.begin(), streams.end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
    return streams;
}

}  // namespace

bool create_with_content(const path& file, std::string_view content) {
    base::SystemRandom random;
    const path temporary = file.parent_path() / ("." + base::make_hex_id(random, 24) + ".tmp");
    {
        const base::Fd fd = base::open_file(temporary, O_WRONLY | O_CREAT | O_EXCL);
        base::write_all(fd.get(), content);
    }
    if (::renameat2(AT_FDCWD, temporary.c_str(), AT_FDCWD, file.c_str(), RENAME_NOREPLACE) == 0) {
        return true;
    }
    const int error = errno;
    ::unlink(temporary.c_str());
    if (error != EEXIST) {
        throw base::SystemError("create " + file.string(), error);
    }
    return false;
}

LogStore::LogStore(const path& root, std::string_view region, std::string_view account)
    : directory_(std::filesystem::absolute(root) / encoded_log_name(region) /
                 encoded_log_name(account)) {}

bool LogStore::create_group(std::string_view group) {
    const path folder = group_path(directory_, group);
    base::make_directories(folder);
    return create_with_content(folder / kGroupFile,
                               encode_group({.name = std::string(group), .created_ms = now_ms()}));
}

bool LogStore::create_stream(std::string_view group, std::string_view stream) {
    const path file = stream_path(directory_, group, stream);
    create_group(group);
    return create_with_content(
        file, encode_header_line({.name = std::string(stream), .created_ms = now_ms()}));
}

LogWriter LogStore::writer(std::string_view group, std::string_view stream) {
    const path file = stream_path(directory_, group, stream);
    if (!std::filesystem::exists(file)) {
        create_stream(group, stream);
    }
    base::Fd fd = base::open_file(file, O_RDWR | O_APPEND);
    return LogWriter(std::make_unique<LogWriter::Impl>(std::move(fd), file));
}

std::vector<LogGroupInfo> LogStore::groups(std::string_view prefix) const {
    std::vector<LogGroupInfo> groups;
    for (const std::string& folder : base::list_directory(directory_)) {
        auto group = read_group(directory_ / folder);
        if (group && group->name.starts_with(prefix)) {
            groups.push_back(*std::move(group));
        }
    }
    std::sort(groups.begin(), groups.end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
    return groups;
}

std::optional<LogGroupInfo> LogStore::group(std::string_view name) const {
    return read_group(group_path(directory_, name));
}

std::optional<std::vector<LogStreamInfo>> LogStore::streams(std::string_view group,
                                                            std::string_view prefix) const {
    const path folder = group_path(directory_, group);
    if (!std::filesystem::exists(folder / kGroupFile)) {
        return std::nullopt;
    }
    return read_streams(folder, prefix);
}

std::optional<LogPage> LogStore::read(std::string_view group, std::string_view stream,
                                      const LogQuery& query) const {
    const path file = stream_path(directory_, group, stream);
    const base::Fd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd) {
        if (errno == ENOENT) {
            return std::nullopt;
        }
        throw base::SystemError("open the log stream " + file.string());
    }
    return read_log_page(fd.get(), query);
}

bool LogStore::delete_group(std::string_view group) {
    const path folder = group_path(directory_, group);
    const bool there = ::unlink((folder / kGroupFile).c_str()) == 0;
    base::remove_tree(folder);
    return there;
}

bool LogStore::delete_stream(std::string_view group, std::string_view stream) {
    const path file = stream_path(directory_, group, stream);
    if (::unlink(file.c_str()) == 0) {
        return true;
    }
    if (errno == ENOENT) {
        return false;
    }
    throw base::SystemError("delete the log stream " + file.string());
}

bool LogStore::set_retention(std::string_view name, std::optional<int> days) {
    auto info = group(name);
    if (!info) {
        return false;
    }
    info->retention_days = days;
    base::write_file_atomically(group_path(directory_, name) / kGroupFile, encode_group(*info));
    return true;
}

std::size_t LogStore::delete_expired(std::int64_t now) {
    std::size_t deleted = 0;
    for (const LogGroupInfo& group : groups()) {
        if (!group.retention_days) {
            continue;
        }
        const std::int64_t oldest_kept = now - *group.retention_days * kDayMs;
        for (const LogStreamInfo& stream : read_streams(group_path(directory_, group.name), {})) {
            if (stream.last_event_ms.value_or(stream.created_ms) < oldest_kept) {
                deleted += delete_stream(group.name, stream.name) ? 1 : 0;
            }
        }
    }
    return deleted;
}

}  // namespace goldsmith::store
