#include "api/endpoint.h"

#include <boost/json.hpp>

#include "api/decode.h"
#include "api/encode.h"
#include "api/error.h"
#include "api/shown_text.h"
#include "api/typed_endpoint.h"
#include "api/validate.h"
#include "api/violation.h"

namespace goldsmith::api {

namespace json = boost::json;

namespace {

bool is_label(std::string_view segment) {
    return segment.starts_with('{');
}

/// Whether "/tags/{resourceArn}" fits the decoded segments of a request.
bool fits(std::string_view pattern, const std::vector<std::string>& segments) {
    std::size_t used = 0;
    while (!pattern.empty() && pattern != "/") {
        pattern.remove_prefix(1);
        const auto segment = pattern.substr(0, pattern.find('/'));
        if (used == segments.size() || (!is_label(segment) && segment != segments[used])) {
            return false;
        }
        ++used;
        pattern.remove_prefix(segment.size());
    }
    return used == segments.size();
}

std::string request_line(const WireRequest& request) {
    std::string line = request.method + ' ';
    for (const auto& segment : request.path) {
        line += '/' + segment;
    }
    return shown_text(line);
}

[[noreturn]] void throw_unknown(const Service& service, const WireRequest& request) {
    const bool xml = service.protocol == Protocol::query || service.protocol == Protocol::ec2;
    if (service.protocol == Protocol::rest_json) {
        throw ApiError(
            "UnknownOperationException", 404,
            "The operation " + request_line(request) + " is not known to " + service.name + '.');
    }
    throw ApiError(xml ? "InvalidAction" : "UnknownOperationException", 400,
                   "The action " + shown_text(request.operation) + " is not valid for " +
                       service.name + ", or not served here.");
}

void fill_in(json::object& output, const Shape& shape, const char* name, const json::value* value) {
    if (value != nullptr && find_member(shape, name) != nullptr && !output.contains(name)) {
        output[name] = *value;
    }
}

}  // namespace

const Operation* Endpoint::find(const WireRequest& request) const {
    if (service().protocol != Protocol::rest_json) {
        return find_operation(service(), request.operation);
    }
    for (const auto* operation : service().operations) {
        if (operation->method == request.method && fits(operation->path, request.path)) {
            return operation;
        }
    }
    return nullptr;
}

json::value Endpoint::call(const CallContext& context, const WireRequest& request,
                           const json::value& input) {
    return call(context, request, input, nullptr);
}

json::value CheckedEndpoint::call(const CallContext& context, const WireRequest& request,
                                  const json::value& input, const Gate* gate) {
    const auto* operation = find(request);
    if (operation == nullptr) {
        throw_unknown(service_, request);
    }
    json::object decoded;
    try {
        decoded = decode_input(service_, *operation, request, input);
        validate(*operation->input, decoded, service_.protocol);
    } catch (const ViolationError& problem) {
        throw violation_answer(service_, *operation, problem.violation());
    }
    if (gate != nullptr) {
        gate->pass(service_, *operation, context, decoded);
    }
    auto output = invoke(*operation, context, decoded);
    const json::value request_id(context.request_id);
    fill_in(output, *operation->output, "requestId", &request_id);
    fill_in(output, *operation->output, "clientToken", decoded.if_contains("clientToken"));
    return encode_output(service_, *operation, output);
}

}  // namespace goldsmith::api
