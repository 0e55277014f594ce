#include "db/connection.h"

#include <string>

#include "db/error.h"

namespace goldsmith::db {
namespace {

std::span<const Value> as_span(std::initializer_list<Value> list) {
    return {list.begin(), list.size()};
}

}  // namespace

std::vector<Row> Connection::query(std::string_view sql, std::initializer_list<Value> arguments) {
    return run(sql, as_span(arguments)).rows;
}

std::optional<Row> Connection::query_one(std::string_view sql,
                                         std::initializer_list<Value> arguments) {
    std::vector<Row> rows = run(sql, as_span(arguments)).rows;
    if (rows.size() > 1) {
        throw Error(ErrorKind::misuse, "expected at most one row, got " +
                                           std::to_string(rows.size()) + ": " + std::string(sql));
    }
    return rows.empty() ? std::nullopt : std::optional(std::move(rows.front()));
}

std::int64_t Connection::execute(std::string_view sql, std::initializer_list<Value> arguments) {
    return run(sql, as_span(arguments)).changed_rows;
}

}  // namespace goldsmith::db
