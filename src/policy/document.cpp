#include "policy/document.h"

#include <algorithm>
#include <boost/json.hpp>
#include <set>

namespace goldsmith::policy {
namespace {

namespace json = boost::json;

constexpr std::string_view current_version = "2012-10-17";
constexpr std::string_view first_version = "2008-10-17";

/// Reads one statement; keeps the path for messages.
class StatementReader {
public:
    StatementReader(const json::value& value, std::string path, Kind kind, bool variables)
        : path_(std::move(path)), kind_(kind), variables_(variables) {
        if (!value.is_object()) {
            throw PolicyError(path_, "a statement must be an object");
        }
        members_ = &value.as_object();
    }

    Statement read(std::size_t index) {
        refuse_unknown_members();
        Statement statement;
        statement.index = index;
        statement.sid = read_sid();
        statement.allow = read_effect();
        read_actions(statement);
        read_resources(statement);
        read_principals(statement);
        if (const auto* block = members_->if_contains("Condition")) {
            statement.conditions = Condition::read_block(*block, path_ + ".Condition", variables_);
        }
        return statement;
    }

private:
    void refuse_unknown_members() const {
        static const std::set<std::string_view> known{"Sid",         "Effect",    "Action",
                                                      "NotAction",   "Resource",  "Condition",
                                                      "NotResource", "Principal", "NotPrincipal"};
        for (const auto& member : *members_) {
            if (!known.contains(std::string_view(member.key()))) {
                throw PolicyError(path_ + "." + std::string(member.key()),
                                  "a statement has no such member");
            }
        }
    }

