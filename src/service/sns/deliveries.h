// Deliveries: brings messages to the endpoints of subscriptions, again and again with growing
// pauses, until the endpoint takes them or it is given up. What waits stands in the database, so
// that nothing is lost when the server is off. Used by the daemon on a thread of its own, and by
// tests with an endpoint of their own. One thread at a time.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <string>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "state/topics.h"

namespace goldsmith::db {
class Database;
}

namespace goldsmith::service::sns {

struct Post {
    std::string url{};
    std::map<std::string, std::string> headers{};
    std::string body{};
};

/// Nothing is sent to this endpoint, now or later.
class EndpointRefused : public base::Error {
public:
    using base::Error::Error;
};

/// Sends it and returns the status of the answer. Throws base::Error when there is none, and
/// EndpointRefused.
using SendPost = std::function<int(const Post&)>;

class Deliveries {
public:
    /// The database must outlive the object.
    Deliveries(db::Database& database, SendPost send, base::Logger log)
        : database_(database), send_(std::move(send)), log_(std::move(log)) {}

    /// Tries what is due, at most one batch. Returns how many were tried.
    std::size_t turn(base::Time now);

private:
    void attempt(const state::DeliveryRow& delivery, base::Time now);
    void failed(const state::DeliveryRow& delivery, const std::string& why, bool is_final,
                base::Time now);

    db::Database& database_;
    SendPost send_;
    base::Logger log_;
};

/// The pause after so many attempts; nothing: it is given up.
std::optional<std::chrono::seconds> pause_after(int attempts);

}  // namespace goldsmith::service::sns
