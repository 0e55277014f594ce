#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>

#include "base/error.h"
#include "base/files.h"
#include "base/guarded.h"
#include "store/log_files.h"
#include "store/log_writer_state.h"

namespace goldsmith::store {

namespace {

std::int64_t now_ms() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

bool ends_with_newline(int fd) {
    struct stat status {};
    if (::fstat(fd, &status) != 0) {
        throw base::SystemError("read the size of a log stream");
    }
    if (status.st_size == 0) {
        return true;
    }
    char last = 0;
    base::read_exactly_at(fd, &last, 1, static_cast<std::uint64_t>(status.st_size) - 1);
    return last == '\n';
}

}  // namespace

LogWriter::Impl::Impl(base::Fd file, std::filesystem::path where)
    : fd(std::move(file)), path(std::move(where)), torn(!ends_with_newline(fd.get())) {}

void LogWriter::Impl::write(std::string lines) {
    const std::scoped_lock lock(mutex);
    if (torn) {
        lines.insert(0, "\n");  // ends the line that somebody, or we, could not finish
    }
    ssize_t put = 0;
    do {
        put = ::write(fd.get(), lines.data(), lines.size());
    } while (put < 0 && errno == EINTR);
    torn = put >= 0 ? static_cast<std::size_t>(put) != lines.size() : torn;
    if (put < 0) {
        throw base::SystemError("append to the log stream " + path.string());
    }
    if (torn) {
        throw base::SystemError("append to the log stream " + path.string(), ENOSPC);
    }
}

LogWriter::LogWriter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
LogWriter::LogWriter(LogWriter&&) noexcept = default;
LogWriter& LogWriter::operator=(LogWriter&&) noexcept = default;
LogWriter::~LogWriter() = default;

void LogWriter::append(std::span<const LogEvent> events) {
    std::string lines;
    const std::int64_t now = now_ms();
    for (LogEvent event : events) {
        event.ingested_ms = now;
        lines += encode_event_line(event);
    }
    if (!lines.empty()) {
        impl_->write(std::move(lines));
    }
}

void LogWriter::append(std::int64_t timestamp_ms, std::string_view message) {
    const LogEvent event{.timestamp_ms = timestamp_ms, .message = std::string(message)};
    append(std::span(&event, 1));
}

void LogWriter::sync() {
    if (::fdatasync(impl_->fd.get()) != 0) {
        throw base::SystemError("sync the log stream " + impl_->path.string());
    }
}

}  // namespace goldsmith::store
