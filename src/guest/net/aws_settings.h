// What the environment and the shared files say about AWS: region, endpoints, profile. Values; the
// functions are pure but for reading files in load_aws_settings.
#pragma once

#include <string>
#include <string_view>

#include "guest/net/environment.h"
#include "guest/net/shared_config.h"
#include "guest/net/url.h"

namespace goldsmith::guest {

struct AwsSettings {
    std::string profile;        ///< AWS_PROFILE, else "default"
    ConfigSection credentials;  ///< of the profile, in the credentials file
    ConfigSection config;       ///< of the profile, in the config file
    std::string region;         ///< of the environment or the files; may be empty
};

AwsSettings load_aws_settings(const Environment& environment);

enum class AwsService { s3, ssm, logs, imagebuilder };

/// The name in request signatures: "s3".
std::string_view signing_name(AwsService service);

struct AwsEndpoint {
    Url url;
    bool configured = false;  ///< somebody chose it: not AWS's own
};

/// AWSTOE_IMAGEBUILDER_ENDPOINT (that service only), AWS_ENDPOINT_URL_<SERVICE>, AWS_ENDPOINT_URL,
/// endpoint_url of the profile, else the one of AWS. Throws base::Error naming the setting that is
/// no URL.
AwsEndpoint endpoint_of(AwsService service, const std::string& region, const AwsSettings& settings,
                        const Environment& environment);

/// Bucket and endpoint to the URL of a key: bucket.host for AWS (unless the name has dots, which
/// TLS certificates do not cover), host/bucket elsewhere. `style`: TOE_S3_ADDRESSING_STYLE, "path"
/// or "virtual" to insist. `key` is not encoded yet.
Url s3_url(const AwsEndpoint& endpoint, const std::string& bucket, const std::string& key,
           const std::string& style);

}  // namespace goldsmith::guest
