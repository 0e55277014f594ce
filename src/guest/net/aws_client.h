// AwsClient does signed calls of AWS services: finds region, endpoint and credentials, signs, tries
// again what may go better next time. One thread.
#pragma once

#include <functional>
#include <string>

#include "base/clock.h"
#include "guest/net/aws_settings.h"
#include "guest/net/credentials.h"
#include "guest/net/http_client.h"
#include "guest/net/metadata_client.h"
#include "guest/net/network_settings.h"

namespace goldsmith::guest {

/// The service refused; what() has its words.
class AwsFailure : public base::Error {
public:
    AwsFailure(const std::string& message, int status, std::string code, std::string bucket_region)
        : base::Error(message),
          status_(status),
          code_(std::move(code)),
          bucket_region_(std::move(bucket_region)) {}
    int status() const { return status_; }
    const std::string& code() const { return code_; }
    /// S3: where the bucket really is; usually empty.
    const std::string& bucket_region() const { return bucket_region_; }

private:
    int status_;
    std::string code_;
    std::string bucket_region_;
};

struct AwsCall {
    AwsService service = AwsService::s3;
    std::string region;
    HttpRequest request;
    std::string payload_hash;  ///< "" : of the body
    ExchangeOptions options;
    std::function<void()> before_attempt;  ///< may be empty
};

class AwsClient {
public:
    explicit AwsClient(const base::Clock& clock,
                       const Environment& environment = process_environment());

    /// The answer, whose status is 2xx. Throws AwsFailure, RemoteFailure (no credentials),
    /// ConnectionFailure, ProtocolFailure, and as Patience::check.
    HttpAnswer call(AwsCall call, const Patience& patience);

    /// JSON 1.1: one operation with its input, the output as JSON text.
    std::string call_json(AwsService service, const std::string& region, const std::string& target,
                          const std::string& body, const Patience& patience);

    /// Of the environment, the files, or the instance; "us-east-1" where the endpoint of `service`
    /// was chosen by somebody or is S3's. Throws RemoteFailure.
    std::string region_for(AwsService service, const Patience& patience);
    AwsEndpoint endpoint(AwsService service, const std::string& region) const;

    HttpClient& http() { return http_; }
    MetadataClient& metadata() { return metadata_; }
    const AwsSettings& settings() const { return settings_; }
    const NetworkSettings& network() const { return network_; }
    const Environment& environment() const { return environment_; }

private:
    const base::Clock& clock_;
    Environment environment_;
    NetworkSettings network_;
    AwsSettings settings_;
    HttpClient http_;
    MetadataClient metadata_;
    CredentialChain credentials_;
    std::string instance_region_;
};

}  // namespace goldsmith::guest
