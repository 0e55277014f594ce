#include "guest/log_shipping.h"

#include <fcntl.h>

#include "guest/modules/module.h"

namespace goldsmith::guest {
namespace {

using namespace std::chrono_literals;

/// After a stop was asked for, the log still gets this long to reach its place.
constexpr auto grace = 10s;
constexpr auto longest_upload = 600s;

}  // namespace

void LogShipping::open(const std::string& default_stream) {
    if (where_.cw_group.empty()) {
        return;
    }
    const LogStreamName name{where_.cw_group,
                             where_.cw_stream.empty() ? default_stream : where_.cw_stream,
                             where_.cw_region};
    try {
        stream_ = remote_.open_log_stream(name, {stop_, {}});
    } catch (const RunStopped&) {
        throw;
    } catch (const base::Error&) {
        if (!where_.cw_ignore_failures) {
            throw;
        }
    }
}

void LogShipping::send(std::string_view message) {
    if (stream_) {
        stream_->send(message);
    }
}

std::optional<std::string> LogShipping::close() {
    if (!stream_) {
        return std::nullopt;
    }
    const auto problem = stream_->finish(stop_.requested() ? grace : longest_upload);
    stream_.reset();
    return where_.cw_ignore_failures ? std::nullopt : problem;
}

std::string LogShipping::upload(const base::Path& folder) {
    if (where_.s3_bucket.empty()) {
        return "";
    }
    const StopSignal never;
    const bool stopped = stop_.requested();
    const Patience patience{stopped ? never : stop_,
                            std::chrono::steady_clock::now() + (stopped ? grace : longest_upload)};
    std::string prefix = where_.s3_prefix;
    while (prefix.ends_with('/')) {
        prefix.pop_back();
    }
    prefix += (prefix.empty() ? "" : "/") + folder.filename().string();
    for (const std::string& name : base::list_directory(folder)) {
        const base::Fd file = base::open_file(folder / name, O_RDONLY | O_NOFOLLOW);
        remote_.put_object({where_.s3_bucket, prefix + "/" + name}, where_.s3_owner, file.get(),
                           patience);
    }
    return "s3://" + where_.s3_bucket + "/" + prefix;
}

}  // namespace goldsmith::guest
