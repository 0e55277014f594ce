#include "service/authorization/identities.h"

#include "db/database.h"

namespace goldsmith::service::authorization {

namespace {

// Temporary credentials come and go; a server with more callers than this loads them again.
constexpr std::size_t most_remembered = 10000;

}  // namespace

std::shared_ptr<const Identity> Identities::find(std::string_view access_key_id) const {
    return database_.read([&](db::Connection& connection) -> std::shared_ptr<const Identity> {
        const auto generation = state::identity_generation(connection);
        {
            auto remembered = remembered_.lock();
            if (remembered->generation == generation) {
                const auto found = remembered->identities.find(access_key_id);
                if (found != remembered->identities.end()) {
                    return found->second;
                }
            }
        }
        // The generation and what is loaded come from one snapshot of the database.
        auto loaded = load_identity(connection, access_key_id);
        if (!loaded) {
            return nullptr;
        }
        auto identity = std::make_shared<const Identity>(*std::move(loaded));
        auto remembered = remembered_.lock();
        if (remembered->generation < generation ||
            remembered->identities.size() > most_remembered) {
            remembered->identities.clear();
            remembered->generation = generation;
        }
        if (remembered->generation == generation) {
            remembered->identities[std::string(access_key_id)] = identity;
        }
        return identity;
    });
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
