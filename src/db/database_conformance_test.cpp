// What every database behind db::Database promises. A further driver adds itself to `drivers`
// below.
#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <thread>

#include "base/files.h"
#include "db/database.h"
#include "db/dialect.h"
#include "db/error.h"
#include "db/sqlite/sqlite_driver.h"

namespace goldsmith::db {
namespace {

using Open = std::unique_ptr<Database> (*)(const base::Path& folder);

std::unique_ptr<Database> open_sqlite(const base::Path& folder) {
    return sqlite::open({.path = (folder / "test.db").string(), .durable = false});
}

class DatabaseConformance : public testing::TestWithParam<Open> {
protected:
    void SetUp() override {
        database_ = GetParam()(folder_.path());
        database_->write([](Transaction& tx) {
            const std::string identity(tx.connection().dialect().identity_column());
            tx.connection().run_script(
                "CREATE TABLE t (id " + identity +
                ", name TEXT UNIQUE, number INTEGER);"
                "CREATE TABLE child (t_id INTEGER NOT NULL REFERENCES t (id) ON DELETE CASCADE);");
        });
    }

    std::int64_t count() {
        return database_->read(
            [](Connection& c) { return c.query_one("SELECT COUNT(*) FROM t")->integer(0); });
    }

    static std::int64_t insert(Transaction& tx, const Value& name, const Value& number = nullptr) {
        return tx
            .query_one("INSERT INTO t (name, number) VALUES (?1, ?2) RETURNING id", {name, number})
            ->integer(0);
    }

    static ErrorKind kind_of(const std::function<void()>& action) {
        try {
            action();
        } catch (const Error& error) {
            return error.kind();
        }
        ADD_FAILURE() << "nothing was thrown";
        return ErrorKind::other;
    }

    base::TempDir folder_;
    std::unique_ptr<Database> database_;
};

TEST_P(DatabaseConformance, GivesBackWhatWasBound) {
    const std::string text = "it's; \"quoted\" \xc3\xa9 -- and ?1";
    database_->write([&](Transaction& tx) { insert(tx, text, INT64_MIN); });
    database_->write([&](Transaction& tx) { insert(tx, nullptr); });
    const auto rows = database_->read(
        [](Connection& c) { return c.query("SELECT name, number FROM t ORDER BY id"); });
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].text(0), text);
    EXPECT_EQ(rows[0].integer(1), INT64_MIN);
    EXPECT_FALSE(rows[1].optional_text(0));
    EXPECT_FALSE(rows[1].optional_integer(1));
}

TEST_P(DatabaseConformance, WriteCommitsAndAnExceptionRollsBack) {
    database_->write([](Transaction& tx) { insert(tx, "kept"); });
    EXPECT_THROW(database_->write([](Transaction& tx) {
        insert(tx, "lost");
        throw std::runtime_error("no");
    }),
                 std::runtime_error);
    EXPECT_EQ(count(), 1);
    database_->write([](Transaction& tx) { insert(tx, "lost"); });  // the name is free
    EXPECT_EQ(count(), 2);
}

TEST_P(DatabaseConformance, ATransactionWithoutCommitChangesNothing) {
    const auto connection = database_->connect();
    {
        Transaction tx(*connection, Transaction::Mode::write);
        insert(tx, "lost");
    }
    EXPECT_EQ(count(), 0);
    Transaction tx(*connection, Transaction::Mode::write);
    insert(tx, "kept");
    tx.commit();
    EXPECT_EQ(count(), 1);
    EXPECT_EQ(kind_of([&] { tx.commit(); }), ErrorKind::misuse);
}

TEST_P(DatabaseConformance, SaysWhichConstraintWasBroken) {
    database_->write([](Transaction& tx) { insert(tx, "a"); });
    EXPECT_EQ(kind_of([&] { database_->write([](Transaction& tx) { insert(tx, "a"); }); }),
              ErrorKind::unique);
    EXPECT_EQ(
        kind_of([&] {
            database_->write([](Transaction& tx) { tx.execute("INSERT INTO child VALUES (77)"); });
        }),
        ErrorKind::foreign_key);
}

TEST_P(DatabaseConformance, CascadesAndCountsChangedRows) {
    database_->write([](Transaction& tx) {
        const auto id = insert(tx, "a");
        insert(tx, "b");
        tx.execute("INSERT INTO child VALUES (?1)", {id});
        EXPECT_EQ(tx.execute("UPDATE t SET number = 1"), 2);
        EXPECT_EQ(tx.execute("UPDATE t SET number = 1 WHERE name = 'none'"), 0);
        EXPECT_EQ(tx.execute("DELETE FROM t WHERE name = 'a'"), 1);
        EXPECT_TRUE(tx.query("SELECT * FROM child").empty());
    });
}

TEST_P(DatabaseConformance, NeverReusesAnIdentity) {
    const auto first = database_->write([](Transaction& tx) { return insert(tx, "a"); });
    database_->write([](Transaction& tx) { tx.execute("DELETE FROM t"); });
    const auto second = database_->write([](Transaction& tx) { return insert(tx, "b"); });
    EXPECT_GT(second, first);
}

TEST_P(DatabaseConformance, ReadersCannotWriteAndSeeOneState) {
    EXPECT_EQ(kind_of([&] { database_->read([](Connection& c) { c.execute("DELETE FROM t"); }); }),
              ErrorKind::read_only);
    database_->read([&](Connection& c) {
        EXPECT_EQ(c.query_one("SELECT COUNT(*) FROM t")->integer(0), 0);
        database_->write([](Transaction& tx) { insert(tx, "later"); });
        EXPECT_EQ(c.query_one("SELECT COUNT(*) FROM t")->integer(0), 0);
    });
    EXPECT_EQ(count(), 1);
}

