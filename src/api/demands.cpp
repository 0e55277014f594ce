#include "api/demands.h"

#include <boost/json.hpp>
#include <optional>

#include "api/arn.h"

namespace goldsmith::api {

namespace json = boost::json;

namespace {

using Texts = std::vector<std::string>;

/// "a.b.c" -> "a", leaving "b.c".
std::string_view take_step(std::string_view& path) {
    const auto dot = path.find('.');
    const auto step = path.substr(0, dot);
    path.remove_prefix(dot == std::string_view::npos ? path.size() : dot + 1);
    return step;
}

template <class Visit>
void visit_at(const json::object& object, std::string_view path, const Visit& visit);

/// Every value that stands at the path; lists on the way are walked.
template <class Visit>
void visit_at(const json::value& value, std::string_view path, const Visit& visit) {
    if (const auto* list = value.if_array()) {
        for (const auto& each : *list) {
            visit_at(each, path, visit);
        }
        return;
    }
    if (path.empty()) {
        visit(value);
        return;
    }
    if (const auto* object = value.if_object()) {
        visit_at(*object, path, visit);
    }
}

/// The path is not empty.
template <class Visit>
void visit_at(const json::object& object, std::string_view path, const Visit& visit) {
    if (const auto* member = object.if_contains(take_step(path))) {
        visit_at(*member, path, visit);
    }
}

std::string text_of(const json::value& value) {
    return value.is_string() ? std::string(value.as_string()) : json::serialize(value);
}

Texts texts_at(const json::object& input, std::string_view path) {
    Texts texts;
    visit_at(input, path, [&](const json::value& value) {
        if (value.is_object()) {  // a map: its keys
            for (const auto& entry : value.as_object()) {
                texts.emplace_back(entry.key());
            }
        } else {
            texts.push_back(text_of(value));
        }
    });
    return texts;
}

/// What stands after the last part of an ARN's resource type: ".../image-recipe/web/1.0.0" ->
/// "web/1.0.0".
std::string path_in_arn(const std::string& arn) {
    const auto slash = arn.find('/');
    return slash == std::string::npos ? arn : arn.substr(slash + 1);
}

std::string lower(std::string text) {
    for (char& each : text) {
        each = each >= 'A' && each <= 'Z' ? static_cast<char>(each - 'A' + 'a') : each;
    }
    return text;
}

/// "ami-1" -> its ARN; images and snapshots name no account.
std::string ec2_arn(const std::string& id, const CallContext& context) {
    const auto prefix = id.substr(0, id.find('-'));
    const bool shared = prefix == "ami" || prefix == "snap";
    const std::string kind = prefix == "ami"    ? "image"
                             : prefix == "snap" ? "snapshot"
                             : prefix == "i"    ? "instance"
                             : prefix == "vol"  ? "volume"
                             : prefix == "lt"   ? "launch-template"
                                                : prefix;
    return "arn:aws:ec2:" + context.region + ":" + (shared ? "" : context.account) + ":" + kind +
           "/" + id;
}

/// "/aws/x" of "arn:aws:logs:region:account:log-group:/aws/x:*"; a name stays as it is.
std::string group_name(const std::string& identifier) {
    constexpr std::string_view mark = ":log-group:";
    const auto at = identifier.find(mark);
    if (!identifier.starts_with("arn:") || at == std::string::npos) {
        return identifier;
    }
    auto name = identifier.substr(at + mark.size());
    return name.ends_with(":*") ? name.substr(0, name.size() - 2) : name;
}

/// "arn:aws:sns:region:account:name" of a subscription's ARN, which has one part more.
std::string topic_of(const std::string& subscription) {
    constexpr int parts_of_a_topic = 6;
    std::size_t end = 0;
    for (int part = 0; part < parts_of_a_topic; ++part) {
        end = subscription.find(':', end == 0 ? 0 : end + 1);
        if (end == std::string::npos) {
            return subscription;
        }
    }
    return subscription.substr(0, end);
}

/// "/a/name:3" -> the parameter's ARN, without version or label; an ARN stays what it is.
std::string parameter_arn(const std::string& name, const CallContext& context) {
    if (name.starts_with("arn:")) {
        const auto slash = name.find('/');
        const auto colon = slash == std::string::npos ? slash : name.find(':', slash);
        return name.substr(0, colon);
    }
    const std::string plain = name.substr(0, name.find(':'));
    return "arn:aws:ssm:" + context.region + ":" + context.account + ":parameter" +
           (plain.starts_with('/') ? "" : "/") + plain;
}

/// The caller's own user name; the root user has none.
std::string caller_name(const CallContext& context) {
    const auto slash = context.principal_arn.rfind('/');
    return slash == std::string::npos ? "root" : context.principal_arn.substr(slash + 1);
}

class Template {
public:
    Template(const CallContext& context, const json::object& input)
        : context_(context), input_(input) {}

    /// Every text that the template makes: one for each combination of values. None when a member
    /// is absent.
    Texts expand(std::string_view text) const {
        Texts made{""};
        while (!text.empty()) {
            const auto open = std::min(text.find('{'), text.size());
            for (auto& each : made) {
                each += text.substr(0, open);
            }
            text.remove_prefix(open);
            if (!text.empty()) {
                const auto close = text.find('}');
                append(made, values_of(text.substr(1, close - 1)));
                text.remove_prefix(close + 1);
            }
        }
        return made;
    }

private:
    static void append(Texts& made, const Texts& values) {
        if (values.size() == 1) {
            for (auto& each : made) {
                each += values.front();
            }
            return;
        }
        Texts longer;
        for (const auto& head : made) {
            for (const auto& tail : values) {
                longer.push_back(head + tail);
            }
        }
        made = std::move(longer);
    }

