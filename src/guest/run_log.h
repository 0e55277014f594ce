// RunLog writes console.log (for people; its messages are an interface that tools match on) and
// application.log (for debugging) of one run. Every line passes the masker. Writes are buffered;
// flush() makes them visible. Throws LogFailure when the log folder cannot take them. One thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/files.h"
#include "guest/secret_masker.h"

namespace goldsmith::guest {

/// The log could not be written (disk full, folder gone). Ends the run: a build without its log
/// would not be worth much.
class LogFailure : public base::Error {
public:
    using base::Error::Error;
};

class RunLog {
public:
    /// Called with each console message, masked and without its time.
    using Listener = std::function<void(std::string_view message)>;

    /// Appends to the files of `folder` (which exists).
    RunLog(const base::Path& folder, const base::Clock& clock, SecretMasker& masker,
           Listener listener);
    ~RunLog();

    /// A line of console.log at level Info; also goes to application.log. May hold line breaks.
    void info(std::string_view message);
    /// One line of a command's output: console.log only. `prefix` is "CmdExecution: Stdout: ".
    void output(std::string_view prefix, std::string_view line);
    /// application.log only.
    void debug(std::string_view message);
    void flush();

    SecretMasker& masker() { return masker_; }
    const base::Clock& clock() const { return clock_; }
    const base::Path& folder() const { return folder_; }

private:
    void append(std::string& buffer, base::Fd& fd, std::string_view level, std::string_view prefix,
                std::string_view message);
    std::string_view timestamp();

    base::Path folder_;
    const base::Clock& clock_;
    SecretMasker& masker_;
    Listener listener_;
    base::Fd console_;
    base::Fd application_;
    std::string console_buffer_;
    std::string application_buffer_;
    std::string listener_buffer_;
    std::string time_text_;
    base::Time time_of_text_{};
};

/// "2026-03-01 10:00:00.123" in local time.
std::string format_log_time(base::Time time);
/// RFC 3339 with seconds and the local offset: "2026-03-01T10:00:00Z", "...+02:00".
std::string format_report_time(base::Time time);

}  // namespace goldsmith::guest
