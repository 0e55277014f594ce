#include "service/authorization/identities.h"

#include "db/database.h"

namespace goldsmith::service::authorization {

namespace {

// Temporary credentials come and go; a server with more callers than this loads them again.
constexpr std::size_t most_remembered = 10000;

}  // namespace

std::shared_ptr<const Identity> Identities::find(std::string_view access_key_id) const {
    const auto stamp = database_.commit_stamp();
    if (auto identity = unchanged(access_key_id, stamp)) {
        return identity;
    }
    return database_.read(
        [&](db::Connection& connection) { return load(connection, access_key_id, stamp); });
}

Identities::Found Identities::unchanged(std::string_view access_key_id,
                                        const std::optional<db::CommitStamp>& stamp) const {
    auto remembered = remembered_.lock();
    if (!stamp || remembered->stamp != stamp) {
        return nullptr;
    }
    const auto found = remembered->identities.find(access_key_id);
    return found == remembered->identities.end() ? nullptr : found->second;
}

Identities::Found Identities::load(db::Connection& connection, std::string_view access_key_id,
                                   const std::optional<db::CommitStamp>& stamp) const {
    // The generation and what is loaded come from one snapshot of the database.
    const auto generation = state::identity_generation(connection);
    {
        auto remembered = remembered_.lock();
        if (remembered->generation == generation) {
            remembered->stamp = stamp;
            const auto found = remembered->identities.find(access_key_id);
            if (found != remembered->identities.end()) {
                return found->second;
            }
        }
    }
    auto loaded = load_identity(connection, access_key_id);
    if (!loaded) {
        return nullptr;
    }
    auto identity = std::make_shared<const Identity>(*std::move(loaded));
    auto remembered = remembered_.lock();
    if (remembered->generation < generation || remembered->identities.size() > most_remembered) {
        remembered->identities.clear();
        remembered->generation = generation;
        remembered->stamp = stamp;
    }
    if (remembered->generation == generation) {
        remembered->identities[std::string(access_key_id)] = identity;
    }
    return identity;
}

std::shared_ptr<const Identity> Identities::recent(std::string_view access_key_id) const {
    {
        auto remembered = remembered_.lock();
        const auto found = remembered->identities.find(access_key_id);
        if (found != remembered->identities.end()) {
            return found->second;
        }
    }
    return find(access_key_id);
}

}  // namespace goldsmith::service::authorization
