// LogShipping sends a run's log away: console.log line by line to a log service while the run
// lasts, the whole log folder to a bucket at its end. One thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/files.h"
#include "guest/remote_access.h"

namespace goldsmith::guest {

struct LogDestinations {
    std::string s3_bucket;  ///< "" : no upload
    std::string s3_prefix;
    std::string s3_owner;
    std::string cw_group;  ///< "" : no stream
    std::string cw_stream;
    std::string cw_region;
    bool cw_ignore_failures = false;
};

class LogShipping {
public:
    LogShipping(const LogDestinations& where, RemoteAccess& remote, const StopSignal& stop)
        : where_(where), remote_(remote), stop_(stop) {}

    /// Opens the stream; its name is `default_stream` unless one was given. Throws RemoteFailure
    /// unless failures are to be ignored, and as Patience::check.
    void open(const std::string& default_stream);
    void send(std::string_view message);
    /// Waits until everything is sent. What went wrong, unless that is to be ignored.
    std::optional<std::string> close();
    /// Uploads the files of a log folder. Where to, "" when no bucket was named. Throws
    /// RemoteFailure.
    std::string upload(const base::Path& folder);

private:
    const LogDestinations& where_;
    RemoteAccess& remote_;
    const StopSignal& stop_;
    std::unique_ptr<LogStream> stream_;
};

}  // namespace goldsmith::guest
