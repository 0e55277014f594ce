// Values that fit the model, made from the model. For tests.
#pragma once

#include <boost/json.hpp>

#include "api/endpoint.h"
#include "api/shape.h"

namespace goldsmith::api {

/// A canonical value of the shape in which every member is present and every constraint holds.
boost::json::value full_sample(const Shape& shape);

/// How a client sends a canonical request over the service's protocol.
struct SentRequest {
    WireRequest request;
    boost::json::value input;
};
SentRequest sent(const Service& service, const Operation& operation,
                 const boost::json::object& canonical);

}  // namespace goldsmith::api
