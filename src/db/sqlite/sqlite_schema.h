// What is SQLite's own in SQL, and the text form of a schema.
#pragma once

#include "db/dialect.h"

namespace goldsmith::db::sqlite {

const db::Dialect& dialect();

}  // namespace goldsmith::db::sqlite
