// The gate of EC2's operations once more, for requests that are put together by a handler: what a
// launch template adds to RunInstances was not in the request that the gate has seen.
#pragma once

#include <boost/json/fwd.hpp>
#include <functional>
#include <string_view>

#include "api/context.h"

namespace goldsmith::service::ec2 {

/// Throws what the gate throws. Empty: everything is let through (tests of handlers).
using PassGate = std::function<void(const api::CallContext& context, std::string_view operation,
                                    const boost::json::object& input)>;

}  // namespace goldsmith::service::ec2