TEST_P(DatabaseConformance, RefusesAWriteInsideAWrite) {
    EXPECT_EQ(kind_of([&] {
                  database_->write([&](Transaction&) { database_->write([](Transaction&) {}); });
              }),
              ErrorKind::misuse);
    database_->write([](Transaction& tx) { insert(tx, "still works"); });
    EXPECT_EQ(count(), 1);
}

TEST_P(DatabaseConformance, LosesNoUpdateAmongThreads) {
    constexpr int threads = 4;
    constexpr int rounds = 25;
    database_->write([](Transaction& tx) { insert(tx, "counter", 0); });
    std::latch start(threads);
    std::vector<std::jthread> workers;
    for (int i = 0; i < threads; ++i) {
        workers.emplace_back([&] {
            start.arrive_and_wait();
            for (int round = 0; round < rounds; ++round) {
                database_->write([](Transaction& tx) {
                    const auto before = tx.query_one("SELECT number FROM t")->integer(0);
                    tx.execute("UPDATE t SET number = ?1", {before + 1});
                });
            }
        });
    }
    workers.clear();
    const auto total = database_->read(
        [](Connection& c) { return c.query_one("SELECT number FROM t")->integer(0); });
    EXPECT_EQ(total, threads * rounds);
}

TEST_P(DatabaseConformance, WaitsForAWriterOfAnotherConnection) {
    const auto other = database_->connect();
    Transaction held(*other, Transaction::Mode::write);
    std::jthread writer([&] { database_->write([](Transaction& tx) { insert(tx, "second"); }); });
    insert(held, "first");
    held.commit();
    writer.join();
    EXPECT_EQ(count(), 2);
}

TEST_P(DatabaseConformance, RefusesWhatIsNotOneStatementWithItsValues) {
    const auto run = [&](std::string_view sql, std::initializer_list<Value> values) {
        return kind_of([&] { database_->write([&](Transaction& tx) { tx.query(sql, values); }); });
    };
    EXPECT_EQ(run("SELECT 1; SELECT 2", {}), ErrorKind::misuse);
    EXPECT_EQ(run("", {}), ErrorKind::misuse);
    EXPECT_EQ(run("SELECT ?1", {}), ErrorKind::misuse);
    EXPECT_EQ(run("SELECT 1", {1}), ErrorKind::misuse);
    EXPECT_EQ(run("SELECT FROM", {}), ErrorKind::misuse);
}

TEST_P(DatabaseConformance, SurvivesBeingOpenedAgain) {
    database_->write([](Transaction& tx) { insert(tx, "kept"); });
    database_.reset();
    database_ = GetParam()(folder_.path());
    EXPECT_EQ(count(), 1);
}

constexpr Open drivers[] = {&open_sqlite};
TEST_P(DatabaseConformance, ItsStampTellsOfEveryCommit) {
    const auto elsewhere = GetParam()(folder_.path());
    if (!database_->commit_stamp()) {
        GTEST_SKIP() << "this database has no stamp: everybody reads";
    }
    auto before = database_->commit_stamp();
    const auto changed = [&] { return std::exchange(before, database_->commit_stamp()) != before; };
    count();
    EXPECT_FALSE(changed());
    for (int i = 0; i < 20; ++i) {
        const auto name = std::to_string(i);
        database_->write([&](Transaction& tx) { insert(tx, "own" + name); });
        EXPECT_TRUE(changed());
        elsewhere->write([&](Transaction& tx) { insert(tx, "other" + name); });
        EXPECT_TRUE(changed());
        count();
        EXPECT_FALSE(changed());
    }
}

// What a reader may conclude: no value older than the last one that was committed before it looked.
TEST_P(DatabaseConformance, WhatIsRememberedUnderAStampIsNeverOlderThanACommit) {
    std::atomic<std::int64_t> committed = count();
    std::atomic<int> stale = 0;
    std::vector<std::jthread> readers;
    for (int t = 0; t < 3; ++t) {
        readers.emplace_back([&](const std::stop_token& stop) {
            std::optional<CommitStamp> of_value;
            std::int64_t value = -1;
            while (!stop.stop_requested()) {
                const std::int64_t least = committed;
                const auto now = database_->commit_stamp();
                if (!now || now != of_value) {
                    value = count();
                    of_value = now;
                }
                stale += value < least ? 1 : 0;
            }
        });
    }
    for (int i = 0; i < 200; ++i) {
        database_->write([&](Transaction& tx) { insert(tx, "row" + std::to_string(i)); });
        ++committed;
    }
    readers.clear();
    EXPECT_EQ(stale, 0);
}

TEST_P(DatabaseConformance, EveryReadSeesWhatWasCommittedBeforeIt) {
    const auto elsewhere = GetParam()(folder_.path());
    for (int i = 0; i < 20; ++i) {
        const auto before = count();
        EXPECT_EQ(count(), before);
        const auto name = std::to_string(i);
        elsewhere->write([&](Transaction& tx) { insert(tx, "other" + name); });
        EXPECT_EQ(count(), before + 1);
        database_->write([&](Transaction& tx) { insert(tx, "own" + name); });
        EXPECT_EQ(count(), before + 2);
    }
}

TEST_P(DatabaseConformance, AReadThatFailsLeavesNothingBehind) {
    EXPECT_EQ(kind_of([&] { database_->read([](Connection& c) { c.query("SELECT nothing"); }); }),
              ErrorKind::misuse);
    database_->write([](Transaction& tx) { insert(tx, "a"); });
    EXPECT_EQ(count(), 1);
}

INSTANTIATE_TEST_SUITE_P(Sqlite, DatabaseConformance, testing::ValuesIn(drivers));

}  // namespace
}  // namespace goldsmith::db
