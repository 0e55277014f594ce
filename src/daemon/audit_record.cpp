#include "daemon/audit_record.h"

#include <algorithm>
#include <boost/json.hpp>
#include <map>

#include "api/shape.h"
#include "daemon/audit_values.h"

namespace goldsmith::daemon {

namespace json = boost::json;

namespace {

constexpr std::size_t longest_header = 512;
constexpr std::size_t most_resources = 20;

std::string bounded(std::string_view text) {
    // Headers may hold any bytes; a line of the log is UTF-8.
    std::string result;
    for (const char c : text.substr(0, longest_header)) {
        result += static_cast<unsigned char>(c) < 0x80 ? c : '?';
    }
    return result;
}

std::vector<std::string_view> parts_of(std::string_view arn) {
    std::vector<std::string_view> parts;
    while (parts.size() < 5) {
        const auto end = arn.find(':');
        if (end == std::string_view::npos) {
            break;
        }
        parts.push_back(arn.substr(0, end));
        arn.remove_prefix(end + 1);
    }
    parts.push_back(arn);
    return parts;
}

json::object identity_of(const http::Observation& observation, const AuditFacts& facts) {
    const auto& principal = observation.call.principal;
    json::object identity;
    if (principal.account.empty()) {
        identity["type"] = "Unknown";
        if (!facts.claimed.access_key_id.empty()) {
            identity["accessKeyId"] = bounded(facts.claimed.access_key_id);
        }
        return identity;
    }
    const auto arn = parts_of(principal.arn);
    const std::string_view resource = arn.back();
    const bool assumed = resource.starts_with("assumed-role/");
    const bool user = resource.starts_with("user/");
    identity["type"] = assumed ? "AssumedRole" : user ? "IAMUser" : "Root";
    identity["principalId"] =
        user || assumed ? std::string(resource.substr(resource.find('/') + 1)) : principal.account;
    identity["arn"] = principal.arn;
    identity["accountId"] = principal.account;
    identity["accessKeyId"] = principal.access_key_id;
    if (user) {
        identity["userName"] = resource.substr(resource.rfind('/') + 1);
    }
    if (assumed) {
        const auto path = resource.substr(resource.find('/') + 1);
        const auto role = path.substr(0, path.rfind('/'));
        identity["sessionContext"] = {
            {"sessionIssuer",
             {{"type", "Role"},
              {"arn", "arn:aws:iam::" + principal.account + ":role/" + std::string(role)},
              {"accountId", principal.account},
              {"userName", role.substr(role.rfind('/') + 1)}}}};
    }
    return identity;
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

json::value parameters_of(const http::Call& call, const api::Operation* operation) {
    json::object parameters;
    if (call.input.is_object()) {
        parameters = call.input.as_object();
    }
    for (const auto& [name, value] : call.query) {
        parameters[name] = value;
    }
    if (operation != nullptr) {
        add_path_parameters(call, *operation, parameters);
    }
    return parameters.empty() ? json::value(nullptr) : audit_value(parameters);
}

void add_resources(const json::value& from, const std::string& account, json::array& resources) {
    if (!from.is_object()) {
        return;
    }
    for (const auto& [name, value] : from.as_object()) {
        if (!value.is_string() || resources.size() >= most_resources) {
            continue;
        }
        const std::string text(value.as_string());
        const auto type = resource_type_of(text);
        const bool known = std::ranges::any_of(resources, [&](const json::value& resource) {
            return resource.at("ARN").as_string() == text;
        });
        if (type.empty() || known) {
            continue;
        }
        const auto owner = parts_of(text);
        json::object resource{{"accountId", owner.size() == 6 ? std::string(owner[4]) : account},
                              {"type", type},
                              {"ARN", text}};
        resources.push_back(std::move(resource));
    }
}

std::string address_only(const std::string& address) {
    return address.substr(0, address.rfind(':'));
}

void add_outcome(const http::Observation& observation, const AuditFacts& facts,
                 json::object& record) {
    const auto& call = observation.call;
    const auto* failure =
        observation.answer == nullptr ? nullptr : std::get_if<http::Failure>(observation.answer);
    const auto* success =
        observation.answer == nullptr ? nullptr : std::get_if<http::Success>(observation.answer);
    if (failure != nullptr) {
        record["errorCode"] = failure->code;
        record["errorMessage"] = audit_value(json::value(failure->message));
    }
    const bool refused = call.principal.account.empty();
    record["requestParameters"] =
        refused ? json::value(nullptr) : parameters_of(call, facts.operation);
    const bool shown = success != nullptr && !facts.read_only && success->output.is_object();
    record["responseElements"] = shown ? audit_value(success->output) : json::value(nullptr);
}

json::object common_record(base::Time time, const std::string& event_id) {
    return {{"eventVersion", "1.11"},
            {"userIdentity", {{"type", "Unknown"}}},
            {"eventTime", base::format_iso8601(time).substr(0, 19) + "Z"},
            {"eventID", event_id}};
}

/// Members in the order that the format's page gives.
std::string in_order(json::object record) {
    static constexpr std::array<const char*, 22> order = {
        "eventVersion",        "userIdentity", "eventTime",         "eventSource",
        "eventName",           "awsRegion",    "sourceIPAddress",   "userAgent",
        "errorCode",           "errorMessage", "requestParameters", "responseElements",
        "additionalEventData", "requestID",    "eventID",           "readOnly",
        "resources",           "eventType",    "managementEvent",   "eventCategory",
        "recipientAccountId",  "tlsDetails"};
    json::object ordered;
    for (const char* name : order) {
        if (auto* value = record.if_contains(name)) {
            ordered.emplace(name, std::move(*value));
        }
    }
    return json::serialize(ordered);
}

}  // namespace

std::string resource_type_of(std::string_view arn) {
    static const std::map<std::string_view, std::string> types = {
        {"imagebuilder:component", "AWS::ImageBuilder::Component"},
        {"imagebuilder:image", "AWS::ImageBuilder::Image"},
        {"imagebuilder:image-recipe", "AWS::ImageBuilder::ImageRecipe"},
        {"imagebuilder:container-recipe", "AWS::ImageBuilder::ContainerRecipe"},
        {"imagebuilder:image-pipeline", "AWS::ImageBuilder::ImagePipeline"},
        {"imagebuilder:infrastructure-configuration",
         "AWS::ImageBuilder::InfrastructureConfiguration"},
        {"imagebuilder:distribution-configuration", "AWS::ImageBuilder::DistributionConfiguration"},
        {"imagebuilder:workflow", "AWS::ImageBuilder::Workflow"},
        {"imagebuilder:lifecycle-policy", "AWS::ImageBuilder::LifecyclePolicy"},
        {"iam:user", "AWS::IAM::User"},
        {"iam:role", "AWS::IAM::Role"},
        {"iam:policy", "AWS::IAM::Policy"},
        {"iam:instance-profile", "AWS::IAM::InstanceProfile"},
        {"sns", "AWS::SNS::Topic"},
        {"kms:key", "AWS::KMS::Key"},
    };
    const auto parts = parts_of(arn);
    if (parts.size() != 6 || parts[0] != "arn") {
        for (const auto& [prefix, type] :
             {std::pair{"ami-", "AWS::EC2::Ami"}, std::pair{"snap-", "AWS::EC2::Snapshot"},
              std::pair{"i-", "AWS::EC2::Instance"}}) {
            if (arn.starts_with(prefix) && arn.size() < 24) {
                return type;
            }
        }
        return {};
    }
    const auto kind =
        std::string(parts[2]) + ":" + std::string(parts[5].substr(0, parts[5].find('/')));
    auto found = types.find(kind);
    if (found == types.end()) {
        found = types.find(parts[2]);
    }
    return found == types.end() ? "" : found->second;
}

std::string audit_record(const http::Observation& observation, const AuditFacts& facts) {
    const auto& call = observation.call;
    const auto& request = observation.request;
    const auto& service = call.service.empty() ? facts.claimed.service : call.service;
    const auto& region = call.region.empty() ? facts.claimed.region : call.region;
    auto record = common_record(facts.time, facts.event_id);
    record["userIdentity"] = identity_of(observation, facts);
    record["eventSource"] = service.empty() ? "unknown" : bounded(service) + ".amazonaws.com";
    record["eventName"] = facts.operation == nullptr ? "Unknown" : facts.operation->name;
    if (!region.empty()) {
        record["awsRegion"] = bounded(region);
    }
    record["sourceIPAddress"] = address_only(request.remote_address);
    record["userAgent"] = bounded(request.headers.get("User-Agent"));
    add_outcome(observation, facts, record);
    record["requestID"] = call.request_id;
    record["readOnly"] = facts.read_only;
    record["eventType"] = "AwsApiCall";
    record["managementEvent"] = true;
    record["eventCategory"] = "Management";
    json::array resources;
    add_resources(record["requestParameters"], call.principal.account, resources);
    add_resources(record["responseElements"], call.principal.account, resources);
    if (!resources.empty()) {
        record["resources"] = std::move(resources);
    }
    if (!call.principal.account.empty()) {
        record["recipientAccountId"] = call.principal.account;
    }
    if (!request.tls_version.empty()) {
        record["tlsDetails"] = {{"tlsVersion", request.tls_version},
                                {"cipherSuite", request.tls_cipher},
                                {"clientProvidedHostHeader", bounded(request.headers.get("Host"))}};
    }
    return in_order(std::move(record));
}

std::string omitted_record(base::Time time, const std::string& event_id, std::uint64_t count) {
    auto record = common_record(time, event_id);
    record["eventSource"] = "unknown";
    record["eventName"] = "RefusedRequestsOmitted";
    record["additionalEventData"] = {{"count", count}};
    record["readOnly"] = true;
    record["eventType"] = "AwsApiCall";
    return in_order(std::move(record));
}

}  // namespace goldsmith::daemon
