// From the canonical tree of an answer to the tree a wire protocol writes. Pure.
#pragma once

#include <boost/json/fwd.hpp>

#include "api/shape.h"

namespace goldsmith::api {

/// JSON protocols: times in the format of their shape. XML protocols: the wire's member names,
/// lists as {"item": [...]} (ec2) or {"member": [...]} (query), maps as {"entry": [{"key",
/// "value"}]}; null for an operation of a query service that has no result.
boost::json::value encode_output(const Service& service, const Operation& operation,
                                 const boost::json::object& output);

}  // namespace goldsmith::api
