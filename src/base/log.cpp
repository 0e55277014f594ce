#include "base/log.h"

#include <unistd.h>

#include "base/clock.h"

namespace goldsmith::base {

void FdLogSink::write(std::string_view line) noexcept {
    try {
        const std::string whole = std::string(line) + "\n";
        // One write, so that lines of several threads and processes do not mix.
        [[maybe_unused]] const ssize_t put = ::write(fd_, whole.data(), whole.size());
    } catch (...) {
        // Out of memory: a log line is not worth more trouble.
    }
}

namespace {

constexpr std::string_view level_names[] = {"debug", "info ", "warn ", "error"};

void append_field(std::string& line, std::string_view key, std::string_view value) {
    line += ' ';
    line += key;
    line += '=';
    const bool plain =
        !value.empty() && value.find_first_of(" \"=\n\t\r\\") == std::string_view::npos;
    if (plain) {
        line += value;
        return;
    }
    line += '"';
    for (const char c : value) {
        if (c == '\n') {
            line += "\\n";
        } else if (c == '"' || c == '\\') {
            line += '\\';
            line += c;
        } else {
            line += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
        }
    }
    line += '"';
}

}  // namespace

Logger Logger::with(std::string_view key, std::string_view value) const {
    Logger copy = *this;
    append_field(copy.context_, key, value);
    return copy;
}

void Logger::log(LogLevel level, std::string_view message,
                 std::initializer_list<Field> fields) const noexcept {
    if (!sink_ || level < minimum_) {
        return;
    }
    try {
        std::string line = format_iso8601(SystemClock().now());
        line += ' ';
        line += level_names[static_cast<std::size_t>(level)];
        line += ' ';
        for (const char c : message) {
            line += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
        }
        line += context_;
        for (const auto& [key, value] : fields) {
            append_field(line, key, value);
        }
        sink_->write(line);
    } catch (...) {
        // Logging cannot fail the work it describes.
    }
}

void Logger::debug(std::string_view m, std::initializer_list<Field> f) const noexcept {
    log(LogLevel::debug, m, f);
}
void Logger::info(std::string_view m, std::initializer_list<Field> f) const noexcept {
    log(LogLevel::info, m, f);
}
void Logger::warning(std::string_view m, std::initializer_list<Field> f) const noexcept {
    log(LogLevel::warning, m, f);
}
void Logger::error(std::string_view m, std::initializer_list<Field> f) const noexcept {
    log(LogLevel::error, m, f);
}

}  // namespace goldsmith::base
