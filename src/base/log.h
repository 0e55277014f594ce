// Log: the daemon's and the runner's own log, one line per event: time, level, message, key=value.
// A Logger is a cheap value that carries context (request, execution, step) and is passed down;
// there is no global logger. Logging never throws. Thread-safe. Build logs are product data and
// live in store/, not here.
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace goldsmith::base {

enum class LogLevel { debug, info, warning, error };

/// Where lines go.
class LogSink {
public:
    virtual ~LogSink() = default;
    /// One complete line without the newline. May be called from any thread.
    virtual void write(std::string_view line) noexcept = 0;
};

/// Appends to a descriptor that it does not own.
class FdLogSink final : public LogSink {
public:
    explicit FdLogSink(int fd) : fd_(fd) {}
    void write(std::string_view line) noexcept override;

private:
    int fd_;
};

class Logger {
public:
    using Field = std::pair<std::string_view, std::string_view>;

    /// Discards everything.
    Logger() = default;
    Logger(std::shared_ptr<LogSink> sink, LogLevel minimum)
        : sink_(std::move(sink)), minimum_(minimum) {}

    /// The same logger with one more field on every line.
    Logger with(std::string_view key, std::string_view value) const;

    void debug(std::string_view message, std::initializer_list<Field> fields = {}) const noexcept;
    void info(std::string_view message, std::initializer_list<Field> fields = {}) const noexcept;
    void warning(std::string_view message, std::initializer_list<Field> fields = {}) const noexcept;
    void error(std::string_view message, std::initializer_list<Field> fields = {}) const noexcept;

private:
    void log(LogLevel level, std::string_view message,
             std::initializer_list<Field> fields) const noexcept;

    std::shared_ptr<LogSink> sink_;
    LogLevel minimum_ = LogLevel::info;
    std::string context_;
};

}  // namespace goldsmith::base
