// What handlers do and read, and the projections that an append writes.
#include "state/executions.h"

#include <gtest/gtest.h>

#include "base/files.h"
#include "db/database.h"
#include "db/error.h"
#include "db/migrations.h"
#include "db/sqlite/sqlite_driver.h"
#include "state/migrations.h"
#include "state/sql_execution_store.h"

namespace goldsmith::state {
namespace {

base::Time at(int seconds) {
    return base::Time(std::chrono::seconds(1'700'000'000 + seconds));
}

const std::string image = "arn:aws:imagebuilder:us-east-1:123456789012:image/web/1.0.0/1";

WorkflowRunRow workflow_run(const std::string& id, int ordinal) {
    WorkflowRunRow row;
    row.id = id;
    row.execution_id = "one";
    row.image_arn = image;
    row.workflow_arn = "arn:workflow";
    row.type = "BUILD";
    row.status = "RUNNING";
    row.total_steps = 3;
    row.started_at = at(1);
    row.ordinal = ordinal;
    return row;
}

StepRunRow step_run(const std::string& id, int ordinal) {
    StepRunRow row;
    row.id = id;
    row.workflow_run_id = "wf-1";
    row.execution_id = "one";
    row.image_arn = image;
    row.name = "Launch";
    row.action = "LaunchInstance";
    row.status = "RUNNING";
    row.inputs = "{}";
    row.on_failure = "Abort";
    row.timeout_seconds = 60;
    row.started_at = at(2);
    row.ordinal = ordinal;
    return row;
}

class ExecutionsTest : public testing::Test {
protected:
    ExecutionsTest() {
        db::sqlite::Options options;
        options.path = (directory_.path() / "test.db").string();
        options.durable = false;
        database_ = db::sqlite::open(options);
        db::migrate(*database_, migrations());
        store_ = std::make_unique<SqlExecutionStore>(*database_);
        create("one", image);
    }

    void create(const std::string& id, const std::string& arn) {
        database_->write([&](db::Transaction& transaction) {
            create_execution(transaction, {id, arn, "{}", at(0)});
        });
    }

    void append(Append step) {
        if (!lease_) {
            lease_ = store_->claim("a", at(10), at(1000))->lease;
        }
        step.expected_sequence = store_->find("one")->last_sequence;
        step.time = at(10);
        step.events = {{step.expected_sequence + 1, at(10), "step_started", "{}"}};
        store_->append(*lease_, step);
    }

    template <class Function>
    auto read(Function function) {
        return database_->read(function);
    }
    template <class Function>
    auto write(Function function) {
        return database_->write(function);
    }

    base::TempDir directory_{"executions"};
    std::unique_ptr<db::Database> database_;
    std::unique_ptr<SqlExecutionStore> store_;
    std::optional<Lease> lease_;
};

TEST_F(ExecutionsTest, CreationBelongsToTheHandlersTransaction) {
    EXPECT_THROW(write([](db::Transaction& transaction) {
                     create_execution(transaction, {"two", "arn:two", "{}", at(0)});
                     throw base::Error("the handler failed");
                 }),
                 base::Error);
    EXPECT_FALSE(store_->find("two"));
    EXPECT_THROW(create("one", image), db::Error);
}

TEST_F(ExecutionsTest, FindsTheExecutionOfAnImage) {
    const auto row =
        read([](db::Connection& connection) { return find_execution_of_image(connection, image); });
    ASSERT_TRUE(row);
    EXPECT_EQ(row->id, "one");
}

TEST_F(ExecutionsTest, RequestsBecomeSignals) {
    write([](db::Transaction& transaction) {
        EXPECT_TRUE(request_cancel(transaction, image, at(3)));
        EXPECT_TRUE(request_retry(transaction, image, at(4)));
        EXPECT_FALSE(request_cancel(transaction, "arn:nothing", at(5)));
    });
    const auto signals = store_->signals("one");
    ASSERT_EQ(signals.size(), 2U);
    EXPECT_EQ(signals[0].signal.kind, cancel_requested);
    EXPECT_EQ(signals[1].signal.kind, retry_requested);
}

TEST_F(ExecutionsTest, PagesWorkflowRunsInOrderOfStart) {
    Append step;
    step.workflow_runs = {workflow_run("wf-b", 0), workflow_run("wf-a", 1),
                          workflow_run("wf-c", 2)};
    append(step);
    const auto page = [&](const std::string& after) {
        return read([&](db::Connection& connection) {
            return workflow_runs_of_image(connection, image, after, 2);
        });
    };
    EXPECT_EQ(page(""), (std::vector{workflow_run("wf-b", 0), workflow_run("wf-a", 1)}));
    EXPECT_EQ(page("wf-a"), (std::vector{workflow_run("wf-c", 2)}));
    EXPECT_TRUE(page("wf-c").empty());
}

TEST_F(ExecutionsTest, AnAppendReplacesRows) {
    Append first;
    first.workflow_runs = {workflow_run("wf-1", 0)};
    first.step_runs = {step_run("step-1", 0)};
    append(first);
    Append second = first;
    second.workflow_runs[0].status = "COMPLETED";
    second.workflow_runs[0].succeeded_steps = 1;
    second.workflow_runs[0].ended_at = at(9);
    second.step_runs[0].status = "COMPLETED";
    second.step_runs[0].outputs = R"({"instanceId":"i-1"})";
    second.step_runs[0].ended_at = at(8);
    append(second);
    read([&](db::Connection& connection) {
        EXPECT_EQ(find_workflow_run(connection, "wf-1"), second.workflow_runs[0]);
        EXPECT_EQ(find_step_run(connection, "step-1"), second.step_runs[0]);
        EXPECT_EQ(find_step_run(connection, "step-2"), std::nullopt);
        EXPECT_EQ(step_runs_of_workflow(connection, "wf-1", "", 10), second.step_runs);
        return 0;
    });
}

TEST_F(ExecutionsTest, AWaitingStepIsAnsweredOnce) {
    Append step;
    step.workflow_runs = {workflow_run("wf-1", 0)};
    step.step_runs = {step_run("step-1", 0), step_run("step-2", 1)};
    step.step_runs[1].waiting = true;
    append(step);
    const auto waiting = [&](const std::string& prefix) {
        return read([&](db::Connection& connection) {
            return waiting_step_runs(connection, prefix, "", 10).size();
        });
    };
    EXPECT_EQ(waiting("arn:aws:imagebuilder:us-east-1:123456789012:"), 1U);
    EXPECT_EQ(waiting("arn:aws:imagebuilder:us-west-2:123456789012:"), 0U);
    const auto answer = [&](const std::string& id) {
        return write([&](db::Transaction& transaction) {
            return answer_step(transaction, id, true, "go", at(11));
        });
    };
    EXPECT_FALSE(answer("step-1"));
    EXPECT_TRUE(answer("step-2"));
    EXPECT_FALSE(answer("step-2"));
    EXPECT_EQ(waiting(""), 0U);
    ASSERT_EQ(store_->signals("one").size(), 1U);
    EXPECT_EQ(store_->signals("one")[0].signal.body,
              R"({"step":"step-2","resume":true,"reason":"go"})");
}

TEST_F(ExecutionsTest, TheHookSharesTheTransaction) {
    std::string seen;
    SqlExecutionStore store(
        *database_, [&](db::Transaction& transaction, const ExecutionRow& row, const Append& step) {
            seen = row.image_status;
            transaction.execute("DELETE FROM execution_events");
            if (step.finished) {
                throw base::Error("the image's row is gone");
            }
        });
    const Lease lease = store.claim("a", at(10), at(1000))->lease;
    Append step;
    step.time = at(10);
    step.events = {{1, at(10), "step_started", "{}"}};
    step.image_status = ImageStatus{"BUILDING", ""};
    store.append(lease, step);
    EXPECT_EQ(seen, "BUILDING");
    EXPECT_TRUE(store.events("one", 0).empty());
    step.expected_sequence = 1;
    step.events[0].sequence = 2;
    step.finished = true;
    EXPECT_THROW(store.append(lease, step), base::Error);
    EXPECT_FALSE(store.find("one")->finished);
}

TEST_F(ExecutionsTest, DeletesEverythingOfAnImage) {
    Append step;
    step.workflow_runs = {workflow_run("wf-1", 0)};
    step.step_runs = {step_run("step-1", 0)};
    append(step);
    write([](db::Transaction& transaction) {
        request_cancel(transaction, image, at(3));
        delete_execution_of_image(transaction, image);
        for (const char* table : {"executions", "execution_events", "execution_signals",
                                  "workflow_runs", "step_runs"}) {
            const auto row = transaction.query_one("SELECT COUNT(*) FROM " + std::string(table));
            EXPECT_EQ(row->integer(0), 0) << table;
        }
    });
}

}  // namespace
}  // namespace goldsmith::state
