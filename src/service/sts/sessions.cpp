#include "service/sts/sessions.h"

#include <boost/json.hpp>
#include <set>

#include "api/generated/sts/errors.h"
#include "base/encoding.h"
#include "db/database.h"
#include "policy/document.h"
#include "service/authorization/identity.h"
#include "service/iam/entity_body.h"
#include "service/key_pair.h"
#include "service/milliseconds.h"
#include "state/credentials.h"
#include "state/sessions.h"

namespace goldsmith::service::sts {

namespace json = boost::json;
namespace model = api::sts;

namespace {

constexpr std::size_t longest_session_policy = 2048;
constexpr std::int64_t usual_seconds = 3600;
constexpr std::int64_t usual_token_seconds = 43200;
constexpr std::int64_t longest_chained_seconds = 3600;
constexpr std::int64_t longest_root_seconds = 3600;

/// AWS tells a caller that may not assume a role nothing about whether it exists.
[[noreturn]] void throw_may_not_assume(const api::CallContext& context, const std::string& role) {
    throw model::AccessDenied("User: " + context.principal_arn +
                              " is not authorized to perform: sts:AssumeRole on resource: " + role);
}

void check_session_policy(const std::string& text) {
    if (policy::counted_size(text) > longest_session_policy) {
        throw model::PackedPolicyTooLarge("The session policy is longer than " +
                                          std::to_string(longest_session_policy) + " characters.");
    }
    try {
        policy::Document::parse(text, policy::Kind::identity);
    } catch (const policy::PolicyError& error) {
        throw model::MalformedPolicyDocument(error.what());
    }
}

json::object tags_of(const model::AssumeRoleRequest& request) {
    json::object tags;
    for (const auto& tag : request.tags.value_or(std::vector<model::SessionTag>{})) {
        if (tag.key.starts_with("aws:")) {
            throw model::ValidationError("Session tags must not begin with 'aws:': " + tag.key);
        }
        if (!tags.emplace(tag.key, tag.value).second) {
            throw model::ValidationError("The session tag " + tag.key + " is given twice.");
        }
    }
    return tags;
}

/// What the session hands on to sessions that are made with it: tags that were inherited cannot be
/// given again.
json::object transitive_tags(const model::AssumeRoleRequest& request, const json::object& tags,
                             const authorization::Identity& caller) {
    json::object transitive;
    for (const auto& [key, value] : caller.transitive_tags) {
        if (tags.contains(key)) {
            throw model::ValidationError(
                "One of the specified transitive tag keys can't be set "
                "because it conflicts with a transitive tag key from the "
                "calling session: " +
                key);
        }
        transitive[key] = value;
    }
    for (const auto& key : request.transitive_tag_keys.value_or(std::vector<std::string>{})) {
        const auto* value = tags.if_contains(key);
        if (value == nullptr) {
            throw model::ValidationError("TransitiveTagKeys names " + key +
                                         ", which is no tag of this session.");
        }
        transitive[key] = *value;
    }
    return transitive;
}

json::object body_of(db::Connection& connection, const model::AssumeRoleRequest& request,
                     const authorization::Identity& caller, const std::string& role_account) {
    json::object body;
    if (request.policy) {
        check_session_policy(*request.policy);
        body["policy"] = *request.policy;
    }
    json::array arns;
    for (const auto& descriptor :
         request.policy_arns.value_or(std::vector<model::PolicyDescriptor>{})) {
        const auto arn = descriptor.arn.value_or("");
        const bool own = arn.starts_with("arn:aws:iam::" + role_account + ":policy/") ||
                         arn.starts_with("arn:aws:iam::aws:policy/");
        if (!own || authorization::load_managed_policy(connection, arn) == nullptr) {
            throw model::ValidationError("The session policy " + arn + " does not exist.");
        }
        arns.emplace_back(arn);
    }
    if (!arns.empty()) {
        body["policyArns"] = std::move(arns);
    }
    auto tags = tags_of(request);
    auto transitive = transitive_tags(request, tags, caller);
    for (const auto& [key, value] : caller.transitive_tags) {
        tags[key] = value;
    }
    if (!tags.empty()) {
        body["tags"] = std::move(tags);
    }
    if (!transitive.empty()) {
        body["transitiveTags"] = std::move(transitive);
    }
    const auto source = request.source_identity.value_or(caller.source_identity);
    if (!caller.source_identity.empty() && source != caller.source_identity) {
        throw model::AccessDenied("The source identity of a session cannot be changed.");
    }
    if (!source.empty()) {
        body["sourceIdentity"] = source;
    }
    return body;
}

std::int64_t duration_of(const model::AssumeRoleRequest& request, const iam::EntityBody& role,
                         const authorization::Identity& caller) {
    const std::int64_t seconds = request.duration_seconds.value_or(usual_seconds);
    if (seconds > role.max_session_seconds()) {
        throw model::ValidationError(
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
    }
    const bool chained = caller.session_token.has_value() && !caller.caller.role_arn.empty();
    if (chained && seconds > longest_chained_seconds) {
        throw model::ValidationError(
            "The requested DurationSeconds exceeds the 1 hour session "
            "limit for roles assumed by role chaining.");
    }
    return seconds;
}

/// Makes the key, its secret and its token, and keeps the session.
model::Credentials issue(db::Transaction& transaction, state::Session session, const KeyPair& pair,
                         const std::string& token) {
    session.access_key_id = pair.id;
    session.secret_access_key = pair.secret;
    session.session_token = token;
    state::erase_expired_sessions(transaction, session.issued_ms);
    state::insert_session(transaction, session);
    return {.access_key_id = pair.id,
            .secret_access_key = pair.secret,
            .session_token = token,
            .expiration = from_ms(session.expires_ms)};
}

std::string make_token(base::Random& random) {
    std::string bytes(96, '\0');
    random.fill(bytes.data(), bytes.size());
    return base::base64_encode(bytes);
}

}  // namespace

model::AssumeRoleResponse SessionFamily::assume_role(const api::CallContext& context,
                                                     const model::AssumeRoleRequest& request) {
    const auto pair = make_key_pair(dependencies_.random, "ASIA");
    const auto token = make_token(dependencies_.random);
    return dependencies_.database.write([&](db::Transaction& transaction) {
        const auto role = state::find_iam_entity_by_arn(transaction, request.role_arn);
        const auto caller = authorization::load_identity(transaction, context.access_key);
        if (!role || role->kind != state::IamKind::role || !caller) {
            throw_may_not_assume(context, request.role_arn);
        }
        if (caller->caller.kind == policy::CallerKind::root) {
            throw model::AccessDenied("Roles may not be assumed by root accounts.");
        }
        const std::int64_t now_ms = to_ms(context.now);
        const std::string id = role->unique_id + ":" + request.role_session_name;
        const std::string arn = "arn:aws:sts::" + role->account + ":assumed-role/" + role->name +
                                "/" + request.role_session_name;
        const auto seconds = duration_of(request, iam::EntityBody(*role), *caller);
        state::Session session{
            .account = role->account,
            .principal_arn = arn,
            .user_id = id,
            .owner_id = role->unique_id,
            .issued_ms = now_ms,
            .expires_ms = now_ms + seconds * 1000,
            .body = json::serialize(body_of(transaction, request, *caller, role->account))};
        model::AssumeRoleResponse response;
        response.credentials = issue(transaction, std::move(session), pair, token);
        response.assumed_role_user = model::AssumedRoleUser{.assumed_role_id = id, .arn = arn};
        if (request.policy) {
            response.packed_policy_size = static_cast<std::int32_t>(
                policy::counted_size(*request.policy) * 100 / longest_session_policy);
        }
        return response;
    });
}

model::GetSessionTokenResponse SessionFamily::get_session_token(
    const api::CallContext& context, const model::GetSessionTokenRequest& request) {
    const auto pair = make_key_pair(dependencies_.random, "ASIA");
    const auto token = make_token(dependencies_.random);
    return dependencies_.database.write([&](db::Transaction& transaction) {
        const auto caller = authorization::load_identity(transaction, context.access_key);
        if (!caller || caller->session_token) {
            throw model::AccessDenied("Cannot call GetSessionToken with session credentials");
        }
        std::int64_t seconds = request.duration_seconds.value_or(usual_token_seconds);
        if (caller->caller.kind == policy::CallerKind::root) {
            seconds = std::min(seconds, longest_root_seconds);
        }
        const std::int64_t now_ms = to_ms(context.now);
        state::Session session{.account = caller->caller.account,
                               .principal_arn = caller->caller.arn,
                               .user_id = caller->user_id,
                               .owner_id = caller->owner_id,
                               .issued_ms = now_ms,
                               .expires_ms = now_ms + seconds * 1000,
                               .body = "{}"};
        return model::GetSessionTokenResponse{
            .credentials = issue(transaction, std::move(session), pair, token)};
    });
}

model::GetAccessKeyInfoResponse SessionFamily::get_access_key_info(
    const api::CallContext& context, const model::GetAccessKeyInfoRequest& request) {
    return dependencies_.database.read([&](db::Connection& connection) {
        const auto key = state::find_access_key(connection, request.access_key_id);
        // Keys of other accounts are nobody's business here.
        if (!key || key->account != context.account) {
            throw model::ValidationError("There is no access key " + request.access_key_id +
                                         " in this account.");
        }
        return model::GetAccessKeyInfoResponse{.account = key->account};
    });
}

}  // namespace goldsmith::service::sts
