// How each service words that a caller may not do something.
#pragma once

#include <string>

#include "api/error.h"
#include "api/shape.h"

namespace goldsmith::service::authorization {

/// `reason` is Decision::reason().
api::ApiError denial(const api::Service& service, const std::string& caller_arn,
                     const std::string& action, const std::string& resource,
                     const std::string& reason);

}  // namespace goldsmith::service::authorization
