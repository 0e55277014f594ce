#include "db/migrations.h"

#include <map>
#include <string>

#include "base/encoding.h"
#include "base/hash.h"
#include "db/database.h"
#include "db/dialect.h"
#include "db/error.h"

namespace goldsmith::db {
namespace {

constexpr std::string_view create_record =
    "CREATE TABLE IF NOT EXISTS schema_migrations ("
    " number INTEGER PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL)";
constexpr std::string_view select_records =
    "SELECT number, name, sha256 FROM schema_migrations ORDER BY number";
constexpr std::string_view insert_record =
    "INSERT INTO schema_migrations (number, name, sha256) VALUES (?1, ?2, ?3)";

std::string label(const Migration& migration) {
    return std::to_string(migration.number) + "_" + std::string(migration.name);
}

std::string render(std::string_view sql, const Dialect& dialect) {
    constexpr std::string_view mark = "@identity@";
    std::string rendered(sql);
    for (std::size_t at = rendered.find(mark); at != std::string::npos;
         at = rendered.find(mark, at)) {
        rendered.replace(at, mark.size(), dialect.identity_column());
    }
    return rendered;
}

void check_numbers(std::span<const Migration> migrations) {
    for (std::size_t i = 0; i < migrations.size(); ++i) {
        if (migrations[i].number != static_cast<int>(i) + 1) {
            throw Error(ErrorKind::misuse, "migration " + label(migrations[i]) + " is at place " +
                                               std::to_string(i + 1) + " of the list");
        }
    }
}

void check_record(const Row& record, std::span<const Migration> migrations) {
    const std::int64_t number = record.integer(0);
    if (number > static_cast<std::int64_t>(migrations.size())) {
        throw Error(ErrorKind::misuse,
                    "the database was written by a newer goldsmith (its migration " +
                        std::to_string(number) + "_" + record.text(1) +
                        " is unknown here): start that version, or use another data directory");
    }
    const Migration& migration = migrations[static_cast<std::size_t>(number - 1)];
    if (record.text(2) != base::sha256_hex(migration.sql)) {
        throw Error(ErrorKind::misuse, "migration " + label(migration) +
                                           " differs from the one this database was made with: "
                                           "migrations are never edited, add a new one");
    }
}

bool apply_next(Database& database, std::span<const Migration> migrations) {
    return database.write([&](Transaction& tx) {
        tx.execute(create_record);
        const std::vector<Row> records = tx.query(select_records);
        for (const Row& record : records) {
            check_record(record, migrations);
        }
        if (records.size() == migrations.size()) {
            return false;
        }
        const Migration& next = migrations[records.size()];
        tx.connection().run_script(render(next.sql, tx.connection().dialect()));
        tx.execute(insert_record, {next.number, next.name, base::sha256_hex(next.sql)});
        return true;
    });
}

}  // namespace

int migrate(Database& database, std::span<const Migration> migrations) {
    check_numbers(migrations);
    int applied = 0;
    while (apply_next(database, migrations)) {
        ++applied;
    }
    return applied;
}

}  // namespace goldsmith::db
