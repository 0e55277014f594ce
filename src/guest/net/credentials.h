// CredentialChain finds what to sign with: the environment, the shared files, the container's
// credential endpoint, the role of the instance. Keeps what it found until shortly before it
// expires. One thread.
#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "guest/net/aws_settings.h"
#include "guest/net/http_client.h"
#include "guest/net/metadata_client.h"
#include "guest/net/request_signer.h"

namespace goldsmith::guest {

class CredentialChain {
public:
    struct Sources {
        HttpClient& client;
        MetadataClient& metadata;
        const AwsSettings& settings;
        Environment environment;
        const base::Clock& clock;
    };

    explicit CredentialChain(Sources sources) : sources_(std::move(sources)) {}

    /// Throws RemoteFailure that says where was looked, and as Patience::check.
    const AwsKey& key(const Patience& patience);
    /// The service refused the key: look again.
    void forget() { known_.reset(); }

private:
    struct Known {
        AwsKey key;
        std::optional<base::Time> expires;
    };
    std::optional<Known> from_environment() const;
    std::optional<Known> from_files() const;
    std::optional<Known> from_container(const Patience& patience);
    std::optional<Known> from_instance(const Patience& patience, std::string& problem);

    Sources sources_;
    std::optional<Known> known_;
};

/// Plain http may carry credentials only from this machine or its link-local services.
bool is_trusted_credential_host(const Url& url);

}  // namespace goldsmith::guest
