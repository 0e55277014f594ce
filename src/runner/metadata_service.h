// The instance metadata service as a function from request to answer, as EC2 documents it: session
// tokens (version 2), plain requests where they are allowed (version 1), the tree of facts with its
// listings. Knows no sockets. Tokens are signed, not remembered, so that a guest that asks for
// millions costs nothing. One thread.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "api/generated/runner/run_types.h"
#include "base/clock.h"

namespace goldsmith::runner {

struct MetadataRequest {
    std::string method;
    std::string target;
    /// Names in lower case.
    std::map<std::string, std::string> headers{};
};

struct MetadataAnswer {
    unsigned status = 200;
    std::string body{};
    std::string content_type = "text/plain";
    std::map<std::string, std::string> headers{};
    /// The answer must not travel further than this many hops.
    std::optional<int> hop_limit{};
};

/// The facts by their path below /latest/ ("meta-data/ami-id"), except for credentials.
std::map<std::string, std::string> metadata_tree(const api::runner::RunSpec& spec);

class MetadataService {
public:
    using Credentials = std::function<std::optional<api::runner::RoleCredentials>()>;

    /// `spec.metadata` must be there. `credentials` is asked at each request for them.
    MetadataService(const api::runner::RunSpec& spec, Credentials credentials,
                    const base::Clock& clock, std::string token_secret);

    MetadataAnswer answer(const MetadataRequest& request) const;

private:
    MetadataAnswer make_token(const MetadataRequest& request) const;
    bool is_valid(const std::string& token) const;
    std::string sign(const std::string& expiry) const;
    std::optional<std::string> value_at(const std::string& path) const;
    std::optional<std::string> role_credentials() const;

    std::map<std::string, std::string> tree_;
    std::string role_;
    bool tokens_required_;
    int hop_limit_;
    Credentials credentials_;
    const base::Clock& clock_;
    std::string secret_;
    std::string instance_id_;
};

}  // namespace goldsmith::runner
