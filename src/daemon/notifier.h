// Notifier: the thread that brings messages of topics to http and https endpoints
// (service::sns::Deliveries), with an HTTP client that follows no redirection, gives up after
// seconds and tells nobody what an endpoint answered but its status.
#pragma once

#include <thread>

#include "base/clock.h"
#include "base/log.h"

namespace goldsmith::db {
class Database;
}

namespace goldsmith::daemon {

class Notifier {
public:
    /// The references must outlive it. It works until destroyed. `to_local_addresses`: whether
    /// endpoints may be on loopback and link-local addresses, where this host's own services
    /// answer.
    Notifier(db::Database& database, bool to_local_addresses, const base::Clock& clock,
             base::Logger log);

private:
    std::jthread thread_;
};

}  // namespace goldsmith::daemon
