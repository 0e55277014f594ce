// From the tree a wire protocol left to the canonical tree: the model's member names, values of the
// model's types, times as ISO-8601 text, unknown and null members left out. Checks types only;
// validate.h checks constraints. Takes hostile input. Pure.
#pragma once

#include <boost/json/fwd.hpp>

#include "api/endpoint.h"
#include "api/shape.h"

namespace goldsmith::api {

/// The request of `operation` as a canonical tree. Throws ViolationError for a value of a wrong
/// type.
boost::json::object decode_input(const Service& service, const Operation& operation,
                                 const WireRequest& request, const boost::json::value& input);

enum class UnknownMembers { ignore, refuse };

/// A structure out of a JSON protocol's tree, in either direction.
boost::json::object decode_json(const Shape& structure, const boost::json::value& tree,
                                UnknownMembers unknown);

}  // namespace goldsmith::api
