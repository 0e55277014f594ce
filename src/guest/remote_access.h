// RemoteAccess: what a run needs from beyond the machine. The executor only knows this interface; a
// run without a network uses OfflineAccess, tests use fakes. One thread.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "base/error.h"

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

class RemoteAccess {
public:
    virtual ~RemoteAccess() = default;

    virtual SsmValue ssm_parameter(const std::string& name) = 0;
    /// Instance metadata, `path` below meta-data/.
    virtual std::string metadata(const std::string& path) = 0;
    /// The text of a document at an s3:// URI or a component ARN. `bucket_owner` may be empty.
    virtual std::string document(const std::string& location, const std::string& bucket_owner) = 0;
};

/// Refuses everything with a clear message.
class OfflineAccess final : public RemoteAccess {
public:
    SsmValue ssm_parameter(const std::string& name) override;
    std::string metadata(const std::string& path) override;
    std::string document(const std::string& location, const std::string& bucket_owner) override;
};

}  // namespace goldsmith::guest
