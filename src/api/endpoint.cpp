#include "api/endpoint.h"

#include <algorithm>
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

/// Whether "/tags/{resourceArn}" fits the decoded segments of a request.
bool fits(std::string_view pattern, const std::vector<std::string>& segments) {
    for (const auto& segment : segments) {
        if (!pattern.starts_with('/')) {
            return false;
        }
        pattern.remove_prefix(1);
        const bool is_label = pattern.starts_with('{');
        if (!is_label && !pattern.starts_with(segment)) {
            return false;  // already here for nearly every other operation
        }
        pattern.remove_prefix(is_label ? std::min(pattern.find('/'), pattern.size())
                                       : segment.size());
        if (!pattern.empty() && pattern.front() != '/') {
            return false;
        }
    }
    return pattern.empty() || pattern == "/";
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

const Operation* Endpoint::find(std::string_view operation, std::string_view method,
                                const std::vector<std::string>& path) const {
    if (service().protocol != Protocol::rest_json) {
        return find_operation(service(), operation);
    }
    for (const auto* each : service().operations) {
        if (fits(each->path, path) && each->method == method) {
            return each;
        }
    }
    return nullptr;
}

json::value Endpoint::call(const CallContext& context, const WireRequest& request,
                           const json::value& input) {
    return call(context, request, input, nullptr);
}

CheckedEndpoint::CheckedEndpoint(const Service& service) : service_(service) {
    for (const auto* operation : service.operations) {
        if (is_sent_as_it_is(service, *operation)) {
            sent_as_they_are_.insert(operation);
        }
    }
}

json::object CheckedEndpoint::admitted_input(const Operation& operation, const CallContext& context,
                                             const WireRequest& request, const json::value& input,
                                             const Gate* gate) const {
    json::object decoded;
    try {
        decoded = decode_input(service_, operation, request, input);
        validate(*operation.input, decoded, service_.protocol);
    } catch (const ViolationError& problem) {
        throw violation_answer(service_, operation, problem.violation());
    }
    if (gate != nullptr) {
        gate->pass(service_, operation, context, decoded);
    }
    return decoded;
}

std::optional<std::string> CheckedEndpoint::call_for_text(const Operation& operation,
                                                          const CallContext& context,
                                                          const WireRequest& request,
                                                          const json::value& input,
                                                          const Gate* gate) {
    if (!writes_text(operation)) {
        return std::nullopt;
    }
    return invoke_for_text(operation, context,
                           admitted_input(operation, context, request, input, gate));
}

json::value CheckedEndpoint::call(const CallContext& context, const WireRequest& request,
                                  const json::value& input, const Gate* gate) {
    const auto* operation = find(request);
    if (operation == nullptr) {
        throw_unknown(service_, request);
    }
    const auto decoded = admitted_input(*operation, context, request, input, gate);
    auto output = invoke(*operation, context, decoded);
    const json::value request_id(context.request_id);
    fill_in(output, *operation->output, "requestId", &request_id);
    fill_in(output, *operation->output, "clientToken", decoded.if_contains("clientToken"));
    if (sent_as_they_are_.contains(operation)) {
        return output;
    }
    return encode_output(service_, *operation, output);
}

}  // namespace goldsmith::api
