// Component documents by ARN, from the image builder's own API. One thread.
#pragma once

#include "guest/net/aws_client.h"
#include "guest/remote_access.h"

namespace goldsmith::guest {

/// The document of a component; its canonical name is the ARN of the build version that was found.
/// Throws RemoteFailure, and as Patience::check.
RemoteDocument fetch_component(AwsClient& aws, const std::string& arn, const Patience& patience);

/// The region of an ARN, "" when it is none of the image builder.
std::string component_region(std::string_view arn);

}  // namespace goldsmith::guest
