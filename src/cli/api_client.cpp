#include "cli/api_client.h"

#include <boost/json.hpp>

#include "base/encoding.h"
#include "base/random.h"
#include "http/client.h"
#include "http/message.h"

namespace goldsmith::cli {

namespace json = boost::json;

ApiFailure::ApiFailure(std::string operation, std::string code, const std::string& message)
    : Error(operation + ": " + message + " (" + code + ")"), code_(std::move(code)) {}

namespace {

http::SigningKey read_key(const base::Path& file) {
    http::SigningKey key;
    const std::string text = base::read_file(file, 1 << 16);
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        const std::string_view line = std::string_view(text).substr(begin, end - begin);
        const std::size_t equals = line.find('=');
        if (equals != std::string_view::npos) {
            const auto name = http::trimmed(line.substr(0, equals));
            const auto value = http::trimmed(line.substr(equals + 1));
            if (name == "aws_access_key_id") {
                key.access_key_id = value;
            } else if (name == "aws_secret_access_key") {
                key.secret = value;
            }
        }
        begin = end + 1;
    }
    if (key.access_key_id.empty() || key.secret.empty()) {
        throw base::Error(file.string() + " holds no access key");
    }
    return key;
}

http::ClientOptions options_for(std::string endpoint, const base::Path& credentials_file) {
    http::ClientOptions options;
    options.endpoint = std::move(endpoint);
    options.credentials = read_key(credentials_file);
    if (options.endpoint.starts_with("https://")) {
        // The server whose data directory this is, whatever its certificate is made out to.
        const auto pin = credentials_file.parent_path() / "tls" / "pin";
        options.pinned_public_key = base::read_file_if_exists(pin, 4096).value_or("");
    }
    return options;
}

std::string query_of(const json::object& members) {
    std::string query;
    for (const auto& [name, value] : members) {
        query += query.empty() ? "?" : "&";
        query += base::percent_encode(name) + "=" + base::percent_encode(value.as_string());
    }
    return query;
}

json::object parse_answer(const std::string& operation, const http::Response& response) {
    boost::system::error_code error;
    const json::value parsed = json::parse(response.body, error);
    const json::object body = !error && parsed.is_object() ? parsed.as_object() : json::object{};
    if (response.status == 200) {
        return body;
    }
    std::string code(response.headers.get("x-amzn-ErrorType"));
    if (const auto* type = body.if_contains("__type"); code.empty() && type != nullptr) {
        code = json::value_to<std::string>(*type);
    }
    const auto* message = body.if_contains("message");
    throw ApiFailure(operation, code.empty() ? "HTTP " + std::to_string(response.status) : code,
                     message != nullptr && message->is_string() ? std::string(message->as_string())
                                                                : response.body.substr(0, 200));
}

}  // namespace

ApiClient::ApiClient(std::string endpoint, const base::Path& credentials_file, std::string region)
    : client_(std::make_unique<http::Client>(options_for(std::move(endpoint), credentials_file))),
      region_(std::move(region)) {}

ApiClient::~ApiClient() = default;

json::object ApiClient::image_builder(std::string_view operation, json::object members) {
    const bool in_query = operation.starts_with("Get") || operation.starts_with("Delete");
    const bool lists = operation.starts_with("List");
    if (!in_query && !lists && !members.contains("clientToken")) {
        base::SystemRandom random;
        members["clientToken"] = base::make_uuid(random);
    }
    const std::string_view method = operation.starts_with("Get")      ? "GET"
                                    : operation.starts_with("Delete") ? "DELETE"
                                    : lists                           ? "POST"
                                                                      : "PUT";
    const std::string name(operation);
    const std::string target = "/" + name + (in_query ? query_of(members) : "");
    const std::string body = in_query ? "" : json::serialize(members);
    return parse_answer(name,
                        client_->call("imagebuilder", region_, method, target,
                                      http::Headers{{"Content-Type", "application/json"}}, body));
}

json::object ApiClient::json_service(std::string_view service, std::string_view target,
                                     const json::object& members) {
    const std::string name(target.substr(target.find('.') + 1));
    return parse_answer(name,
                        client_->call(service, region_, "POST", "/",
                                      http::Headers{{"Content-Type", "application/x-amz-json-1.1"},
                                                    {"X-Amz-Target", std::string(target)}},
                                      json::serialize(members)));
}

}  // namespace goldsmith::cli
