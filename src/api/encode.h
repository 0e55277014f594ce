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

/// Whether encode_output() gives every answer of the operation back as it is: a JSON protocol whose
/// answer holds no time but as ISO-8601 text.
bool is_sent_as_it_is(const Service& service, const Operation& operation);

}  // namespace goldsmith::api
