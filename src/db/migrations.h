// Numbered changes of the schema, embedded in the program, applied in order at the start, each in
// one transaction together with the record that it was applied. A migration is never edited after a
// release: its text is hashed, and a database that recorded another text is refused, as is one that
// was written by a newer program.
#pragma once

#include <span>
#include <string_view>

namespace goldsmith::db {

class Database;

struct Migration {
    int number = 0;         // 1, 2, 3, ... without gaps
    std::string_view name;  // "resources"
    std::string_view sql;   // statements separated by semicolons; `@identity@`: see Dialect
};

/// Brings the database up to the last migration. Returns how many were applied. Throws Error.
int migrate(Database& database, std::span<const Migration> migrations);

}  // namespace goldsmith::db
