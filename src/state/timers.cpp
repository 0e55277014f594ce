#include "state/timers.h"

#include "db/connection.h"

namespace goldsmith::state {
namespace {

constexpr std::string_view set_sql =
    "INSERT INTO timers (kind, subject, account, region, due_ms) VALUES (?1, ?2, ?3, ?4, ?5)"
    " ON CONFLICT (kind, subject) DO UPDATE SET due_ms = excluded.due_ms";
constexpr std::string_view clear_sql = "DELETE FROM timers WHERE kind = ?1 AND subject = ?2";
constexpr std::string_view find_sql =
    "SELECT kind, subject, account, region, due_ms FROM timers WHERE kind = ?1 AND subject = ?2";
constexpr std::string_view due_sql =
    "SELECT kind, subject, account, region, due_ms FROM timers WHERE due_ms <= ?1"
    " ORDER BY due_ms, kind, subject LIMIT ?2";
constexpr std::string_view next_sql = "SELECT due_ms FROM timers ORDER BY due_ms LIMIT 1";

Timer read(const db::Row& row) {
    return {.kind = row.text(0),
            .subject = row.text(1),
            .scope = {row.text(2), row.text(3)},
            .due_ms = row.integer(4)};
}

}  // namespace

void set_timer(db::Connection& connection, const Timer& timer) {
    connection.execute(set_sql, {timer.kind, timer.subject, timer.scope.account, timer.scope.region,
                                 timer.due_ms});
}

void clear_timer(db::Connection& connection, std::string_view kind, std::string_view subject) {
    connection.execute(clear_sql, {kind, subject});
}

std::optional<Timer> find_timer(db::Connection& connection, std::string_view kind,
                                std::string_view subject) {
    const auto row = connection.query_one(find_sql, {kind, subject});
    return row ? std::optional(read(*row)) : std::nullopt;
}

std::vector<Timer> due_timers(db::Connection& connection, std::int64_t now_ms, int limit) {
    std::vector<Timer> timers;
    for (const db::Row& row : connection.query(due_sql, {now_ms, limit})) {
        timers.push_back(read(row));
    }
    return timers;
}

std::optional<std::int64_t> next_timer_ms(db::Connection& connection) {
    const auto row = connection.query_one(next_sql);
    return row ? std::optional(row->integer(0)) : std::nullopt;
}

}  // namespace goldsmith::state
