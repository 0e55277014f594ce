#include "service/authorization/identity.h"

#include <algorithm>
#include <boost/json.hpp>

#include "db/connection.h"
#include "policy/managed_policies.h"
#include "service/iam/entity_body.h"
#include "state/credentials.h"
#include "state/iam_policies.h"
#include "state/sessions.h"
#include "state/tags.h"

namespace goldsmith::service::authorization {

namespace json = boost::json;

namespace {

constexpr std::string_view aws_policies = "arn:aws:iam::aws:policy/";

std::optional<std::string> managed_policy_text(db::Connection& connection, const std::string& arn) {
    if (!arn.starts_with(aws_policies)) {
        return state::default_policy_document(connection, arn);
    }
    const auto all = policy::managed_policies();
    const auto found = std::ranges::find(all, std::string_view(arn).substr(aws_policies.size()),
                                         &policy::ManagedPolicy::path_and_name);
    // One of AWS's that we do not know speaks neither for nor against anything.
    return found == all.end() ? std::nullopt : std::optional(std::string(found->document));
}

/// Puts policies where they belong and notes whether they need tags of resources.
class PolicyLoader {
public:
    PolicyLoader(db::Connection& connection, Identity& identity)
        : connection_(connection), identity_(identity) {}

    void load_entity(const state::IamEntity& entity) {
        load_owner(entity.unique_id);
        if (entity.kind == state::IamKind::user) {
            for (const auto& group :
                 state::iam_containers_of(connection_, entity.unique_id, state::IamKind::group)) {
                load_owner(group.unique_id);
            }
        }
        if (const auto boundary = iam::EntityBody(entity).boundary(); !boundary.empty()) {
            // A boundary that is gone or unknown lets nothing through.
            identity_.policies.boundary =
                managed(boundary).value_or(policy::NamedPolicy{boundary, nothing()});
        }
    }

    void load_session(const json::object& body) {
        std::vector<policy::NamedPolicy> policies;
        if (const auto* text = body.if_contains("policy")) {
            policies.push_back(parsed("session policy", json::value_to<std::string>(*text)));
        }
        if (const auto* arns = body.if_contains("policyArns")) {
            for (const auto& arn : arns->as_array()) {
                const auto name = json::value_to<std::string>(arn);
                policies.push_back(managed(name).value_or(policy::NamedPolicy{name, nothing()}));
            }
        }
        if (!policies.empty()) {
            identity_.policies.session = std::move(policies);
        }
    }

private:
    void load_owner(const std::string& owner_id) {
        for (const auto& [name, text] : state::inline_policies_of(connection_, owner_id)) {
            identity_.policies.identity.push_back(parsed(name, text));
        }
        for (const auto& arn : state::attached_policies_of(connection_, owner_id)) {
            if (auto policy = managed(arn)) {
                identity_.policies.identity.push_back(std::move(*policy));
            }
        }
    }

    std::optional<policy::NamedPolicy> managed(const std::string& arn) {
        const auto text = managed_policy_text(connection_, arn);
        return text ? std::optional(parsed(arn, *text)) : std::nullopt;
    }

    policy::NamedPolicy parsed(const std::string& name, const std::string& text) {
        identity_.asks_for_resource_tags =
            identity_.asks_for_resource_tags ||
            policy::lower_case(text).find("resourcetag/") != std::string::npos;
        return {name, policy::Document::parse(text, policy::Kind::identity)};
    }

    static std::shared_ptr<const policy::Document> nothing() {
        return policy::Document::parse(
            R"({"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}})",
            policy::Kind::identity);
    }

    db::Connection& connection_;
    Identity& identity_;
};

void make_root(Identity& identity, const std::string& account) {
    identity.caller = {.kind = policy::CallerKind::root,
                       .account = account,
                       .arn = "arn:aws:iam::" + account + ":root"};
    identity.user_id = account;
}

void make_user(db::Connection& connection, Identity& identity, const state::IamEntity& user) {
    identity.caller = {
        .kind = policy::CallerKind::user, .account = user.account, .arn = user.arn()};
    identity.user_id = user.unique_id;
    identity.user_name = user.name;
    identity.owner_id = user.unique_id;
    identity.tags = state::tags_of(connection, user.arn());
    PolicyLoader(connection, identity).load_entity(user);
}

