#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>

#include "base/error.h"
#include "base/files.h"
#include "store/log_files.h"

namespace goldsmith::store {

namespace {

constexpr std::size_t kReadBytes = 256 * 1024;
constexpr std::size_t kMaxEvents = 10'000;
constexpr std::size_t kMaxPageBytes = 1 << 20;
// What CloudWatch counts for an event besides its message.
constexpr std::size_t kEventOverheadBytes = 26;

std::uint64_t file_size(int fd) {
    struct stat status {};
    if (::fstat(fd, &status) != 0) {
        throw base::SystemError("read the size of a log stream");
    }
    return static_cast<std::uint64_t>(status.st_size);
}

std::string read_range(int fd, std::uint64_t begin, std::uint64_t end) {
    std::string text(end - begin, '\0');
    base::read_exactly_at(fd, text.data(), text.size(), begin);
    return text;
}

struct Line {
    std::uint64_t position = 0;
    std::uint64_t end = 0;  // behind the newline
    std::string text = {};
};

// Whole lines from a position on, or back from one, each byte read once. One object walks one way.
class LineWalker {
public:
    LineWalker(int fd, std::uint64_t at, std::uint64_t end)
        : fd_(fd), at_(at), end_(end), read_to_(at), back_from_(at) {}

    std::optional<Line> next() {
        std::size_t newline = buffer_.find('\n', used_);
        while (newline == std::string::npos && read_to_ < end_) {
            const std::uint64_t to = std::min<std::uint64_t>(end_, read_to_ + kReadBytes);
            buffer_.erase(0, used_);
            const std::size_t searched = buffer_.size();
            used_ = 0;
            buffer_ += read_range(fd_, read_to_, to);
            read_to_ = to;
            newline = buffer_.find('\n', searched);
        }
        if (newline == std::string::npos) {
            return std::nullopt;
        }
        Line line{at_, at_ + (newline - used_) + 1, buffer_.substr(used_, newline - used_)};
        used_ = newline + 1;
        at_ = line.end;
        return line;
    }

    // The line that ends at the current position.
    std::optional<Line> previous() {
        if (at_ == 0) {
            return std::nullopt;
        }
        // buffer_ holds the text from back_from_ up to at_, which ends with a newline.
        std::size_t newline = find_line_start();
        while (newline == std::string::npos && back_from_ > 0) {
            const std::uint64_t from = back_from_ - std::min<std::uint64_t>(back_from_, kReadBytes);
            buffer_ = read_range(fd_, from, back_from_) + buffer_;
            back_from_ = from;
            newline = find_line_start();
        }
        const std::size_t begin = newline == std::string::npos ? 0 : newline + 1;
        Line line{back_from_ + begin, at_, buffer_.substr(begin, buffer_.size() - begin - 1)};
        buffer_.resize(begin);
        at_ = line.position;
        return line;
    }

private:
    std::size_t find_line_start() const {
        return buffer_.size() < 2 ? std::string::npos : buffer_.rfind('\n', buffer_.size() - 2);
    }

    int fd_;
    std::uint64_t at_;
    std::uint64_t end_;
    std::string buffer_;
    std::size_t used_ = 0;
    std::uint64_t read_to_;    // next() has read up to here
    std::uint64_t back_from_;  // previous() has read down to here
};

// Collects events until a page is full.
class PageFilter {
public:
    explicit PageFilter(const LogQuery& query)
        : query_(query), limit_(std::clamp<std::size_t>(query.limit, 1, kMaxEvents)) {}

    // False, and the line not taken, if the page has no room for it.
    bool take(const Line& line) {
        auto event = parse_event_line(line.text);
        if (!event || !wanted(*event)) {
            return true;
        }
        const std::size_t size = event->message.size() + kEventOverheadBytes;
        if (events.size() >= limit_ || (!events.empty() && bytes_ + size > kMaxPageBytes)) {
            return false;
        }
        bytes_ += size;
        event->position = line.position;
        events.push_back(*std::move(event));
        return true;
    }

    std::vector<LogEvent> events;

private:
    bool wanted(const LogEvent& event) const {
        return (!query_.start_ms || event.timestamp_ms >= *query_.start_ms) &&
               (!query_.end_ms || event.timestamp_ms < *query_.end_ms);
    }

