#include "guest/run_log.h"

#include <fcntl.h>

#include <cstdio>
#include <ctime>

namespace goldsmith::guest {
namespace {

constexpr std::size_t buffer_bytes = 64 * 1024;

std::tm local_time(base::Time time) {
    const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
    std::tm parts{};
    ::localtime_r(&seconds, &parts);
    return parts;
}

void write_out(std::string& buffer, const base::Fd& fd) {
    try {
        base::write_all(fd.get(), buffer);
    } catch (const base::Error& error) {
        buffer.clear();  // a full disk must not make us grow
        throw LogFailure("the log cannot be written: " + base::error_chain(error));
    }
    buffer.clear();  // keeps its memory for the next lines
}

}  // namespace

std::string format_log_time(base::Time time) {
    const std::tm parts = local_time(time);
    char text[64];
    const std::size_t length = std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &parts);
    const auto milliseconds = time.time_since_epoch().count() % 1000;
    std::snprintf(text + length, sizeof text - length, ".%03d", static_cast<int>(milliseconds));
    return text;
}

std::string format_report_time(base::Time time) {
    const std::tm parts = local_time(time);
    char text[64];
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
    if (parts.tm_gmtoff == 0) {
        return std::string(text) + "Z";
    }
    const long minutes = (parts.tm_gmtoff < 0 ? -parts.tm_gmtoff : parts.tm_gmtoff) / 60;
    char offset[32];
    std::snprintf(offset, sizeof offset, "%c%02ld:%02ld", parts.tm_gmtoff < 0 ? '-' : '+',
                  minutes / 60, minutes % 60);
    return std::string(text) + offset;
}

RunLog::RunLog(const base::Path& folder, const base::Clock& clock, SecretMasker& masker,
               Listener listener)
    : folder_(folder),
      clock_(clock),
      masker_(masker),
      listener_(std::move(listener)),
      console_(base::open_file(folder / "console.log", O_WRONLY | O_CREAT | O_APPEND, 0600)),
      application_(
          base::open_file(folder / "application.log", O_WRONLY | O_CREAT | O_APPEND, 0600)) {}

RunLog::~RunLog() {
    try {
        flush();
    } catch (const base::Error&) {
        // The run has been told by an earlier flush, or has nothing left to tell.
    }
}

std::string_view RunLog::timestamp() {
    const base::Time now = clock_.now();
    if (now != time_of_text_ || time_text_.empty()) {
        time_text_ = format_log_time(now);
        time_of_text_ = now;
    }
    return time_text_;
}

void RunLog::append(std::string& buffer, base::Fd& fd, std::string_view level,
                    std::string_view prefix, std::string_view message) {
    buffer.append(timestamp()).append(level).append(prefix).append(message).push_back('\n');
    if (buffer.size() >= buffer_bytes) {
        write_out(buffer, fd);
    }
}

void RunLog::info(std::string_view message) {
    const std::string masked = masker_.mask(message);
    append(console_buffer_, console_, " Info ", "", masked);
    append(application_buffer_, application_, " Info ", "", masked);
    if (listener_) {
        listener_(masked);
    }
}

void RunLog::output(std::string_view prefix, std::string_view line) {
    std::string masked;
    if (masker_.needs_mask(line)) {
        masked = masker_.mask(line);
        line = masked;
    }
    append(console_buffer_, console_, " Info ", prefix, line);
    if (listener_) {
        listener_buffer_.assign(prefix).append(line);
        listener_(listener_buffer_);
    }
}

void RunLog::debug(std::string_view message) {
    append(application_buffer_, application_, " Debug ", "", masker_.mask(message));
}

void RunLog::flush() {
    if (!console_buffer_.empty()) {
        write_out(console_buffer_, console_);
    }
    if (!application_buffer_.empty()) {
        write_out(application_buffer_, application_);
    }
}

}  // namespace goldsmith::guest