void make_role(db::Connection& connection, Identity& identity, const state::IamEntity& role) {
    identity.caller = {.kind = policy::CallerKind::session,
                       .account = role.account,
                       .arn = role.arn(),
                       .role_arn = role.arn()};
    identity.user_id = role.unique_id;
    identity.owner_id = role.unique_id;
    identity.tags = state::tags_of(connection, role.arn());
    PolicyLoader(connection, identity).load_entity(role);
}

/// False when the key belongs to nobody any more.
bool make_owner(db::Connection& connection, Identity& identity, const std::string& account,
                const std::string& owner_id) {
    if (owner_id.empty()) {
        make_root(identity, account);
        return true;
    }
    const auto owner = state::find_iam_entity_by_id(connection, owner_id);
    if (!owner || owner->account != account) {
        return false;
    }
    if (owner->kind == state::IamKind::role) {
        make_role(connection, identity, *owner);
    } else {
        make_user(connection, identity, *owner);
    }
    return true;
}

std::optional<Identity> from_key(db::Connection& connection, const state::AccessKey& key) {
    Identity identity;
    identity.secret = key.secret_access_key;
    const bool root = key.user_id == key.account;
    if (!key.is_active ||
        !make_owner(connection, identity, key.account, root ? std::string() : key.user_id)) {
        return std::nullopt;
    }
    return identity;
}

void add_tags(const json::object& body, const char* member,
              std::map<std::string, std::string>& tags) {
    if (const auto* given = body.if_contains(member)) {
        for (const auto& tag : given->as_object()) {
            tags[std::string(tag.key())] = json::value_to<std::string>(tag.value());
        }
    }
}

std::optional<Identity> from_session(db::Connection& connection, const state::Session& session) {
    Identity identity;
    identity.secret = session.secret_access_key;
    identity.session_token = session.session_token;
    identity.expires_ms = session.expires_ms;
    identity.issued_ms = session.issued_ms;
    if (!make_owner(connection, identity, session.account, session.owner_id)) {
        return std::nullopt;
    }
    identity.caller.arn = session.principal_arn;
    identity.user_id = session.user_id;
    const auto body = json::parse(session.body).as_object();
    add_tags(body, "tags", identity.tags);
    add_tags(body, "transitiveTags", identity.transitive_tags);
    if (const auto* source = body.if_contains("sourceIdentity")) {
        identity.source_identity = json::value_to<std::string>(*source);
    }
    PolicyLoader(connection, identity).load_session(body);
    return identity;
}

}  // namespace

std::optional<Identity> load_identity(db::Connection& connection, std::string_view access_key_id) {
    if (const auto key = state::find_access_key(connection, access_key_id)) {
        return from_key(connection, *key);
    }
    const auto session = state::find_session(connection, access_key_id);
    return session ? from_session(connection, *session) : std::nullopt;
}

std::optional<Identity> load_identity_of_arn(db::Connection& connection, const std::string& arn) {
    Identity identity;
    constexpr std::string_view root = ":root";
    if (arn.starts_with("arn:aws:iam::") && arn.ends_with(root)) {
        const auto account = arn.substr(13, arn.size() - 13 - root.size());
        if (!state::account_exists(connection, account)) {
            return std::nullopt;
        }
        make_root(identity, account);
        return identity;
    }
    const auto entity = state::find_iam_entity_by_arn(connection, arn);
    if (!entity) {
        return std::nullopt;
    }
    if (entity->kind == state::IamKind::user) {
        make_user(connection, identity, *entity);
    } else if (entity->kind == state::IamKind::role) {
        make_role(connection, identity, *entity);
    } else if (entity->kind == state::IamKind::group) {
        identity.caller = {
            .kind = policy::CallerKind::user, .account = entity->account, .arn = entity->arn()};
        PolicyLoader(connection, identity).load_entity(*entity);
    } else {
        return std::nullopt;
    }
    return identity;
}

std::shared_ptr<const policy::Document> load_managed_policy(db::Connection& connection,
                                                            const std::string& arn) {
    const auto text = managed_policy_text(connection, arn);
    return text ? policy::Document::parse(*text, policy::Kind::identity) : nullptr;
}

}  // namespace goldsmith::service::authorization
