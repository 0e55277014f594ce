// MetadataClient asks the instance metadata service (IMDSv2: a token first). Never through a proxy.
// One thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "guest/net/http_client.h"

namespace goldsmith::guest {

class MetadataClient {
public:
    MetadataClient(HttpClient& client, Environment environment);

    /// AWS_EC2_METADATA_DISABLED says no.
    bool disabled() const;

    /// What is at `path` below meta-data/. Throws RemoteFailure, also for paths that lead to
    /// credentials or out of meta-data/, and as Patience::check.
    std::string metadata(const std::string& path, const Patience& patience);

    /// What is at an absolute path of the service ("/latest/dynamic/..."), nothing for status 404.
    /// For our own use: documents never name such a path. Throws RemoteFailure.
    std::optional<std::string> get(const std::string& path, const Patience& patience);

private:
    Url url_of(const std::string& path) const;
    HttpAnswer ask(const HttpRequest& request, const Patience& patience);
    const std::string& token(const Patience& patience);

    HttpClient& client_;
    Environment environment_;
    std::string token_;
    std::chrono::steady_clock::time_point token_end_{};
};

/// "a/b c" to "/latest/meta-data/a/b%20c". Throws RemoteFailure for paths that documents must not
/// use.
std::string metadata_target(const std::string& path);

}  // namespace goldsmith::guest
