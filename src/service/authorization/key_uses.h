// KeyUses: when and for what long-term access keys were last used, for GetAccessKeyLastUsed.
// Written at most once a minute and key, so that it costs requests nothing. Thread-safe. The
// database must outlive it.
#pragma once

#include <map>
#include <string>

#include "api/context.h"
#include "base/guarded.h"

namespace goldsmith::db {
class Database;
}

namespace goldsmith::service::authorization {

class KeyUses {
public:
    explicit KeyUses(db::Database& database) : database_(database) {}

    void note(const api::CallContext& context, const std::string& service) const;

private:
    db::Database& database_;
    mutable base::Guarded<std::map<std::string, base::Time>> written_;
};

}  // namespace goldsmith::service::authorization
