// The conformance suite of ExecutionStore: whoever implements it passes this.
#include "state/execution_store.h"

#include <gtest/gtest.h>

#include <memory>

#include "base/files.h"
#include "db/database.h"
#include "db/migrations.h"
#include "db/sqlite/sqlite_driver.h"
#include "state/memory_execution_store.h"
#include "state/migrations.h"
#include "state/sql_execution_store.h"

namespace goldsmith::state {
namespace {

base::Time at(int seconds) {
    return base::Time(std::chrono::seconds(1'700'000'000 + seconds));
}

NewExecution execution(const std::string& id, int created = 0) {
    return {id, "arn:image/" + id, R"({"plan":1})", at(created)};
}

EventRow event(std::int64_t sequence) {
    return {sequence, at(1), "step_started", R"({"n":)" + std::to_string(sequence) + "}"};
}

Append append_of(std::int64_t expected, int count) {
    Append step;
    step.expected_sequence = expected;
    step.time = at(5);
    for (int i = 1; i <= count; ++i) {
        step.events.push_back(event(expected + i));
    }
    return step;
}

/// A store and whatever it needs to live on.
struct Subject {
    virtual ~Subject() = default;
    virtual ExecutionStore& store() = 0;
};

struct MemorySubject final : Subject {
    MemoryExecutionStore memory;
    ExecutionStore& store() override { return memory; }
};

std::unique_ptr<db::Database> open_migrated(const base::Path& directory) {
    db::sqlite::Options options;
    options.path = (directory / "test.db").string();
    options.durable = false;
    auto database = db::sqlite::open(options);
    db::migrate(*database, migrations());
    return database;
}

struct SqliteSubject final : Subject {
    base::TempDir directory{"execution-store"};
    std::unique_ptr<db::Database> database = open_migrated(directory.path());
    SqlExecutionStore sql{*database};
    ExecutionStore& store() override { return sql; }
};

template <class T>
std::unique_ptr<Subject> make() {
    return std::make_unique<T>();
}

struct Implementation {
    const char* name;
    std::unique_ptr<Subject> (*make)();
};

class ExecutionStoreTest : public testing::TestWithParam<Implementation> {
protected:
    std::unique_ptr<Subject> subject_ = GetParam().make();
    ExecutionStore& store_ = subject_->store();

    Lease claim(int now = 10, const std::string& owner = "a") {
        const auto claimed = store_.claim(owner, at(now), at(now + 30));
        return claimed ? claimed->lease : Lease{};
    }
};

TEST_P(ExecutionStoreTest, FindsWhatWasCreated) {
    store_.create(execution("one"));
    const auto row = store_.find("one");
    ASSERT_TRUE(row);
    EXPECT_EQ(row->image_arn, "arn:image/one");
    EXPECT_EQ(row->plan, R"({"plan":1})");
    EXPECT_EQ(row->last_sequence, 0);
    EXPECT_FALSE(row->finished);
    EXPECT_EQ(row->image_status, "");
    EXPECT_EQ(row->created_at, at(0));
    EXPECT_FALSE(store_.find("two"));
    EXPECT_THROW(store_.create(execution("one")), base::Error);
}

TEST_P(ExecutionStoreTest, ClaimsTheLongestDueFirstAndOnlyOnce) {
    store_.create(execution("late", 5));
    store_.create(execution("early", 1));
    store_.create(execution("future", 100));
    EXPECT_EQ(claim().execution_id, "early");
    EXPECT_EQ(claim().execution_id, "late");
    EXPECT_EQ(claim().execution_id, "");
    EXPECT_EQ(claim(101).execution_id, "early")
        << "its lease has run out and it is due the longest";
}

TEST_P(ExecutionStoreTest, ALeaseThatRanOutGoesToTheNext) {
    store_.create(execution("one"));
    const Lease first = claim(10);
    EXPECT_EQ(claim(39, "b").execution_id, "");
    const Lease second = claim(40, "b");
    EXPECT_EQ(second.execution_id, "one");
    EXPECT_GT(second.fence, first.fence);
    EXPECT_FALSE(store_.renew(first, at(100)));
    EXPECT_THROW(store_.append(first, append_of(0, 1)), LeaseLost);
    store_.append(second, append_of(0, 1));
}

TEST_P(ExecutionStoreTest, ARenewedLeaseStays) {
    store_.create(execution("one"));
    const Lease lease = claim(10);
    EXPECT_TRUE(store_.renew(lease, at(100)));
    EXPECT_EQ(claim(60, "b").execution_id, "");
}

TEST_P(ExecutionStoreTest, AReleasedExecutionIsDueWhenItsHolderSaid) {
    store_.create(execution("one"));
    const Lease lease = claim(10);
    store_.release(lease, at(50));
    EXPECT_EQ(store_.next_due(), at(50));
    EXPECT_THROW(store_.append(lease, append_of(0, 1)), LeaseLost);
    EXPECT_EQ(claim(49).execution_id, "");
    EXPECT_EQ(claim(50).execution_id, "one");
}

TEST_P(ExecutionStoreTest, AReleaseWithoutTimeWaitsForASignal) {
    store_.create(execution("one"));
    store_.release(claim(10), std::nullopt);
    EXPECT_FALSE(store_.next_due());
    EXPECT_EQ(claim(1000).execution_id, "");
    EXPECT_TRUE(store_.signal("one", {"cancel_requested", "{}", at(1001)}));
    EXPECT_EQ(claim(1001).execution_id, "one");
}

TEST_P(ExecutionStoreTest, ALateReleaseChangesNothing) {
    store_.create(execution("one"));
    const Lease old = claim(10);
    const Lease fresh = claim(50, "b");
    store_.release(old, at(1000));
    EXPECT_TRUE(store_.renew(fresh, at(200)));
}

TEST_P(ExecutionStoreTest, GivesBackEverythingOfAnOwner) {
    store_.create(execution("one"));
    store_.create(execution("two"));
    const Lease mine = claim(10, "a");
    claim(10, "b");
    store_.release_all_of("a");
    EXPECT_THROW(store_.append(mine, append_of(0, 1)), LeaseLost);
    EXPECT_EQ(claim(11, "c").execution_id, mine.execution_id);
    EXPECT_EQ(claim(11, "c").execution_id, "");
}

TEST_P(ExecutionStoreTest, WakesEarlierButNeverLater) {
    store_.create(execution("one"));
    store_.release(claim(10), at(500));
    store_.wake("one", at(20));
    EXPECT_EQ(store_.next_due(), at(20));
    store_.wake("one", at(30));
    EXPECT_EQ(store_.next_due(), at(20));
    store_.wake("nobody", at(1));
}

TEST_P(ExecutionStoreTest, KnowsWhenTheNextIsDue) {
    EXPECT_FALSE(store_.next_due());
    store_.create(execution("one", 7));
    EXPECT_EQ(store_.next_due(), at(7));
    claim(10);
    EXPECT_EQ(store_.next_due(), at(40)) << "when the lease runs out";
}

TEST_P(ExecutionStoreTest, AppendsInOrder) {
    store_.create(execution("one"));
    const Lease lease = claim();
    store_.append(lease, append_of(0, 2));
    store_.append(lease, append_of(2, 1));
    EXPECT_EQ(store_.events("one", 0), (std::vector<EventRow>{event(1), event(2), event(3)}));
    EXPECT_EQ(store_.events("one", 2), (std::vector<EventRow>{event(3)}));
    EXPECT_EQ(store_.find("one")->last_sequence, 3);
    EXPECT_EQ(store_.find("one")->updated_at, at(5));
}

TEST_P(ExecutionStoreTest, RefusesAnAppendThatMissedAnother) {
    store_.create(execution("one"));
    const Lease lease = claim();
    store_.append(lease, append_of(0, 2));
    EXPECT_THROW(store_.append(lease, append_of(0, 1)), LeaseLost);
    EXPECT_THROW(store_.append(lease, append_of(3, 1)), LeaseLost);
    EXPECT_EQ(store_.find("one")->last_sequence, 2);
}

TEST_P(ExecutionStoreTest, KeepsTheImageStatus) {
    store_.create(execution("one"));
    const Lease lease = claim();
    Append failing = append_of(0, 1);
    failing.image_status = ImageStatus{"FAILED", "because"};
    store_.append(lease, failing);
    store_.append(lease, append_of(1, 1));
    EXPECT_EQ(store_.find("one")->image_status, "FAILED");
    EXPECT_EQ(store_.find("one")->image_reason, "because");
}

TEST_P(ExecutionStoreTest, SignalsStayUntilTheyAreConsumed) {
    store_.create(execution("one"));
    const Lease lease = claim();
    EXPECT_TRUE(store_.signal("one", {"step_answered", R"({"a":1})", at(20)}));
    EXPECT_TRUE(store_.signal("one", {"cancel_requested", "{}", at(21)}));
    EXPECT_FALSE(store_.signal("nobody", {"cancel_requested", "{}", at(21)}));
    const auto signals = store_.signals("one");
    ASSERT_EQ(signals.size(), 2U);
    EXPECT_EQ(signals[0].signal.kind, "step_answered");
    EXPECT_EQ(signals[0].signal.body, R"({"a":1})");
    EXPECT_EQ(signals[0].signal.time, at(20));
    Append step = append_of(0, 1);
    step.consumed_signals = {signals[0].id};
    store_.append(lease, step);
    ASSERT_EQ(store_.signals("one").size(), 1U);
    EXPECT_EQ(store_.signals("one")[0].id, signals[1].id);
}

TEST_P(ExecutionStoreTest, SignalsKeepAReleasedExecutionDue) {
    store_.create(execution("one"));
    const Lease lease = claim();
    store_.signal("one", {"cancel_requested", "{}", at(20)});
    store_.release(lease, at(500));
    EXPECT_EQ(claim(20).execution_id, "one");
}

TEST_P(ExecutionStoreTest, CannotFinishOverSignals) {
    store_.create(execution("one"));
    const Lease lease = claim();
    store_.signal("one", {"cancel_requested", "{}", at(20)});
    Append last = append_of(0, 1);
    last.finished = true;
    EXPECT_THROW(store_.append(lease, last), SignalsWaiting);
    EXPECT_EQ(store_.find("one")->last_sequence, 0) << "nothing of it may have happened";
    last.consumed_signals = {store_.signals("one")[0].id};
    store_.append(lease, last);
    EXPECT_TRUE(store_.find("one")->finished);
}

TEST_P(ExecutionStoreTest, AFinishedExecutionSleepsUntilASignalOpensItAgain) {
    store_.create(execution("one"));
    const Lease lease = claim();
    Append last = append_of(0, 1);
    last.finished = true;
    store_.append(lease, last);
    store_.release(lease, std::nullopt);
    store_.wake("one", at(11));
    EXPECT_EQ(claim(1000).execution_id, "");
    store_.signal("one", {"retry_requested", "{}", at(1000)});
    EXPECT_FALSE(store_.find("one")->finished);
    EXPECT_EQ(claim(1000).execution_id, "one");
}

INSTANTIATE_TEST_SUITE_P(Stores, ExecutionStoreTest,
                         testing::Values(Implementation{"Memory", make<MemorySubject>},
                                         Implementation{"Sqlite", make<SqliteSubject>}),
                         [](const auto& parameter) { return parameter.param.name; });

}  // namespace
}  // namespace goldsmith::state
