// Scalars of the wire to canonical scalars. Used by decode.cpp. Pure.
#pragma once

#include <boost/json/fwd.hpp>
#include <optional>
#include <string>

#include "api/shape.h"

namespace goldsmith::api {

/// How scalars are spelt: as JSON values, or all of them as text (query strings and forms).
enum class Spelling { json, text };

/// The canonical value; nothing when `tree` is no such scalar.
std::optional<boost::json::value> decode_scalar(const Shape& shape, const boost::json::value& tree,
                                                Spelling spelling);

/// "a string", "an integer": what decode_scalar wants, for messages.
std::string wanted_kind(const Shape& shape);

/// The value in a message: shortened, empty when it is no scalar.
std::string shown_value(const boost::json::value& tree);

}  // namespace goldsmith::api
