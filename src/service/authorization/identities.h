// Identities: those of recent callers, remembered until something about identities changes. A
// change in this process or another one (goldsmith account) shows in the durable generation, which
// find() reads whenever anything at all was committed since it last did. Thread-safe. The database
// must outlive it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/guarded.h"
#include "db/connection.h"
#include "service/authorization/identity.h"

namespace goldsmith::db {
class Database;
}

namespace goldsmith::service::authorization {

class Identities {
public:
    explicit Identities(db::Database& database) : database_(database) {}

    /// As of now: a change that was committed before the call began is seen. Null when there is no
    /// such key (see load_identity()). Costs at most one small read.
    std::shared_ptr<const Identity> find(std::string_view access_key_id) const;
    /// As the last find() saw it, which has just verified the caller's signature; as of now when it
    /// is not remembered.
    std::shared_ptr<const Identity> recent(std::string_view access_key_id) const;

private:
    using Found = std::shared_ptr<const Identity>;
    struct Remembered {
        std::int64_t generation = 0;
        std::optional<db::CommitStamp> stamp{};  // of a moment at which the generation held
        std::map<std::string, std::shared_ptr<const Identity>, std::less<>> identities{};
    };

    /// Null when it is not remembered, or may have changed.
    Found unchanged(std::string_view access_key_id,
                    const std::optional<db::CommitStamp>& stamp) const;
    /// `stamp` was taken before the connection's snapshot.
    Found load(db::Connection& connection, std::string_view access_key_id,
               const std::optional<db::CommitStamp>& stamp) const;

    db::Database& database_;
    mutable base::Guarded<Remembered> remembered_;
};

}  // namespace goldsmith::service::authorization
