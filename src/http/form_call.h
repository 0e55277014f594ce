#pragma once

#include "http/call.h"
#include "http/message.h"

#include <optional>

namespace goldsmith::http {

// What query and ec2 share: reads the form (the query string and, with that content type, the body)
// into call.operation and call.input. Action, Version and a presigned request's X-Amz- parameters
// are not input.
std::optional<Failure> read_form_call(const Request& request, Call& call);

// An XML answer with its headers; the declaration is put before `document`.
Response xml_response(const Call& call, int status, Headers headers, const std::string& document);

}  // namespace goldsmith::http
