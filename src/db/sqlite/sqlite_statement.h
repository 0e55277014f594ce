// A prepared statement of SQLite. Belongs to its connection and dies before it; one thread.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "db/row.h"

struct sqlite3;
struct sqlite3_stmt;

namespace goldsmith::db::sqlite {

/// The db::Error for the last failure on this handle, with the statement that caused it.
[[noreturn]] void throw_error(sqlite3* handle, int code, std::string_view doing);

class Statement {
public:
    /// Throws Error{misuse} when `sql` holds no statement or more than one.
    Statement(sqlite3* handle, std::string_view sql);
    ~Statement();
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;

    /// Binds, runs to the end, and is ready to run again whatever happens.
    std::vector<Row> run(std::span<const Value> arguments);

private:
    void bind(std::span<const Value> arguments);
    Row current_row() const;

    sqlite3* handle_;
    sqlite3_stmt* statement_ = nullptr;
};

}  // namespace goldsmith::db::sqlite
