// What is SQLite's own: how the file is opened, and what its errors become.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>

#include "base/files.h"
#include "db/database.h"
#include "db/dialect.h"
#include "db/error.h"
#include "db/sqlite/sqlite_driver.h"

namespace goldsmith::db::sqlite {
namespace {

class SqliteTest : public testing::Test {
protected:
    std::string path() const { return (folder_.path() / "s.db").string(); }

    base::TempDir folder_;
};

TEST_F(SqliteTest, OpensAsTheDesignDemands) {
    const auto database = open({.path = path()});
    database->read([](db::Connection& c) {
        EXPECT_EQ(c.query_one("PRAGMA journal_mode")->text(0), "wal");
        EXPECT_EQ(c.query_one("PRAGMA synchronous")->integer(0), 2);  // FULL
        EXPECT_EQ(c.query_one("PRAGMA foreign_keys")->integer(0), 1);
    });
    struct stat status {};
    ASSERT_EQ(::stat(path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600U);
}

TEST_F(SqliteTest, SaysThatAFileIsNoDatabase) {
    base::write_file_atomically(path(), std::string(4096, 'x'));
    try {
        open({.path = path()});
        FAIL();
    } catch (const db::Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::corrupt);
    }
}

TEST_F(SqliteTest, ReportsALockThatIsNotGivenBackAsBusy) {
    const auto database =
        open({.path = path(), .busy_timeout = std::chrono::milliseconds(1), .durable = false},
             {.deadline = std::chrono::milliseconds(5), .sleep = [](auto) {}});
    const auto other = database->connect();
    const Transaction held(*other, Transaction::Mode::write);
    try {
        database->write([](Transaction&) {});
        FAIL();
    } catch (const db::Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::busy);
    }
}

TEST_F(SqliteTest, TracesStatementsWithoutTheirValues) {
    ::setenv("GOLDSMITH_TRACE_SQL", "1", 1);
    const auto database = open({.path = path(), .durable = false});
    ::unsetenv("GOLDSMITH_TRACE_SQL");
    testing::internal::CaptureStderr();
    database->write([](Transaction& tx) { tx.query("SELECT ?1", {"secret"}); });
    const std::string trace = testing::internal::GetCapturedStderr();
    EXPECT_NE(trace.find("SELECT ?1"), std::string::npos);
    EXPECT_NE(trace.find("COMMIT"), std::string::npos);
    EXPECT_EQ(trace.find("secret"), std::string::npos);
}

// A snapshot that stays open for the next read would keep the log from beginning anew.
TEST_F(SqliteTest, ItsLogStaysSmallWhoeverReadBefore) {
    const auto database = open({.path = path(), .durable = false});
    database->write([](Transaction& tx) {
        tx.connection().run_script("CREATE TABLE t (n INTEGER); INSERT INTO t VALUES (0)");
    });
    const auto read = [](db::Connection& c) { c.query("SELECT n FROM t"); };
    for (int i = 0; i < 4000; ++i) {
        database->write([](Transaction& tx) { tx.execute("UPDATE t SET n = n + 1"); });
        database->read([&](db::Connection& c) {
            database->read(read);  // on a second connection
            read(c);
        });
    }
    constexpr auto some_megabytes = 8UL << 20;  // SQLite begins anew after some four
    EXPECT_LT(std::filesystem::file_size(path() + "-wal"), some_megabytes);
}

TEST_F(SqliteTest, DescribesItsSchema) {
    const auto database = open({.path = path(), .durable = false});
    database->write([](Transaction& tx) {
        tx.connection().run_script("CREATE TABLE b (x TEXT); CREATE TABLE a (y TEXT)");
    });
    database->read([](db::Connection& c) {
        EXPECT_EQ(c.dialect().describe_schema(c),
                  "CREATE TABLE a (y TEXT);\n\nCREATE TABLE b (x TEXT);\n\n");
    });
}

}  // namespace
}  // namespace goldsmith::db::sqlite
