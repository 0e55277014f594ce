// Sharing of commits: who waits for whom, who sees which error, what is undone.
#include "db/group_commit.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "base/files.h"
#include "db/database.h"
#include "db/dialect.h"
#include "db/error.h"
#include "db/sqlite/sqlite_driver.h"

namespace goldsmith::db {
namespace {

// Passes everything on, remembers what ends transactions, and fails a COMMIT on demand.
class Watched final : public Connection {
public:
    explicit Watched(std::unique_ptr<Connection> inner) : inner_(std::move(inner)) {}

    Result run(std::string_view sql, std::span<const Value> arguments) override {
        commits += sql == "COMMIT" ? 1 : 0;
        savepoints += sql.starts_with("SAVEPOINT") ? 1 : 0;
        if (sql == "COMMIT" && fail_commit.exchange(false)) {
            throw Error(ErrorKind::full, "no space left");
        }
        return inner_->run(sql, arguments);
    }
    void run_script(std::string_view sql) override { inner_->run_script(sql); }
    const Dialect& dialect() const override { return inner_->dialect(); }

    std::atomic<int> commits = 0;
    std::atomic<int> savepoints = 0;
    std::atomic<bool> fail_commit = false;

private:
    std::unique_ptr<Connection> inner_;
};

class GroupCommitTest : public testing::Test {
protected:
    void SetUp() override {
        connection_.run_script("CREATE TABLE t (name TEXT UNIQUE)");
        connection_.commits = 0;
    }

    void insert(const std::string& name) {
        group_.run([&](Transaction& tx) { tx.execute("INSERT INTO t VALUES (?1)", {name}); },
                   std::chrono::minutes(1));
    }

    // Holds the turn until `count` writers wait behind it, so that all of them become one group.
    std::jthread first(int count, const std::string& name, std::exception_ptr* failure = nullptr) {
        return std::jthread([this, count, name, failure] {
            try {
                group_.run(
                    [&](Transaction& tx) {
                        tx.execute("INSERT INTO t VALUES (?1)", {name});
                        turn_taken_ = true;
                        while (group_.waiting() < count) {
                            std::this_thread::yield();
                        }
                    },
                    std::chrono::minutes(1));
            } catch (...) {
                if (failure != nullptr) {
                    *failure = std::current_exception();
                }
            }
        });
    }
    void await_first() const {
        while (!turn_taken_) {
            std::this_thread::yield();
        }
    }

    std::int64_t count() { return connection_.query_one("SELECT COUNT(*) FROM t")->integer(0); }

    static ErrorKind kind_of(const std::function<void()>& action) {
        try {
            action();
        } catch (const Error& error) {
            return error.kind();
        }
        return ErrorKind::other;
    }

    base::TempDir folder_;
    sqlite::Driver driver_{{.path = (folder_.path() / "g.db").string(), .durable = false}};
    Watched connection_{driver_.connect(Driver::Access::read_write)};
    GroupCommit group_{connection_, {.members = 4, .age = std::chrono::minutes(1)}};
    std::atomic<bool> turn_taken_ = false;
};

TEST_F(GroupCommitTest, AloneItIsAPlainTransaction) {
    insert("a");
    insert("b");
    EXPECT_EQ(connection_.commits, 2);
    EXPECT_EQ(connection_.savepoints, 0);
    EXPECT_EQ(count(), 2);
}

TEST_F(GroupCommitTest, WritersThatWaitShareACommit) {
    auto leader = first(3, "a");
    await_first();
    std::vector<std::jthread> others;
    for (const char* name : {"b", "c", "d"}) {
        others.emplace_back([this, name] { insert(name); });
    }
    others.clear();
    leader.join();
    EXPECT_EQ(connection_.commits, 1);
    EXPECT_EQ(count(), 4);
}

TEST_F(GroupCommitTest, AGroupHasABound) {
    auto leader = first(7, "0");
    await_first();
    std::vector<std::jthread> others;
    for (int i = 1; i < 8; ++i) {
        others.emplace_back([this, i] { insert(std::to_string(i)); });
    }
    others.clear();
    leader.join();
    EXPECT_EQ(connection_.commits, 2);
    EXPECT_EQ(count(), 8);
}

TEST_F(GroupCommitTest, AMemberThatFailsUndoesOnlyItsOwn) {
    auto leader = first(2, "a");
    await_first();
    std::jthread good([this] { insert("good"); });
    EXPECT_EQ(kind_of([this] {
                  group_.run(
                      [](Transaction& tx) {
                          tx.execute("INSERT INTO t VALUES ('undone')");
                          tx.execute("INSERT INTO t VALUES ('a')");
                      },
                      std::chrono::minutes(1));
              }),
              ErrorKind::unique);
    good.join();
    leader.join();
    EXPECT_EQ(connection_.commits, 1);
    EXPECT_EQ(count(), 2);
}

TEST_F(GroupCommitTest, AFailedCommitIsEverybodysError) {
    connection_.fail_commit = true;
    std::exception_ptr failure;
    auto leader = first(1, "a", &failure);
    await_first();
    EXPECT_EQ(kind_of([this] { insert("b"); }), ErrorKind::full);
    leader.join();
    EXPECT_EQ(kind_of([&] { std::rethrow_exception(failure); }), ErrorKind::full);
    EXPECT_EQ(count(), 0);
    insert("b");  // the next one works
    EXPECT_EQ(count(), 1);
}

// What SQLite does by itself when the disk is full or broken.
TEST_F(GroupCommitTest, ALostTransactionIsBusyForTheOthers) {
    std::exception_ptr failure;
    auto leader = first(1, "a", &failure);
    await_first();
    EXPECT_EQ(kind_of([this] {
                  group_.run(
                      [](Transaction& tx) {
                          tx.execute("ROLLBACK");
                          throw Error(ErrorKind::full, "no space left");
                      },
                      std::chrono::minutes(1));
              }),
              ErrorKind::full);
    leader.join();
    EXPECT_EQ(kind_of([&] { std::rethrow_exception(failure); }), ErrorKind::busy);
    EXPECT_EQ(count(), 0);
}

TEST_F(GroupCommitTest, SaysThatTheTurnDoesNotCome) {
    auto leader = first(2, "a");
    await_first();
    EXPECT_EQ(kind_of([this] { group_.run([](Transaction&) {}, std::chrono::milliseconds(1)); }),
              ErrorKind::busy);
    std::vector<std::jthread> others;
    others.emplace_back([this] { insert("b"); });
    others.emplace_back([this] { insert("c"); });
    others.clear();
    leader.join();
    EXPECT_EQ(count(), 3);
}

TEST_F(GroupCommitTest, LosesNothingWhenSomeFail) {
    constexpr int threads = 8;
    constexpr int rounds = 100;
    std::atomic<int> refused = 0;
    std::vector<std::jthread> workers;
    for (int t = 0; t < threads; ++t) {
        workers.emplace_back([&, t] {
            for (int i = 0; i < rounds; ++i) {
                // Half of the threads insert the same names.
                const auto name = (t % 2 == 0 ? "shared" : std::to_string(t)) + std::to_string(i);
                refused += kind_of([&] { insert(name); }) == ErrorKind::unique ? 1 : 0;
            }
        });
    }
    workers.clear();
    EXPECT_EQ(refused, (threads / 2 - 1) * rounds);
    EXPECT_EQ(count(), threads * rounds - refused);
    EXPECT_LE(connection_.commits, count());
}

}  // namespace
}  // namespace goldsmith::db