    Texts values_of(std::string_view field) const {
        if (field == "aws:region") {
            return {context_.region};
        }
        if (field == "aws:account") {
            return {context_.account};
        }
        const auto end = std::min(field.find_first_of("|="), field.size());
        auto values = texts_at(input_, field.substr(0, end));
        if (end == field.size()) {
            return values;
        }
        const auto rest = field.substr(end + 1);
        if (field[end] == '=') {
            return values.empty() ? Texts{std::string(rest)} : values;
        }
        if (rest == "caller") {
            return values.empty() ? Texts{caller_name(context_)} : values;
        }
        for (auto& value : values) {
            value = applied(rest, value);
        }
        return values;
    }

    std::string applied(std::string_view function, const std::string& value) const {
        return function == "slug"        ? slug_of(value)
               : function == "lower"     ? lower(value)
               : function == "path"      ? path_in_arn(value)
               : function == "ec2"       ? ec2_arn(value, context_)
               : function == "group"     ? group_name(value)
               : function == "topic"     ? topic_of(value)
               : function == "parameter" ? parameter_arn(value, context_)
                                         : value;
    }

    const CallContext& context_;
    const json::object& input_;
};

/// "arn:aws-cn:..." -> "arn:aws:...": there is one partition here, and whatever a request calls it,
/// policies speak of `aws`.
std::string in_our_partition(const std::string& arn) {
    constexpr std::string_view other = "arn:aws-";
    const auto colon = arn.find(':', other.size());
    return arn.starts_with(other) && colon != std::string::npos ? "arn:aws" + arn.substr(colon)
                                                                : arn;
}

/// Tags in both of their forms, {"k": "v"} and [{"Key": "k", "Value": "v"}].
std::map<std::string, std::string> tags_at(const json::object& input, std::string_view path) {
    std::map<std::string, std::string> tags;
    visit_at(input, path, [&](const json::value& value) {
        const auto* object = value.if_object();
        if (object == nullptr) {
            return;
        }
        const auto* key = object->if_contains("Key");
        const auto* content = object->if_contains("Value");
        if (key != nullptr && key->is_string()) {
            tags[text_of(*key)] = content == nullptr ? std::string() : text_of(*content);
            return;
        }
        for (const auto& entry : *object) {
            tags[std::string(entry.key())] = text_of(entry.value());
        }
    });
    return tags;
}

void add_request_tags(Demands& demands, const json::object& input) {
    Texts keys;
    for (const char* path : {"tags", "Tags", "TagSpecifications.Tags"}) {
        for (const auto& [key, value] : tags_at(input, path)) {
            demands.keys["aws:RequestTag/" + key] = {value};
            keys.push_back(key);
        }
    }
    for (const char* path : {"tagKeys", "TagKeys"}) {
        const auto named = texts_at(input, path);
        keys.insert(keys.end(), named.begin(), named.end());
    }
    if (!keys.empty()) {
        demands.keys["aws:TagKeys"] = std::move(keys);
    }
}

void add_member_keys(Demands& demands, const Authorization& model, const json::object& input) {
    for (const auto& [key, member] : model.keys) {
        const std::string name(key);
        if (name.ends_with('/')) {
            for (const auto& [tag, value] : tags_at(input, member)) {
                demands.keys[name + tag] = {value};
            }
        } else if (auto values = texts_at(input, member); !values.empty()) {
            demands.keys[name] = std::move(values);
        }
    }
}

bool is_given(const json::object& input, std::string_view member) {
    const auto* found = input.if_contains(member);
    if (found == nullptr) {
        return false;
    }
    const bool empty = (found->is_array() && found->as_array().empty()) ||
                       (found->is_object() && found->as_object().empty());
    return !empty;
}

void add_dependent_actions(Demands& demands, const Authorization& model, const Template& expand,
                           const json::object& input) {
    for (const auto& [action, resource, member] : model.also) {
        if (*member != '\0' && !is_given(input, member)) {
            continue;
        }
        for (const auto& name : expand.expand(resource)) {
            const auto arn = in_our_partition(name);
            // A parent image may also be an AMI or a parameter: no resource of this service.
            if (arn.starts_with("arn:aws:")) {
                demands.actions.push_back({action, arn});
            }
        }
    }
}

}  // namespace

Demands demands_of(const Service& service, const Operation& operation, const CallContext& context,
                   const json::object& input) {
    Demands demands;
    static constexpr Authorization plain{};
    const auto& model = operation.authorization == nullptr ? plain : *operation.authorization;
    if (model.unchecked) {
        return demands;
    }
    const Template expand(context, input);
    const std::string action = std::string(service.name) + ":" + operation.name;
    for (const char* resource : model.resources) {
        for (const auto& arn : expand.expand(resource)) {
            demands.actions.push_back({action, in_our_partition(arn)});
        }
    }
    if (demands.actions.empty()) {
        demands.actions.push_back({action, "*"});
    }
    add_dependent_actions(demands, model, expand, input);
    add_request_tags(demands, input);
    add_member_keys(demands, model, input);
    for (const auto& [member, is_profile, by] : model.passes) {
        for (const auto& name : texts_at(input, member)) {
            demands.passed.push_back({in_our_partition(name), is_profile, by});
        }
    }
    return demands;
}

std::string account_in_arn(std::string_view arn) {
    for (int colons = 0; colons < 4; ++colons) {
        const auto colon = arn.find(':');
        if (colon == std::string_view::npos) {
            return {};
        }
        arn.remove_prefix(colon + 1);
    }
    return std::string(arn.substr(0, arn.find(':')));
}

}  // namespace goldsmith::api
