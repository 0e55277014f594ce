#include "http/auth_failure.h"

#include "http/uri.h"

#include <algorithm>

namespace goldsmith::http {
namespace {

struct Name {
    const char* code;
    int status;
};

// The same problem in each dialect.
struct Names {
    Name json;
    Name query;
    Name ec2;
};

Names names_of(AuthProblem problem) {
    switch (problem) {
        case AuthProblem::missing:
            return {{"MissingAuthenticationTokenException", 403},
                    {"MissingAuthenticationToken", 403},
                    {"MissingAuthenticationToken", 403}};
        case AuthProblem::incomplete:
            return {{"IncompleteSignatureException", 403},
                    {"IncompleteSignature", 403},
                    {"IncompleteSignature", 403}};
        case AuthProblem::unknown_key:
            return {{"UnrecognizedClientException", 403},
                    {"InvalidClientTokenId", 403},
                    {"AuthFailure", 401}};
        case AuthProblem::expired_token:
            return {{"ExpiredTokenException", 403}, {"ExpiredToken", 403}, {"RequestExpired", 400}};
        case AuthProblem::expired:
            return {{"InvalidSignatureException", 403},
                    {"SignatureDoesNotMatch", 403},
                    {"RequestExpired", 400}};
        case AuthProblem::not_yet_valid:
        case AuthProblem::wrong_scope:
        case AuthProblem::mismatch:
            return {{"InvalidSignatureException", 403},
                    {"SignatureDoesNotMatch", 403},
                    {"SignatureDoesNotMatch", 403}};
        case AuthProblem::malformed_body:
            break;
    }
    return {{"MalformedHttpRequestException", 400},
            {"MalformedHttpRequest", 400},
            {"MalformedHttpRequest", 400}};
}

bool is_form(const Request& request) {
    return lower_case(request.headers.get("Content-Type"))
        .starts_with("application/x-www-form-urlencoded");
}

// The first value of that field in the query or in a form body.
std::string form_field(const Request& request, std::string_view name) {
    auto fields = parse_query(request.raw_query, true);
    if (is_form(request)) {
        std::ranges::move(parse_query(request.body, true), std::back_inserter(fields));
    }
    const auto found =
        std::ranges::find_if(fields, [&](const auto& field) { return field.first == name; });
    return found == fields.end() ? "" : found->second;
}

}  // namespace

Failure to_failure(const AuthFailure& failure, Protocol::Dialect dialect) {
    const auto names = names_of(failure.problem);
    const auto name = dialect == Protocol::Dialect::json    ? names.json
                      : dialect == Protocol::Dialect::query ? names.query
                                                            : names.ec2;
    auto message = failure.message;
    if (dialect == Protocol::Dialect::ec2 && failure.problem == AuthProblem::unknown_key) {
        message = "AWS was not able to validate the provided access credentials";
    }
    return {name.code, std::move(message), name.status, Fault::sender, {}};
}

std::shared_ptr<const Protocol> guessed_protocol(const Request& request) {
    if (request.headers.contains("X-Amz-Target")) {
        return json_11_protocol("");
    }
    if (form_field(request, "Action").empty() && !is_form(request)) {
        return rest_json_protocol();
    }
    if (form_field(request, "Version") == "2016-11-15") {
        return ec2_protocol("http://ec2.amazonaws.com/doc/2016-11-15/");
    }
    return query_protocol("http://webservices.amazon.com/AWSFault/2005-15-09");
}

}  // namespace goldsmith::http
