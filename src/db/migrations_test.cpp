#include "db/migrations.h"

#include <gtest/gtest.h>

#include <array>

#include "base/files.h"
#include "db/database.h"
#include "db/error.h"
#include "db/sqlite/sqlite_driver.h"

namespace goldsmith::db {
namespace {

constexpr Migration first{1, "first",
                          "CREATE TABLE a (id @identity@, x TEXT); CREATE INDEX i ON a (x)"};
constexpr Migration second{2, "second", "ALTER TABLE a ADD COLUMN y TEXT"};

class MigrationsTest : public testing::Test {
protected:
    std::string refusal(std::span<const Migration> migrations) {
        try {
            migrate(*database_, migrations);
        } catch (const Error& error) {
            return error.what();
        }
        return "";
    }

    base::TempDir folder_;
    std::unique_ptr<Database> database_ =
        sqlite::open({.path = (folder_.path() / "m.db").string(), .durable = false});
};

TEST_F(MigrationsTest, AppliesWhatIsMissingAndNothingTwice) {
    EXPECT_EQ(migrate(*database_, std::array{first}), 1);
    EXPECT_EQ(migrate(*database_, std::array{first, second}), 1);
    EXPECT_EQ(migrate(*database_, std::array{first, second}), 0);
    database_->write([](Transaction& tx) { tx.execute("INSERT INTO a (x, y) VALUES ('1', '2')"); });
}

TEST_F(MigrationsTest, RefusesAnEditedMigration) {
    migrate(*database_, std::array{first});
    constexpr Migration edited{1, "first", "CREATE TABLE a (id @identity@)"};
    EXPECT_NE(refusal(std::array{edited}).find("migration 1_first differs"), std::string::npos);
}

TEST_F(MigrationsTest, RefusesADatabaseOfANewerProgram) {
    migrate(*database_, std::array{first, second});
    EXPECT_NE(refusal(std::array{first}).find("newer goldsmith"), std::string::npos);
}

TEST_F(MigrationsTest, RefusesAGapInTheNumbers) {
    EXPECT_NE(refusal(std::array{second}).find("at place 1"), std::string::npos);
}

TEST_F(MigrationsTest, AFailedMigrationLeavesNothingBehind) {
    constexpr Migration broken{2, "broken", "CREATE TABLE b (x TEXT); CREATE TABLE a (x TEXT)"};
    EXPECT_NE(refusal(std::array{first, broken}), "");
    EXPECT_EQ(migrate(*database_, std::array{first, second}), 1);
    EXPECT_THROW(database_->read([](Connection& c) { c.query("SELECT * FROM b"); }), Error);
}

}  // namespace
}  // namespace goldsmith::db
