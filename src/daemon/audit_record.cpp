#include "daemon/audit_record.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <map>
#include <utility>
#include <vector>

#include "api/shape.h"
#include "daemon/audit_values.h"
#include "http/json_text.h"

namespace goldsmith::daemon {

namespace json = boost::json;

namespace {

constexpr std::size_t longest_header = 512;
constexpr std::size_t most_resources = 20;
constexpr std::size_t longest_arn = 1024;
constexpr std::size_t usual_bytes = 1024;  // of a record

std::string bounded(std::string_view text) {
    // Headers may hold any bytes; a line of the log is UTF-8.
    std::string result(text.substr(0, longest_header));
    std::ranges::replace_if(
        result, [](char c) { return static_cast<unsigned char>(c) >= 0x80; }, '?');
    return result;
}

/// What stands between the first colons of a text; an ARN has six parts.
struct ArnParts {
    std::array<std::string_view, 6> part;
    std::size_t count = 0;

    std::string_view last() const { return part[count - 1]; }
};

ArnParts parts_of(std::string_view arn) {
    ArnParts parts;
    while (parts.count < 5) {
        const auto end = arn.find(':');
        if (end == std::string_view::npos) {
            break;
        }
        parts.part[parts.count++] = arn.substr(0, end);
        arn.remove_prefix(end + 1);
    }
    parts.part[parts.count++] = arn;
    return parts;
}

/// Writes the members of one JSON object, in the order given; close() ends it.
class Members {
public:
    explicit Members(std::string& text) : text_(text) { text_ += '{'; }

