#pragma once

#include "http/call.h"
#include "http/message.h"

#include <optional>
#include <string_view>

namespace goldsmith::http {

// What rest-json and json-1.1 share.

// Reads the body into call.input: {} when it is empty. A body that is not a JSON object is a
// SerializationException.
std::optional<Failure> read_json_body(Call& call);

// The answer's tree as a JSON object; octets as they are.
Response json_success(const Call& call, const Success& success, std::string_view content_type);

// {"__type": code, "message": ..., members...} with the x-amzn-ErrorType header.
Response json_failure(const Call& call, const Failure& failure, std::string_view content_type);

}  // namespace goldsmith::http
