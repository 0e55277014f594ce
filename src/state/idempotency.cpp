#include "state/idempotency.h"

#include "db/connection.h"

namespace goldsmith::state {
namespace {

constexpr std::string_view select_sql =
    "SELECT parameters_sha256, response FROM idempotency"
    " WHERE account = ?1 AND region = ?2 AND operation = ?3 AND token = ?4";
constexpr std::string_view insert_sql =
    "INSERT INTO idempotency (account, region, operation, token, parameters_sha256, response,"
    " created_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";

}  // namespace

std::optional<BoundAnswer> find_bound_answer(db::Connection& connection,
                                             const IdempotencyKey& key) {
    const auto row =
        connection.query_one(select_sql, {key.account, key.region, key.operation, key.token});
    return row ? std::optional(BoundAnswer{row->text(0), row->text(1)}) : std::nullopt;
}

void bind_answer(db::Connection& connection, const IdempotencyKey& key, const BoundAnswer& answer,
                 std::int64_t now_ms) {
    connection.execute(insert_sql, {key.account, key.region, key.operation, key.token,
                                    answer.parameters_sha256, answer.response, now_ms});
}

}  // namespace goldsmith::state
