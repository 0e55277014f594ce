#include "audit/files.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <cstdio>

#include "base/error.h"

namespace goldsmith::audit {

namespace {

constexpr std::string_view prefix = "events-";
constexpr std::string_view suffix = ".jsonl";
constexpr std::size_t day_size = 10;
constexpr std::size_t number_size = 12;
constexpr std::uint64_t block_bytes = 256UL * 1024;

std::optional<LogFile> parse_name(const base::Path& folder, std::string_view name) {
    if (name.size() != prefix.size() + day_size + 1 + number_size + suffix.size() ||
        !name.starts_with(prefix) || !name.ends_with(suffix)) {
        return std::nullopt;
    }
    LogFile file{folder / name, std::string(name.substr(prefix.size(), day_size)), 0};
    const auto number = name.substr(prefix.size() + day_size + 1, number_size);
    const auto [end, error] =
        std::from_chars(number.data(), number.data() + number.size(), file.first);
    return error == std::errc() && end == number.data() + number.size() ? std::optional(file)
                                                                        : std::nullopt;
}

}  // namespace

std::string file_name(std::string_view day, std::uint64_t first) {
    char number[32];
    std::snprintf(number, sizeof number, "%012llu", static_cast<unsigned long long>(first));
    return std::string(prefix) + std::string(day) + '-' + number + std::string(suffix);
}

std::vector<LogFile> log_files(const base::Path& folder) {
    std::vector<LogFile> files;
    for (const std::string& name : base::list_directory(folder)) {
        if (auto file = parse_name(folder, name)) {
            files.push_back(std::move(*file));
        }
    }
    std::ranges::sort(files, {},
                      [](const LogFile& file) { return std::pair(file.first, file.day); });
    return files;
}

std::optional<Link> read_link(const base::Path& file) {
    const auto text = base::read_file_if_exists(file, 4096);
    if (!text) {
        return std::nullopt;
    }
    auto link = parse_link(*text);
    if (!link) {
        throw base::Error(file.string() + " does not have the form of docs/formats/audit-log.md");
    }
    return link;
}

BackwardLines::BackwardLines(const base::Path& file) : fd_(base::open_file(file, O_RDONLY)) {
    struct stat status {};
    if (::fstat(fd_.get(), &status) != 0) {
        throw base::SystemError("stat " + file.string());
    }
    offset_ = static_cast<std::uint64_t>(status.st_size);
}

bool BackwardLines::read_block() {
    const auto size = std::min(block_bytes, offset_);
    if (size == 0) {
        return false;
    }
    std::string block(size, '\0');
    base::read_exactly_at(fd_.get(), block.data(), size, offset_ - size);
    buffer_.insert(0, block);
    offset_ -= size;
    return true;
}

std::optional<std::string> BackwardLines::next() {
    if (!started_) {  // what has no line break yet is being written
        started_ = true;
        while (buffer_.find('\n') == std::string::npos && read_block()) {
        }
        buffer_.resize(buffer_.rfind('\n') + 1);  // npos + 1 is 0
        complete_bytes_ = offset_ + buffer_.size();
    }
    if (buffer_.empty() && !read_block()) {
        return std::nullopt;
    }
    for (;;) {
        const auto end = buffer_.size() - 1;  // the line's own break
        const auto before = end == 0 ? std::string::npos : buffer_.rfind('\n', end - 1);
        if (before == std::string::npos && read_block()) {
            continue;
        }
        const auto begin = before == std::string::npos ? 0 : before + 1;
        std::string line = buffer_.substr(begin, end - begin);
        buffer_.resize(begin);
        return line;
    }
}

}  // namespace goldsmith::audit
