#include "http/form_call.h"

#include "http/form.h"
#include "http/uri.h"

#include <algorithm>
#include <boost/json.hpp>

namespace goldsmith::http {
namespace {

Failure refusal(std::string code, std::string message) {
    return {std::move(code), std::move(message), 400, Fault::sender, {}};
}

// The answer's root element is named after the operation.
bool is_name(std::string_view text) {
    return std::ranges::all_of(text, [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    });
}

bool is_input(const std::pair<std::string, std::string>& field) {
    return field.first != "Action" && field.first != "Version" &&
           !field.first.starts_with("X-Amz-");
}

}  // namespace

std::optional<Failure> read_form_call(const Request& request, Call& call) {
    call.method = request.method;
    auto fields = parse_query(request.raw_query, true);
    std::ranges::move(parse_query(call.body, true), std::back_inserter(fields));
    const auto action =
        std::ranges::find_if(fields, [](const auto& field) { return field.first == "Action"; });
    if (action == fields.end() || action->second.empty()) {
        return refusal("MissingAction", "The request must contain the parameter Action");
    }
    if (!is_name(action->second)) {
        return refusal("InvalidAction", "The action is not valid: it must be a name.");
    }
    call.operation = action->second;
    FormFields input;
    std::ranges::copy_if(fields, std::back_inserter(input), is_input);
    auto tree = form_tree(input);
    if (const auto* problem = std::get_if<FormProblem>(&tree)) {
        return refusal("MalformedQueryString", problem->message);
    }
    call.input = std::move(std::get<boost::json::object>(tree));
    return std::nullopt;
}

Response xml_response(const Call& call, int status, Headers headers, const std::string& document) {
    Response response;
    response.status = status;
    response.headers = std::move(headers);
    response.headers.set("Content-Type", "text/xml;charset=UTF-8");
    response.headers.set("x-amzn-RequestId", call.request_id);
    response.body = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + document;
    return response;
}

}  // namespace goldsmith::http