    const LogQuery& query_;
    std::size_t limit_;
    std::size_t bytes_ = 0;
};

LogPage page(std::vector<LogEvent> events, std::uint64_t first, std::uint64_t behind) {
    return {std::move(events), "f/" + std::to_string(behind), "b/" + std::to_string(first)};
}

LogPage read_forward(int fd, const LogQuery& query, std::uint64_t from) {
    const std::uint64_t end = whole_lines_end(fd);
    LineWalker walker(fd, from, std::max(from, end));
    PageFilter filter(query);
    std::uint64_t behind = from;
    while (const auto line = walker.next()) {
        if (!filter.take(*line)) {
            break;
        }
        behind = line->end;
    }
    const std::uint64_t first = filter.events.empty() ? from : filter.events.front().position;
    return page(std::move(filter.events), first, behind);
}

LogPage read_backward(int fd, const LogQuery& query, std::uint64_t from) {
    from = std::min(from, whole_lines_end(fd));
    LineWalker walker(fd, from, from);
    PageFilter filter(query);
    std::uint64_t first = from;
    while (const auto line = walker.previous()) {
        if (!filter.take(*line)) {
            break;
        }
        first = line->position;
    }
    std::reverse(filter.events.begin(), filter.events.end());
    return page(std::move(filter.events), first, from);
}

struct Token {
    bool forward = true;
    std::uint64_t position = 0;
};

Token parse_token(const std::string& text) {
    Token token;
    const char* const end = text.data() + text.size();
    if (text.starts_with("f/") || text.starts_with("b/")) {
        token.forward = text.front() == 'f';
        const auto [stop, error] = std::from_chars(text.data() + 2, end, token.position);
        if (error == std::errc() && stop == end && token.position <= (1ull << 62)) {
            return token;
        }
    }
    throw base::Error("'" + text.substr(0, 80) + "' is no token of a log page");
}

std::optional<LogEvent> first_event(int fd) {
    LineWalker walker(fd, 0, whole_lines_end(fd));
    while (const auto line = walker.next()) {
        if (auto event = parse_event_line(line->text)) {
            return event;
        }
    }
    return std::nullopt;
}

std::optional<LogEvent> last_event(int fd) {
    const std::uint64_t end = whole_lines_end(fd);
    LineWalker walker(fd, end, end);
    while (const auto line = walker.previous()) {
        if (auto event = parse_event_line(line->text)) {
            return event;
        }
    }
    return std::nullopt;
}

}  // namespace

std::uint64_t whole_lines_end(int fd) {
    std::uint64_t end = file_size(fd);
    while (end > 0) {
        const std::uint64_t from = end - std::min<std::uint64_t>(end, 4096);
        const std::string text = read_range(fd, from, end);
        const std::size_t newline = text.rfind('\n');
        if (newline != std::string::npos) {
            return from + newline + 1;
        }
        end = from;
    }
    return 0;
}

LogPage read_log_page(int fd, const LogQuery& query) {
    if (!query.token.empty()) {
        const Token token = parse_token(query.token);
        return token.forward ? read_forward(fd, query, token.position)
                             : read_backward(fd, query, token.position);
    }
    return query.start_from_head ? read_forward(fd, query, 0)
                                 : read_backward(fd, query, whole_lines_end(fd));
}

std::optional<LogStreamInfo> read_stream_info(const std::filesystem::path& path) {
    const base::Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd) {
        if (errno == ENOENT) {
            return std::nullopt;
        }
        throw base::SystemError("open the log stream " + path.string());
    }
    LineWalker walker(fd.get(), 0, whole_lines_end(fd.get()));
    const auto line = walker.next();
    auto header = line ? parse_header_line(line->text) : std::nullopt;
    if (!header) {
        return std::nullopt;
    }
    LogStreamInfo info{.name = std::move(header->name), .created_ms = header->created_ms};
    info.stored_bytes = file_size(fd.get());
    if (const auto first = first_event(fd.get())) {
        info.first_event_ms = first->timestamp_ms;
    }
    if (const auto last = last_event(fd.get())) {
        info.last_event_ms = last->timestamp_ms;
        info.last_ingestion_ms = last->ingested_ms;
    }
    return info;
}

}  // namespace goldsmith::store
