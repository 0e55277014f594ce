#include "http/json_answer.h"

#include "http/json_text.h"

#include <boost/json.hpp>

namespace goldsmith::http {

namespace json = boost::json;

std::optional<Failure> read_json_body(Call& call) {
    if (trimmed(call.body).empty()) {
        call.input = json::object();
        return std::nullopt;
    }
    auto parsed = parse_json(call.body);
    if (const auto* problem = std::get_if<JsonProblem>(&parsed)) {
        return Failure{"SerializationException", problem->message, 400, Fault::sender, {}};
    }
    auto& value = std::get<json::value>(parsed);
    if (!value.is_object()) {
        return Failure{"SerializationException",
                       "The request body must be a JSON object: start of structure not found at "
                       "line 1, column 1.",
                       400,
                       Fault::sender,
                       {}};
    }
    call.input = std::move(value);
    return std::nullopt;
}

Response json_success(const Call& call, const Success& success, std::string_view content_type) {
    Response response;
    response.status = success.status;
    response.headers = success.headers;
    response.headers.set("x-amzn-RequestId", call.request_id);
    if (success.octets) {
        response.body = *success.octets;
        if (!response.headers.contains("Content-Type")) {
            response.headers.set("Content-Type", "application/octet-stream");
        }
        return response;
    }
    response.headers.set("Content-Type", std::string(content_type));
    response.body = success.text               ? *success.text
                    : success.output.is_null() ? "{}"
                                               : json_text(success.output);
    return response;
}

Response json_failure(const Call& call, const Failure& failure, std::string_view content_type) {
    json::object body{{"__type", failure.code}, {"message", failure.message}};
    for (const auto& member : failure.members) {
        body.insert_or_assign(member.key(), member.value());
    }
    Response response;
    response.status = failure.status;
    response.headers.set("Content-Type", std::string(content_type));
    response.headers.set("x-amzn-RequestId", call.request_id);
    response.headers.set("x-amzn-ErrorType", failure.code);
    response.body = json_text(body);
    return response;
}

}  // namespace goldsmith::http