    /// Where the value of a member is to be appended.
    std::string& value(std::string_view name) {
        text_.append(std::exchange(separator_, ",\"")).append(name).append("\":");
        return text_;
    }
    void text(std::string_view name, std::string_view content) {
        http::append_json_string(value(name), content);
    }
    void flag(std::string_view name, bool content) { value(name) += content ? "true" : "false"; }
    void close() { text_ += '}'; }

private:
    std::string& text_;
    const char* separator_ = "\"";
};

void append_session_context(std::string& text, std::string_view role, const std::string& account) {
    Members context(text);
    Members issuer(context.value("sessionIssuer"));
    issuer.text("type", "Role");
    issuer.text("arn", "arn:aws:iam::" + account + ":role/" + std::string(role));
    issuer.text("accountId", account);
    issuer.text("userName", role.substr(role.rfind('/') + 1));
    issuer.close();
    context.close();
}

void append_identity(std::string& text, const http::Principal& principal, const AuditFacts& facts) {
    Members identity(text);
    if (principal.account.empty()) {
        identity.text("type", "Unknown");
        if (!facts.claimed.access_key_id.empty()) {
            identity.text("accessKeyId", bounded(facts.claimed.access_key_id));
        }
        return identity.close();
    }
    const std::string_view resource = parts_of(principal.arn).last();
    const auto name = resource.substr(resource.find('/') + 1);
    const bool assumed = resource.starts_with("assumed-role/");
    const bool user = resource.starts_with("user/");
    identity.text("type", assumed ? "AssumedRole" : user ? "IAMUser" : "Root");
    identity.text("principalId", user || assumed ? name : std::string_view(principal.account));
    identity.text("arn", principal.arn);
    identity.text("accountId", principal.account);
    identity.text("accessKeyId", principal.access_key_id);
    if (user) {
        identity.text("userName", name.substr(name.rfind('/') + 1));
    }
    if (assumed) {
        append_session_context(identity.value("sessionContext"), name.substr(0, name.rfind('/')),
                               principal.account);
    }
    identity.close();
}

bool has_labels(const api::Operation& operation) {
    return std::string_view(operation.path).find('{') != std::string_view::npos;
}

void add_path_parameters(const http::Call& call, const api::Operation& operation,
                         json::object& parameters) {
    std::string_view pattern = operation.path;
    for (std::size_t at = 0; at < call.path.size() && !pattern.empty(); ++at) {
        pattern.remove_prefix(1);
        const auto label = pattern.substr(0, pattern.find('/'));
        if (label.starts_with('{')) {
            parameters[label.substr(1, label.size() - 2)] = call.path[at];
        }
        pattern.remove_prefix(label.size());
    }
}

/// Nothing of a request whose signature was refused. `merged` holds what does not stand in the body
/// alone.
const json::object& parameters_of(const http::Call& call, const api::Operation* operation,
                                  json::object& merged) {
    const auto* input = call.input.if_object();
    if (call.principal.account.empty()) {
        return merged;
    }
    const bool in_body_only =
        call.query.empty() && (operation == nullptr || !has_labels(*operation));
    // Values of parameters may be secrets, and are called no such thing.
    const bool has_value = call.service == "ssm" && input != nullptr && input->contains("Value");
    if (input != nullptr && in_body_only && !has_value) {
        return *input;
    }
    if (input != nullptr) {
        merged = *input;
    }
    if (has_value) {
        merged["Value"] = "HIDDEN_DUE_TO_SECURITY_REASONS";
    }
    for (const auto& [name, value] : call.query) {
        merged[name] = value;
    }
    if (operation != nullptr) {
        add_path_parameters(call, *operation, merged);
    }
    return merged;
}

struct Resource {
    std::string_view arn;
    std::string_view type;
};
using Resources = std::vector<Resource>;

/// The texts among the members that name a resource, each once.
void add_resources(const json::object& from, Resources& resources) {
    for (const auto& [name, value] : from) {
        const auto* found = value.if_string();
        if (found == nullptr || found->size() > longest_arn || resources.size() >= most_resources ||
            names_a_secret(name)) {
            continue;
        }
        const std::string_view text = *found;
        const auto type = resource_type_of(text);
        if (!type.empty() &&
            std::ranges::find(resources, text, &Resource::arn) == resources.end()) {
            resources.push_back({text, type});
        }
    }
}

void append_resources(std::string& text, const Resources& resources, std::string_view account) {
    char separator = '[';
    for (const auto& [arn, type] : resources) {
        text += std::exchange(separator, ',');
        const auto parts = parts_of(arn);
        Members resource(text);
        resource.text("accountId", parts.count == 6 ? parts.part[4] : account);
        resource.text("type", type);
        resource.text("ARN", arn);
        resource.close();
    }
    text += ']';
}

void append_tls(std::string& text, const http::Request& request) {
    Members tls(text);
    tls.text("tlsVersion", request.tls_version);
    tls.text("cipherSuite", request.tls_cipher);
    tls.text("clientProvidedHostHeader", bounded(request.headers.get("Host")));
    tls.close();
}

std::string_view address_only(std::string_view address) {
    return address.substr(0, address.rfind(':'));
}

/// "2026-11-25T19:00:00Z"
std::string whole_seconds(base::Time time) {
    return base::format_iso8601(time).substr(0, 19) + "Z";
}

/// The answer as far as the log shows it; null where there is none.
const json::object* shown_answer(const http::Observation& observation, const AuditFacts& facts) {
    const auto* success =
        observation.answer == nullptr ? nullptr : std::get_if<http::Success>(observation.answer);
    return success == nullptr || facts.read_only ? nullptr : success->output.if_object();
}

void append_call(Members& record, const http::Observation& observation, const AuditFacts& facts) {
    const auto& call = observation.call;
    const auto& service = call.service.empty() ? facts.claimed.service : call.service;
    const auto& region = call.region.empty() ? facts.claimed.region : call.region;
    append_identity(record.value("userIdentity"), call.principal, facts);
    record.text("eventTime", whole_seconds(facts.time));
    record.text("eventSource", service.empty() ? "unknown" : bounded(service) + ".amazonaws.com");
    record.text("eventName", facts.operation == nullptr ? "Unknown" : facts.operation->name);
    if (!region.empty()) {
        record.text("awsRegion", bounded(region));
    }
    record.text("sourceIPAddress", address_only(observation.request.remote_address));
    record.text("userAgent", bounded(observation.request.headers.get("User-Agent")));
    const auto* failure =
        observation.answer == nullptr ? nullptr : std::get_if<http::Failure>(observation.answer);
    if (failure != nullptr) {
        record.text("errorCode", failure->code);
        append_audit_value(record.value("errorMessage"), json::value(failure->message));
    }
}

/// requestParameters and responseElements. Returns the resources that they name; they point into
/// what was given.
Resources append_parameters(Members& record, const json::object& parameters,
                            const json::object* answer) {
    Resources resources;
    auto& text = record.value("requestParameters");
    if (parameters.empty()) {
        text += "null";
    } else {
        append_audit_value(text, parameters);
        add_resources(parameters, resources);
    }
    record.value("responseElements");
    if (answer == nullptr) {
        text += "null";
    } else {
        append_audit_value(text, *answer);
        add_resources(*answer, resources);
    }
    return resources;
}

}  // namespace

std::string_view resource_type_of(std::string_view arn) {
    using Kind = std::pair<std::string_view, std::string_view>;  // service, kind within it
    static const std::map<Kind, std::string_view> types = {
        {{"imagebuilder", "component"}, "AWS::ImageBuilder::Component"},
        {{"imagebuilder", "image"}, "AWS::ImageBuilder::Image"},
        {{"imagebuilder", "image-recipe"}, "AWS::ImageBuilder::ImageRecipe"},
        {{"imagebuilder", "container-recipe"}, "AWS::ImageBuilder::ContainerRecipe"},
        {{"imagebuilder", "image-pipeline"}, "AWS::ImageBuilder::ImagePipeline"},
        {{"imagebuilder", "infrastructure-configuration"},
         "AWS::ImageBuilder::InfrastructureConfiguration"},
        {{"imagebuilder", "distribution-configuration"},
         "AWS::ImageBuilder::DistributionConfiguration"},
        {{"imagebuilder", "workflow"}, "AWS::ImageBuilder::Workflow"},
        {{"imagebuilder", "lifecycle-policy"}, "AWS::ImageBuilder::LifecyclePolicy"},
        {{"iam", "user"}, "AWS::IAM::User"},
        {{"iam", "role"}, "AWS::IAM::Role"},
        {{"iam", "policy"}, "AWS::IAM::Policy"},
        {{"iam", "instance-profile"}, "AWS::IAM::InstanceProfile"},
        {{"sns", ""}, "AWS::SNS::Topic"},
        {{"kms", "key"}, "AWS::KMS::Key"},
    };
    if (!arn.starts_with("arn:")) {
        for (const auto& [prefix, type] :
             {std::pair{"ami-", "AWS::EC2::Ami"}, std::pair{"snap-", "AWS::EC2::Snapshot"},
              std::pair{"i-", "AWS::EC2::Instance"}}) {
            if (arn.starts_with(prefix) && arn.size() < 24) {
                return type;
            }
        }
        return {};
    }
    const auto parts = parts_of(arn);
    if (parts.count != 6) {
        return {};
    }
    const auto [service, name] = std::pair(parts.part[2], parts.part[5]);
    auto found = types.find({service, name.substr(0, name.find('/'))});
    if (found == types.end()) {
        found = types.find({service, ""});
    }
    return found == types.end() ? "" : found->second;
}

std::string audit_record(const http::Observation& observation, const AuditFacts& facts) {
    const auto& call = observation.call;
    std::string text;
    text.reserve(usual_bytes);
    Members record(text);
    record.text("eventVersion", "1.11");
    append_call(record, observation, facts);
    // Most calls have few parameters, which live no longer than this.
    std::array<unsigned char, 2048> memory;
    json::monotonic_resource pieces(memory.data(), memory.size());
    json::object merged(&pieces);
    const auto& parameters = parameters_of(call, facts.operation, merged);
    const auto resources = append_parameters(record, parameters, shown_answer(observation, facts));
    record.text("requestID", call.request_id);
    record.text("eventID", facts.event_id);
    record.flag("readOnly", facts.read_only);
    if (!resources.empty()) {
        append_resources(record.value("resources"), resources, call.principal.account);
    }
    record.text("eventType", "AwsApiCall");
    record.flag("managementEvent", true);
    record.text("eventCategory", "Management");
    if (!call.principal.account.empty()) {
        record.text("recipientAccountId", call.principal.account);
    }
    if (!observation.request.tls_version.empty()) {
        append_tls(record.value("tlsDetails"), observation.request);
    }
    record.close();
    return text;
}

std::string omitted_record(base::Time time, const std::string& event_id, std::uint64_t count) {
    std::string text;
    Members record(text);
    record.text("eventVersion", "1.11");
    record.value("userIdentity") += R"({"type":"Unknown"})";
    record.text("eventTime", whole_seconds(time));
    record.text("eventSource", "unknown");
    record.text("eventName", "RefusedRequestsOmitted");
    record.value("additionalEventData") += R"({"count":)" + std::to_string(count) + "}";
    record.text("eventID", event_id);
    record.flag("readOnly", true);
    record.text("eventType", "AwsApiCall");
    record.close();
    return text;
}

}  // namespace goldsmith::daemon
