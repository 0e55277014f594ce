#include "daemon/database.h"

#include "db/database.h"
#include "db/migrations.h"
#include "db/sqlite/sqlite_driver.h"
#include "state/migrations.h"

namespace goldsmith::daemon {

std::unique_ptr<db::Database> open_database(const DataLayout& layout) {
    auto database = db::sqlite::open({layout.database().string()});
    db::migrate(*database, state::migrations());
    return database;
}

}  // namespace goldsmith::daemon
