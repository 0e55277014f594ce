// Component documents by ARN, from the image builder's own API. One thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "guest/net/aws_client.h"
#include "guest/remote_access.h"

namespace goldsmith::guest {

/// The document of a component; its canonical name is the ARN of the build version that was found.
/// Throws RemoteFailure, and as Patience::check.
RemoteDocument fetch_component(AwsClient& aws, const std::string& arn, const Patience& patience);

/// The document of a component that whoever started toe put beside it: `index_file` is what
/// TOE_COMPONENTS names (docs/formats/toe-environment.md). Nothing when it does not list the ARN.
/// Throws RemoteFailure when it or the document cannot be read.
std::optional<RemoteDocument> given_component(const std::string& index_file,
                                              const std::string& arn);

/// The region of an ARN, "" when it is none of the image builder.
std::string component_region(std::string_view arn);

}  // namespace goldsmith::guest
