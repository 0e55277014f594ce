// The schema of Goldsmith's database: migrations/NNNN_name.sql, embedded in the program at build
// time. Never edit a migration after a release; add the next number. The resulting schema is golden
// (schema_test.cpp). Used once by each program at its start.
#pragma once

#include <span>

#include "db/migrations.h"

namespace goldsmith::state {

/// All migrations in order, for db::migrate().
std::span<const db::Migration> migrations();

}  // namespace goldsmith::state
