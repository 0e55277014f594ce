// The schema that all migrations together make is golden: GOLDSMITH_UPDATE_GOLDEN=1 writes it anew.
#include <gtest/gtest.h>

#include <cstdlib>

#include "base/files.h"
#include "db/database.h"
#include "db/dialect.h"
#include "db/sqlite/sqlite_driver.h"
#include "state/migrations.h"

namespace goldsmith::state {
namespace {

TEST(SchemaTest, IsTheGoldenOne) {
    const base::TempDir folder;
    const auto database =
        db::sqlite::open({.path = (folder.path() / "g.db").string(), .durable = false});
    db::migrate(*database, migrations());
    const std::string schema = database->read([](db::Connection& connection) {
        return connection.dialect().describe_schema(connection);
    });
    const base::Path golden =
        base::Path(GOLDSMITH_SOURCE_DIR) / "src/state/golden/schema.sqlite.sql";
    if (std::getenv("GOLDSMITH_UPDATE_GOLDEN") != nullptr) {
        base::write_file_atomically(golden, schema);
    }
    EXPECT_EQ(schema, base::read_file(golden))
        << "A change of the schema is a new migration; then run with GOLDSMITH_UPDATE_GOLDEN=1.";
}

}  // namespace
}  // namespace goldsmith::state
