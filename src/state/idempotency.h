// The answers that client tokens are bound to. Read and written in the transaction of the request
// itself, so that a token is bound exactly when its request took effect, and then for ever.
// Functions run on the connection they are given. Failures throw db::Error.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace goldsmith::db {
class Connection;
}

namespace goldsmith::state {

struct IdempotencyKey {
    std::string account{};
    std::string region{};
    std::string operation{};
    std::string token{};
};

struct BoundAnswer {
    std::string parameters_sha256{};
    std::string response{};  // JSON
};

std::optional<BoundAnswer> find_bound_answer(db::Connection& connection, const IdempotencyKey& key);
void bind_answer(db::Connection& connection, const IdempotencyKey& key, const BoundAnswer& answer,
                 std::int64_t now_ms);

}  // namespace goldsmith::state
