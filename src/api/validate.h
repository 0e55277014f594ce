// Checks a canonical tree against the constraints of its shape: required members, lengths, ranges,
// sizes, patterns, enum values. Pure.
#pragma once

#include <boost/json/fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "api/shape.h"

namespace goldsmith::api {

/// Throws ViolationError for the first constraint that `tree` breaks. `protocol` decides under
/// which names the message speaks of members.
void validate(const Shape& structure, const boost::json::object& tree,
              Protocol protocol = Protocol::none);

/// What is wrong with an answer as it stands on the wire of a JSON protocol; empty when it fits the
/// model. For tests and for the developer build: every exchange is held against the model.
std::vector<std::string> check_output(const Service& service, const Operation& operation,
                                      const boost::json::value& output);

/// The operation of that name; null when there is none.
const Operation* find_operation(const Service& service, std::string_view name);

}  // namespace goldsmith::api
