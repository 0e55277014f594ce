// RemoteAccess: what a run needs from beyond the machine. The executor only knows this interface; a
// run with a network uses NetworkAccess, tests use fakes or OfflineAccess. One thread.
//
// Everything throws RemoteFailure when it cannot be had, and RunStopped or StepTimedOut when the
// patience ends: at once, whatever the network does.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "guest/net/s3_location.h"
#include "guest/patience.h"

namespace goldsmith::guest {

/// Could not be had; the message says why and what to do.
class RemoteFailure : public base::Error {
public:
    using base::Error::Error;
};

struct SsmValue {
    std::string text;
    bool secure = false;  ///< SecureString: never to reach a log
};

struct RemoteDocument {
    std::string text;
    std::string canonical;  ///< the same for all names of one document
};

/// Where bytes go that arrive.
class ByteTarget {
public:
    virtual ~ByteTarget() = default;
    /// What came so far counts no more: another attempt begins.
    virtual void restart() = 0;
    virtual void write(std::string_view bytes) = 0;
};

/// Told what goes on: attempts that failed. May be empty.
using TransferNote = std::function<void(const std::string& message)>;

struct WebSource {
    std::string url;
    bool ignore_certificate_errors = false;
    /// The content is checked otherwise, so a redirect from https to http does no harm.
    bool may_leave_tls = false;
};

struct S3Listing {
    std::vector<std::string> keys;
    bool complete = true;  ///< false: there are more
};

struct LogStreamName {
    std::string group;
    std::string stream;
    std::string region;  ///< "" : the run's own
};

/// Takes lines for a log service. Sending never fails: finish() tells what went wrong.
class LogStream {
public:
    virtual ~LogStream() = default;
    virtual void send(std::string_view message) = 0;
    /// Waits until all lines are there, at most `limit`. Nothing when they are. To be called once.
    virtual std::optional<std::string> finish(std::chrono::milliseconds limit) = 0;
};

class RemoteAccess {
public:
    virtual ~RemoteAccess() = default;

    virtual SsmValue ssm_parameter(const std::string& name, const Patience& patience) = 0;
    /// Instance metadata, `path` below meta-data/.
    virtual std::string metadata(const std::string& path, const Patience& patience) = 0;
    virtual std::string region(const Patience& patience) = 0;
    virtual std::string account_id(const Patience& patience) = 0;
    /// The text of a document at an s3:// URI or a component ARN. `bucket_owner` may be empty, here
    /// and below.
    virtual RemoteDocument document(const std::string& location, const std::string& bucket_owner,
                                    const Patience& patience) = 0;

    virtual void download(const WebSource& source, ByteTarget& target, const TransferNote& note,
                          const Patience& patience) = 0;
    /// At most 1000 keys, in the order of their bytes.
    virtual S3Listing list_objects(const S3Location& prefix, const std::string& bucket_owner,
                                   const Patience& patience) = 0;
    virtual void get_object(const S3Location& object, const std::string& bucket_owner,
                            ByteTarget& target, const Patience& patience) = 0;
    /// Sends a regular file from its beginning.
    virtual void put_object(const S3Location& object, const std::string& bucket_owner, int file,
                            const Patience& patience) = 0;

    virtual std::unique_ptr<LogStream> open_log_stream(const LogStreamName& name,
                                                       const Patience& patience) = 0;
};

/// Refuses everything with a clear message.
class OfflineAccess final : public RemoteAccess {
public:
    SsmValue ssm_parameter(const std::string& name, const Patience& patience) override;
    std::string metadata(const std::string& path, const Patience& patience) override;
    std::string region(const Patience& patience) override;
    std::string account_id(const Patience& patience) override;
    RemoteDocument document(const std::string& location, const std::string& bucket_owner,
                            const Patience& patience) override;
    void download(const WebSource& source, ByteTarget& target, const TransferNote& note,
                  const Patience& patience) override;
    S3Listing list_objects(const S3Location& prefix, const std::string& bucket_owner,
                           const Patience& patience) override;
    void get_object(const S3Location& object, const std::string& bucket_owner, ByteTarget& target,
                    const Patience& patience) override;
    void put_object(const S3Location& object, const std::string& bucket_owner, int file,
                    const Patience& patience) override;
    std::unique_ptr<LogStream> open_log_stream(const LogStreamName& name,
                                               const Patience& patience) override;
};

}  // namespace goldsmith::guest
