#include "db/sqlite/sqlite_statement.h"

#include <sqlite3.h>

#include <string>

#include "db/error.h"

namespace goldsmith::db::sqlite {
namespace {

ErrorKind kind_of(int extended_code) {
    switch (extended_code) {
        case SQLITE_CONSTRAINT_UNIQUE:
        case SQLITE_CONSTRAINT_PRIMARYKEY:
        case SQLITE_CONSTRAINT_ROWID:
            return ErrorKind::unique;
        case SQLITE_CONSTRAINT_FOREIGNKEY:
            return ErrorKind::foreign_key;
        default:
            break;
    }
    switch (extended_code & 0xff) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return ErrorKind::busy;
        case SQLITE_CONSTRAINT:
            return ErrorKind::constraint;
        case SQLITE_FULL:
            return ErrorKind::full;
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return ErrorKind::corrupt;
        case SQLITE_READONLY:
            return ErrorKind::read_only;
        case SQLITE_MISUSE:
        case SQLITE_RANGE:
        case SQLITE_ERROR:
            return ErrorKind::misuse;
        default:
            return ErrorKind::other;
    }
}

struct Resetter {
    sqlite3_stmt* statement;
    ~Resetter() {
        sqlite3_reset(statement);
        sqlite3_clear_bindings(statement);
    }
};

int bind_one(sqlite3_stmt* statement, int place, const Value& value) {
    struct Visitor {
        sqlite3_stmt* statement;
        int place;
        int operator()(std::monostate) const { return sqlite3_bind_null(statement, place); }
        int operator()(std::int64_t number) const {
            return sqlite3_bind_int64(statement, place, number);
        }
        int operator()(double number) const {
            return sqlite3_bind_double(statement, place, number);
        }
        int operator()(const std::string& text) const {
            // Static: the arguments outlive the run, and the bindings are cleared after it.
            return sqlite3_bind_text64(statement, place, text.data(), text.size(), SQLITE_STATIC,
                                       SQLITE_UTF8);
        }
    };
    return std::visit(Visitor{statement, place}, value.storage());
}

Value read_column(sqlite3_stmt* statement, int column) {
    switch (sqlite3_column_type(statement, column)) {
        case SQLITE_INTEGER:
            return sqlite3_column_int64(statement, column);
        case SQLITE_FLOAT:
            return sqlite3_column_double(statement, column);
        case SQLITE_NULL:
            return nullptr;
        default:
            break;
    }
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
    return text == nullptr ? std::string() : std::string(text, size);
}

}  // namespace

void throw_error(sqlite3* handle, int code, std::string_view doing) {
    const int extended = handle == nullptr ? code : sqlite3_extended_errcode(handle);
    const char* message = handle == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(handle);
    throw Error(kind_of(extended),
                "database: " + std::string(message) + ", in: " + std::string(doing));
}

Statement::Statement(sqlite3* handle, std::string_view sql) : handle_(handle) {
    const char* rest = nullptr;
    const int code = sqlite3_prepare_v3(handle, sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &statement_, &rest);
    if (code != SQLITE_OK) {
        throw_error(handle, code, sql);
    }
    const std::string_view left(rest, static_cast<std::size_t>(sql.data() + sql.size() - rest));
    if (statement_ == nullptr || left.find_first_not_of(" \n\t;") != std::string_view::npos) {
        sqlite3_finalize(statement_);
        throw Error(ErrorKind::misuse, "expected exactly one statement: " + std::string(sql));
    }
}

Statement::~Statement() {
    sqlite3_finalize(statement_);
}

void Statement::bind(std::span<const Value> arguments) {
    const int wanted = sqlite3_bind_parameter_count(statement_);
    if (static_cast<std::size_t>(wanted) != arguments.size()) {
        throw Error(ErrorKind::misuse, "the statement takes " + std::to_string(wanted) +
                                           " values, " + std::to_string(arguments.size()) +
                                           " were given: " + sqlite3_sql(statement_));
    }
    for (int place = 1; place <= wanted; ++place) {
        const int code =
            bind_one(statement_, place, arguments[static_cast<std::size_t>(place - 1)]);
        if (code != SQLITE_OK) {
            throw_error(handle_, code, sqlite3_sql(statement_));
        }
    }
}

Row Statement::current_row() const {
    const int columns = sqlite3_column_count(statement_);
    std::vector<Value> values;
    values.reserve(static_cast<std::size_t>(columns));
    for (int column = 0; column < columns; ++column) {
        values.push_back(read_column(statement_, column));
    }
    return Row(std::move(values));
}

std::vector<Row> Statement::run(std::span<const Value> arguments) {
    const Resetter resetter{statement_};
    bind(arguments);
    std::vector<Row> rows;
    for (;;) {
        const int code = sqlite3_step(statement_);
        if (code == SQLITE_DONE) {
            return rows;
        }
        if (code != SQLITE_ROW) {
            throw_error(handle_, code, sqlite3_sql(statement_));
        }
        rows.push_back(current_row());
    }
}

}  // namespace goldsmith::db::sqlite
