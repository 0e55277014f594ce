#include "guest/net/credentials.h"

#include <boost/json.hpp>

#include "base/files.h"
#include "guest/remote_access.h"

namespace goldsmith::guest {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

std::string member(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : "";
}

std::string setting(const ConfigSection& section, const char* name) {
    const auto found = section.find(name);
    return found == section.end() ? "" : found->second;
}

json::object parse_answer(const std::string& text, const std::string& from) {
    boost::system::error_code failed;
    const json::value value = json::parse(text, failed);
    if (failed || !value.is_object()) {
        throw RemoteFailure(from + " does not answer with credentials");
    }
    return value.get_object();
}

}  // namespace

bool is_trusted_credential_host(const Url& url) {
    return url.tls || url.host == "localhost" || url.host == "::1" ||
           url.host.starts_with("127.") || url.host == "169.254.170.2" ||
           url.host == "169.254.170.23" || url.host == "fd00:ec2::23";
}

std::optional<CredentialChain::Known> CredentialChain::from_environment() const {
    const AwsKey key{sources_.environment("AWS_ACCESS_KEY_ID"),
                     sources_.environment("AWS_SECRET_ACCESS_KEY"),
                     sources_.environment("AWS_SESSION_TOKEN")};
    if (key.access_key_id.empty() || key.secret.empty()) {
        return std::nullopt;
    }
    return Known{key, {}};
}

std::optional<CredentialChain::Known> CredentialChain::from_files() const {
    for (const ConfigSection* section :
         {&sources_.settings.credentials, &sources_.settings.config}) {
        const AwsKey key{setting(*section, "aws_access_key_id"),
                         setting(*section, "aws_secret_access_key"),
                         setting(*section, "aws_session_token")};
        if (!key.access_key_id.empty() && !key.secret.empty()) {
            return Known{key, {}};
        }
    }
    return std::nullopt;
}

std::optional<CredentialChain::Known> CredentialChain::from_container(const Patience& patience) {
    const std::string relative = sources_.environment("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    std::string full = sources_.environment("AWS_CONTAINER_CREDENTIALS_FULL_URI");
    if (!relative.empty()) {
        full = "http://169.254.170.2" + relative;
    }
    if (full.empty()) {
        return std::nullopt;
    }
    const std::string from = "the credential endpoint of this container";
    HttpRequest request;
    request.url = parse_url(full);
    if (!is_trusted_credential_host(request.url)) {
        throw RemoteFailure(from + " must use https or be on this machine: " + request.url.shown());
    }
    std::string token = sources_.environment("AWS_CONTAINER_AUTHORIZATION_TOKEN");
    if (const std::string file = sources_.environment("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
        !file.empty()) {
        token = base::read_file(file, 64 * 1024);
        token.erase(token.find_last_not_of(" \r\n") + 1);
    }
    if (!token.empty()) {
        request.headers.emplace_back("Authorization", token);
    }
    ExchangeOptions options;
    options.connection = {2s, 5s};
    options.total = 15s;
    options.use_proxy = false;
    const HttpAnswer answer = sources_.client.exchange(request, options, patience);
    if (answer.status != 200) {
        throw RemoteFailure(from + " answers with status " + std::to_string(answer.status));
    }
    const json::object object = parse_answer(answer.body, from);
    return Known{
        {member(object, "AccessKeyId"), member(object, "SecretAccessKey"), member(object, "Token")},
        base::parse_iso8601(member(object, "Expiration"))};
}

std::optional<CredentialChain::Known> CredentialChain::from_instance(const Patience& patience,
                                                                     std::string& problem) {
    constexpr const char* folder = "/latest/meta-data/iam/security-credentials/";
    try {
        const auto roles = sources_.metadata.get(folder, patience);
        const std::string role = roles.value_or("").substr(0, roles.value_or("").find('\n'));
        if (role.empty() || role.find('/') != std::string::npos) {
            problem = "the instance has no role";
            return std::nullopt;
        }
        const auto text = sources_.metadata.get(folder + role, patience);
        const json::object object =
            parse_answer(text.value_or(""), "the instance metadata service");
        return Known{{member(object, "AccessKeyId"), member(object, "SecretAccessKey"),
                      member(object, "Token")},
                     base::parse_iso8601(member(object, "Expiration"))};
    } catch (const RemoteFailure& failure) {
        problem = failure.what();
        return std::nullopt;
    }
}

const AwsKey& CredentialChain::key(const Patience& patience) {
    if (known_ && known_->expires && sources_.clock.now() + 5min > *known_->expires) {
        known_.reset();
    }
    std::string problem;
    if (!known_) {
        known_ = from_environment();
    }
    if (!known_) {
        known_ = from_files();
    }
    if (!known_) {
        known_ = from_container(patience);
    }
    if (!known_) {
        known_ = from_instance(patience, problem);
    }
    if (!known_ || known_->key.access_key_id.empty() || known_->key.secret.empty()) {
        known_.reset();
        throw RemoteFailure(
            "there are no AWS credentials: looked at AWS_ACCESS_KEY_ID, the profile '" +
            sources_.settings.profile +
            "' of the shared credentials file, AWS_CONTAINER_CREDENTIALS_FULL_URI and the role of "
            "this instance (" +
            (problem.empty() ? "which is incomplete" : problem) + ")");
    }
    return known_->key;
}

}  // namespace goldsmith::guest
