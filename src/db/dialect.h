// Where databases differ in SQL. Statements are written in the part that SQLite and PostgreSQL
// share (ON CONFLICT, RETURNING, ?N placeholders that a driver may rewrite to $N); what remains is
// here. Each driver owns one constant Dialect.
#pragma once

#include <string>
#include <string_view>

namespace goldsmith::db {

class Connection;

class Dialect {
public:
    virtual ~Dialect() = default;
    /// "sqlite", "postgres": names the golden schema file.
    virtual std::string_view name() const = 0;
    /// Column definition of a 64-bit key that the database counts up and never reuses. Migrations
    /// write it as `@identity@`.
    virtual std::string_view identity_column() const = 0;
    /// Statement that opens a transaction that will write; others wait from here on.
    virtual std::string_view begin_write() const = 0;
    /// Statement that opens a transaction that reads one consistent state.
    virtual std::string_view begin_read() const = 0;
    /// Text of the whole schema in a canonical order, for the golden test and for `fsck`.
    virtual std::string describe_schema(Connection& connection) const = 0;
};

}  // namespace goldsmith::db
