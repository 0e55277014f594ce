#include "db/sqlite/sqlite_schema.h"

#include "db/connection.h"

namespace goldsmith::db::sqlite {
namespace {

constexpr std::string_view select_schema =
    "SELECT type, name, sql FROM sqlite_schema"
    " WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite%' ORDER BY tbl_name, type DESC, name";

class SqliteDialect : public db::Dialect {
public:
    std::string_view name() const override { return "sqlite"; }
    std::string_view identity_column() const override {
        return "INTEGER PRIMARY KEY AUTOINCREMENT";
    }
    std::string_view begin_write() const override { return "BEGIN IMMEDIATE"; }
    std::string_view begin_read() const override { return "BEGIN"; }
    std::string describe_schema(db::Connection& connection) const override {
        std::string text;
        for (const Row& row : connection.query(select_schema)) {
            text += row.text(2) + ";\n\n";
        }
        return text;
    }
};

}  // namespace

const db::Dialect& dialect() {
    static const SqliteDialect the_dialect;
    return the_dialect;
}

}  // namespace goldsmith::db::sqlite
