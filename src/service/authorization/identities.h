// Identities: those of recent callers, remembered until something about identities changes. A
// change in this process or another one (goldsmith account) shows in the durable generation, which
// find() reads. Thread-safe. The database must outlive it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/guarded.h"
#include "service/authorization/identity.h"

namespace goldsmith::db {
class Database;
}

namespace goldsmith::service::authorization {

class Identities {
public:
    explicit Identities(db::Database& database) : database_(database) {}

    /// As of now. Null when there is no such key (see load_identity()). Costs one small read.
    std::shared_ptr<const Identity> find(std::string_view access_key_id) const;
    /// As the last find() saw it, which has just verified the caller's signature; as of now when it
    /// is not remembered.
    std::shared_ptr<const Identity> recent(std::string_view access_key_id) const;

private:
    struct Remembered {
        std::int64_t generation = 0;
        std::map<std::string, std::shared_ptr<const Identity>, std::less<>> identities{};
    };

    db::Database& database_;
    mutable base::Guarded<Remembered> remembered_;
};

}  // namespace goldsmith::service::authorization
