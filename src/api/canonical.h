// Canonical JSON: one text per value, whatever the order in which members were written. Used to
// compare the parameters of a repeated request (idempotency) and to bind page tokens. Pure.
#pragma once

#include <boost/json/fwd.hpp>
#include <initializer_list>
#include <string>
#include <string_view>

namespace goldsmith::api {

/// Members sorted by name, no white space; whole numbers without fraction or exponent.
std::string canonical_json(const boost::json::value& tree);

/// SHA-256, in hexadecimal, of the canonical text of the members but those named.
std::string parameters_digest(const boost::json::object& tree,
                              std::initializer_list<std::string_view> without);

/// What two requests under one clientToken must share. Fill defaults in first, so that a default
/// that is spelt out is the same request as one left out.
template <class Request>
std::string idempotency_digest(const Request& request) {
    return parameters_digest(to_json(request), {"clientToken"});
}

}  // namespace goldsmith::api
