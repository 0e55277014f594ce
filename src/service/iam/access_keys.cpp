#include "service/iam/access_keys.h"

#include "db/database.h"
#include "service/key_pair.h"
#include "state/credentials.h"

namespace goldsmith::service::iam {

namespace model = api::iam;
using state::IamKind;

namespace {

constexpr std::size_t most_keys = 2;

/// Whose keys a request speaks of.
struct Owner {
    std::string name{};  // empty: the root user
    std::string user_id{};
    std::string arn{};
};

/// The user that is named, or the caller when none is: a user, or the root user.
Owner owner_of(db::Connection& connection, const api::CallContext& context,
               const std::optional<std::string>& user_name) {
    if (user_name) {
        const auto user = require_entity(connection, context.account, IamKind::user, *user_name);
        return {user.name, user.unique_id, user.arn()};
    }
    if (context.principal_arn.ends_with(":root")) {
        return {"", context.account, context.principal_arn};
    }
    const auto user = state::find_iam_entity_by_arn(connection, context.principal_arn);
    if (!user || user->kind != IamKind::user) {
        throw model::ValidationError(
            "Must specify userName when calling with non-User credentials");
    }
    return {user->name, user->unique_id, user->arn()};
}

state::AccessKey require_key(db::Connection& connection, const api::CallContext& context,
                             const Owner& owner, const std::string& id) {
    auto key = state::find_access_key(connection, id);
    if (!key || key->account != context.account || key->user_id != owner.user_id) {
        throw model::NoSuchEntity("The Access Key with id " + id + " cannot be found.");
    }
    return *std::move(key);
}

std::optional<std::string> shown_name(const Owner& owner) {
    return owner.name.empty() ? std::nullopt : std::optional(owner.name);
}

std::string status_of(const state::AccessKey& key) {
    return key.is_active ? "Active" : "Inactive";
}

/// Refuses to take the account its last way in: only another administrator could give it back.
void keep_the_last_root_key(db::Connection& connection, const api::CallContext& context,
                            const Owner& owner, const std::string& id) {
    if (owner.user_id != context.account) {
        return;
    }
    bool other_way_in = false;
    for (const auto& key : state::access_keys_of(connection, context.account, context.account)) {
        other_way_in = other_way_in || (key.is_active && key.access_key_id != id);
    }
    for (const auto& user :
         state::page_iam_entities(connection, context.account, IamKind::user, "/", "", 1000)) {
        for (const auto& key : state::access_keys_of(connection, context.account, user.unique_id)) {
            other_way_in = other_way_in || key.is_active;
        }
    }
    if (!other_way_in) {
        throw model::DeleteConflict(
            "This is the only active access key of the account. Make a user with a key, or a "
            "second root key, first.");
    }
}

}  // namespace

model::CreateAccessKeyResponse AccessKeyFamily::create_access_key(
    const api::CallContext& context, const model::CreateAccessKeyRequest& request) {
    const auto pair = make_key_pair(dependencies_.random, "AKIA");
    return dependencies_.database.write([&](db::Transaction& transaction) {
        const auto owner = owner_of(transaction, context, request.user_name);
        if (state::access_keys_of(transaction, context.account, owner.user_id).size() >=
            most_keys) {
            throw model::LimitExceeded("Cannot exceed quota for AccessKeysPerUser: " +
                                       std::to_string(most_keys));
        }
        state::insert_access_key(transaction, {.access_key_id = pair.id,
                                               .secret_access_key = pair.secret,
                                               .account = context.account,
                                               .principal_arn = owner.arn,
                                               .user_id = owner.user_id,
                                               .created_ms = to_ms(context.now)});
        state::touch_identities(transaction);
        return model::CreateAccessKeyResponse{.access_key =
                                                  model::AccessKey{.user_name = shown_name(owner),
                                                                   .access_key_id = pair.id,
                                                                   .status = "Active",
                                                                   .secret_access_key = pair.secret,
                                                                   .create_date = context.now}};
    });
}

model::ListAccessKeysResponse AccessKeyFamily::list_access_keys(
    const api::CallContext& context, const model::ListAccessKeysRequest& request) {
    return dependencies_.database.read([&](db::Connection& connection) {
        const auto owner = owner_of(connection, context, request.user_name);
        std::vector<model::AccessKeyMetadata> keys;
        for (const auto& key : state::access_keys_of(connection, context.account, owner.user_id)) {
            keys.push_back({.user_name = shown_name(owner),
                            .access_key_id = key.access_key_id,
                            .status = status_of(key),
                            .create_date = from_ms(key.created_ms)});
        }
        // Two at most: one page.
        return model::ListAccessKeysResponse{.access_key_metadata = std::move(keys),
                                             .is_truncated = false};
    });
}

model::UpdateAccessKeyResponse AccessKeyFamily::update_access_key(
    const api::CallContext& context, const model::UpdateAccessKeyRequest& request) {
    dependencies_.database.write([&](db::Transaction& transaction) {
        const auto owner = owner_of(transaction, context, request.user_name);
        const auto key = require_key(transaction, context, owner, request.access_key_id);
        const bool active = request.status == model::StatusType::active;
        if (!active) {
            keep_the_last_root_key(transaction, context, owner, key.access_key_id);
        }
        state::set_access_key_active(transaction, key.access_key_id, active);
        state::touch_identities(transaction);
    });
    return {};
}

model::DeleteAccessKeyResponse AccessKeyFamily::delete_access_key(
    const api::CallContext& context, const model::DeleteAccessKeyRequest& request) {
    dependencies_.database.write([&](db::Transaction& transaction) {
        const auto owner = owner_of(transaction, context, request.user_name);
        const auto key = require_key(transaction, context, owner, request.access_key_id);
        keep_the_last_root_key(transaction, context, owner, key.access_key_id);
        state::erase_access_key(transaction, key.access_key_id);
        state::touch_identities(transaction);
    });
    return {};
}

model::GetAccessKeyLastUsedResponse AccessKeyFamily::get_access_key_last_used(
    const api::CallContext& context, const model::GetAccessKeyLastUsedRequest& request) {
    return dependencies_.database.read([&](db::Connection& connection) {
        const auto key = state::find_access_key(connection, request.access_key_id);
        if (!key || key->account != context.account) {
            throw model::NoSuchEntity("The Access Key with id " + request.access_key_id +
                                      " cannot be found.");
        }
        model::GetAccessKeyLastUsedResponse response;
        const auto user = state::find_iam_entity_by_id(connection, key->user_id);
        response.user_name = user ? user->name : "root";
        response.access_key_last_used = model::AccessKeyLastUsed{
            .service_name = key->last_used_ms ? key->last_used_service : "N/A",
            .region = key->last_used_ms ? key->last_used_region : "N/A"};
        if (key->last_used_ms) {
            response.access_key_last_used->last_used_date = from_ms(*key->last_used_ms);
        }
        return response;
    });
}

}  // namespace goldsmith::service::iam
