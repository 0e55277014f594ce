// One connection to a database. A driver implements run() and run_script(); everybody else uses the
// short forms. SQL is written with numbered placeholders (?1, ?2, ...) and is a constant in the
// file that uses it; values are always bound, never pasted in.
//
// Not thread-safe: one thread at a time. Borrow connections from db::Database, do not keep them.
// Failures throw db::Error.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "db/row.h"
#include "db/value.h"

namespace goldsmith::db {

class Dialect;

/// What a database looks like from outside: two that are equal were taken with no commit in
/// between, by anybody, in this process or another.
struct CommitStamp {
    std::array<std::uint32_t, 12> words{};

    bool operator==(const CommitStamp&) const = default;
};

struct Result {
    std::vector<Row> rows;
    std::int64_t changed_rows = 0;  // by INSERT, UPDATE and DELETE
};

class Connection {
public:
    Connection() = default;
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    virtual ~Connection() = default;

    /// Runs one statement to its end and returns all its rows.
    virtual Result run(std::string_view sql, std::span<const Value> arguments) = 0;
    /// Runs several statements separated by semicolons, without arguments (migrations).
    virtual void run_script(std::string_view sql) = 0;
    virtual const Dialect& dialect() const = 0;
    /// Cheap: reads no page of the database. Nothing where the database cannot tell, or not at this
    /// moment. May be called by any thread while the connection is open.
    virtual std::optional<CommitStamp> commit_stamp() const { return std::nullopt; }

    std::vector<Row> query(std::string_view sql, std::initializer_list<Value> arguments = {});
    /// No row is nullopt; more than one row is Error{misuse}.
    std::optional<Row> query_one(std::string_view sql, std::initializer_list<Value> arguments = {});
    /// Returns the number of changed rows.
    std::int64_t execute(std::string_view sql, std::initializer_list<Value> arguments = {});
};

}  // namespace goldsmith::db
