#include "runner/build_log.h"

#include <fcntl.h>

#include <chrono>
#include <utility>

#include "base/error.h"

namespace goldsmith::runner {

namespace {

constexpr std::size_t kMostLineBytes = 64 * 1024;

std::int64_t now_ms() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

}  // namespace

void BuildLog::lines(const std::vector<std::string>& texts) {
    if (texts.empty()) {
        return;
    }
    if (!writer_) {
        print(texts);
        return;
    }
    std::vector<store::LogEvent> events;
    const std::lock_guard lock(mutex_);
    const std::int64_t now = now_ms();
    if (lost_ > 0) {
        events.push_back({now, std::to_string(lost_) + " lines could not be written here", 0, 0});
    }
    for (const std::string& text : texts) {
        events.push_back({now, text, 0, 0});
    }
    try {
        writer_->append(events);
        lost_ = 0;
    } catch (const base::Error&) {
        lost_ += texts.size();
    }
}

void BuildLog::print(const std::vector<std::string>& texts) {
    std::string block;
    for (const std::string& text : texts) {
        block += text + "\r\n";
    }
    try {
        const base::Fd file = base::open_file(console_, O_WRONLY | O_CREAT | O_APPEND, 0600);
        base::write_all(file.get(), block);
    } catch (const base::Error&) {
        // As what the machine prints itself: lost, and nothing else.
    }
}

std::vector<std::string> LineCutter::feed(std::string_view chunk) {
    std::vector<std::string> lines;
    while (!chunk.empty()) {
        const std::size_t end = chunk.find('\n');
        const bool whole = end != std::string_view::npos;
        partial_.append(chunk.substr(0, whole ? end : chunk.size()));
        chunk.remove_prefix(whole ? end + 1 : chunk.size());
        if (whole || partial_.size() >= kMostLineBytes) {
            if (!partial_.empty() && partial_.back() == '\r') {
                partial_.pop_back();
            }
            lines.push_back(std::exchange(partial_, {}));
        }
    }
    return lines;
}

std::string LineCutter::rest() {
    return std::exchange(partial_, {});
}

}  // namespace goldsmith::runner
