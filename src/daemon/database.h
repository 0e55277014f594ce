// The server's database: opened, and brought to this version's schema.
#pragma once

#include <memory>

#include "daemon/data_directory.h"

namespace goldsmith::db {
class Database;
}

namespace goldsmith::daemon {

/// Throws db::Error when it was written by a newer version or cannot be opened.
std::unique_ptr<db::Database> open_database(const DataLayout& layout);

}  // namespace goldsmith::daemon