    std::string read_sid() const {
        const auto* sid = members_->if_contains("Sid");
        if (sid == nullptr) {
            return {};
        }
        if (!sid->is_string()) {
            throw PolicyError(path_ + ".Sid", "must be a text");
        }
        const std::string text(sid->as_string());
        const auto is_letter_or_digit = [](char each) {
            return (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z') ||
                   (each >= '0' && each <= '9');
        };
        // Services take more in the policies of their resources; IAM takes letters and digits.
        if (kind_ != Kind::resource && !std::ranges::all_of(text, is_letter_or_digit)) {
            throw PolicyError(path_ + ".Sid", "'" + text + "' must be of letters and digits only");
        }
        return text;
    }

    bool read_effect() const {
        const auto* effect = members_->if_contains("Effect");
        if (effect == nullptr || !effect->is_string() ||
            (effect->as_string() != "Allow" && effect->as_string() != "Deny")) {
            throw PolicyError(path_ + ".Effect", "must be \"Allow\" or \"Deny\"");
        }
        return effect->as_string() == "Allow";
    }

    /// The member `name` or its negation; null when neither is there.
    const json::value* one_of(const std::string& name, bool& negated, std::string& place) const {
        const auto* plain = members_->if_contains(name);
        const auto* opposite = members_->if_contains("Not" + name);
        if (plain != nullptr && opposite != nullptr) {
            throw PolicyError(path_, "has both " + name + " and Not" + name + "; give one");
        }
        negated = opposite != nullptr;
        place = path_ + (negated ? ".Not" : ".") + name;
        return negated ? opposite : plain;
    }

    template <class Check>
    std::vector<Pattern> read_patterns(const json::value& value, const std::string& place,
                                       bool variables, Check check) const {
        std::vector<Pattern> patterns;
        const auto add = [&](const json::value& each, const std::string& at) {
            if (!each.is_string()) {
                throw PolicyError(at, "must be a text");
            }
            const std::string text(each.as_string());
            if (const std::string problem = check(text); !problem.empty()) {
                throw PolicyError(at, problem);
            }
            try {
                patterns.emplace_back(text, Pattern::Syntax{true, variables});
            } catch (const base::Error& error) {
                throw PolicyError(at, error.what());
            }
        };
        if (!value.is_array()) {
            add(value, place);
            return patterns;
        }
        for (std::size_t i = 0; i < value.as_array().size(); ++i) {
            add(value.as_array()[i], place + "[" + std::to_string(i) + "]");
        }
        if (patterns.empty()) {
            throw PolicyError(place, "must have at least one value");
        }
        return patterns;
    }

    void read_actions(Statement& statement) const {
        std::string place;
        const auto* value = one_of("Action", statement.not_action, place);
        if (value == nullptr) {
            throw PolicyError(path_, "has neither Action nor NotAction");
        }
        // Actions have no variables.
        statement.actions = read_patterns(*value, place, false, [&](const std::string& action) {
            return action_problem(action);
        });
    }

    std::string action_problem(const std::string& action) const {
        if (action == "*") {
            return {};
        }
        const auto colon = action.find(':');
        const bool named = colon != std::string::npos && colon > 0 && colon + 1 < action.size();
        if (!named || action.find_first_of(" \t\r\n/") != std::string::npos) {
            return "'" + action +
                   "' is no action: actions are prefaced by their service, such as "
                   "imagebuilder:GetImage or imagebuilder:*";
        }
        return {};
    }

    void read_resources(Statement& statement) const {
        std::string place;
        const auto* value = one_of("Resource", statement.not_resource, place);
        if (kind_ == Kind::trust) {
            if (value != nullptr) {
                throw PolicyError(place, "a trust policy speaks of its role: it names no resource");
            }
            return;
        }
        if (value == nullptr) {
            throw PolicyError(path_, "has neither Resource nor NotResource");
        }
        statement.resources = read_patterns(*value, place, variables_, [](const std::string& arn) {
            const bool named = arn.starts_with("arn:") && std::ranges::count(arn, ':') >= 2;
            return arn == "*" || named ? std::string()
                                       : "'" + arn + "' is no resource: it must be an ARN or \"*\"";
        });
    }

    void read_principals(Statement& statement) const {
        std::string place;
        const auto* value = one_of("Principal", statement.not_principal, place);
        if (kind_ == Kind::identity) {
            if (value != nullptr) {
                throw PolicyError(place,
                                  "an identity policy speaks of whom it is attached to: it names "
                                  "no principal");
            }
            return;
        }
        if (value == nullptr) {
            throw PolicyError(path_, "has neither Principal nor NotPrincipal");
        }
        if (statement.not_principal && statement.allow) {
            throw PolicyError(place,
                              "with \"Effect\": \"Allow\" this would let in everybody else, "
                              "unknown callers too; use Principal");
        }
        statement.principals = Principals::read(*value, place);
    }

    const json::object* members_ = nullptr;
    std::string path_;
    Kind kind_;
    bool variables_;
};

std::string version_of(const json::object& document) {
    const auto* version = document.if_contains("Version");
    if (version == nullptr) {
        return std::string(first_version);
    }
    if (!version->is_string() ||
        (version->as_string() != current_version && version->as_string() != first_version)) {
        throw PolicyError("Version", "must be \"2012-10-17\" or \"2008-10-17\"");
    }
    return std::string(version->as_string());
}

void refuse_unknown_members(const json::object& document) {
    for (const auto& member : document) {
        if (member.key() != "Version" && member.key() != "Id" && member.key() != "Statement") {
            throw PolicyError(std::string(member.key()), "a policy has no such member");
        }
    }
    if (const auto* id = document.if_contains("Id"); id != nullptr && !id->is_string()) {
        throw PolicyError("Id", "must be a text");
    }
}

void refuse_equal_sids(const std::vector<Statement>& statements) {
    std::set<std::string> seen;
    for (const Statement& statement : statements) {
        if (!statement.sid.empty() && !seen.insert(statement.sid).second) {
            throw PolicyError("Statement[" + std::to_string(statement.index) + "].Sid",
                              "another statement has the Sid '" + statement.sid + "'");
        }
    }
}

}  // namespace

std::shared_ptr<const Document> Document::parse(std::string_view text, Kind kind) {
    if (text.size() > longest_policy_bytes) {
        throw PolicyError(
            "", "the policy is longer than " + std::to_string(longest_policy_bytes) + " bytes");
    }
    const json::value tree = parse_tree(text);
    if (!tree.is_object()) {
        throw PolicyError("", "a policy must be an object");
    }
    const json::object& root = tree.as_object();
    refuse_unknown_members(root);
    const bool variables = version_of(root) == current_version;
    const auto* statements = root.if_contains("Statement");
    if (statements == nullptr) {
        throw PolicyError("Statement", "is missing");
    }
    auto document = std::make_shared<Document>();
    document->kind_ = kind;
    if (!statements->is_array()) {
        document->statements_.push_back(
            StatementReader(*statements, "Statement", kind, variables).read(0));
        return document;
    }
    for (std::size_t i = 0; i < statements->as_array().size(); ++i) {
        const std::string path = "Statement[" + std::to_string(i) + "]";
        document->statements_.push_back(
            StatementReader(statements->as_array()[i], path, kind, variables).read(i));
    }
    if (document->statements_.empty()) {
        throw PolicyError("Statement", "must have at least one statement");
    }
    refuse_equal_sids(document->statements_);
    return document;
}

std::size_t counted_size(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(text, [](char each) {
        const bool continuation = (static_cast<unsigned char>(each) & 0xc0) == 0x80;
        return !continuation && each != ' ' && each != '\t' && each != '\r' && each != '\n';
    }));
}

}  // namespace goldsmith::policy
