// The loop by itself: leases, parking, notifications, a store that fails, retries, real threads.
#include "workflow/loop.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <condition_variable>
#include <thread>

#include "workflow/event.h"
#include "workflow/harness.h"

namespace goldsmith::workflow {
namespace {

using namespace std::chrono_literals;
using documents::WorkflowType;

constexpr const char* ask = "schemaVersion: 1.0\nsteps: [{name: Ask, action: WaitForAction}]\n";
constexpr const char* launch_and_run = R"(
schemaVersion: 1.0
steps:
  - {name: Launch, action: LaunchInstance, inputs: {waitFor: ssmAgent}}
  - name: Run
    action: ExecuteComponents
    inputs: {instanceId.$: "$.stepOutputs.Launch.instanceId"}
)";

/// A store that can be told to fail.
class FailingStore final : public state::MemoryExecutionStore {
public:
    int failures = 0;
    void append(const state::Lease& lease, const state::Append& step) override {
        if (failures > 0) {
            --failures;
            throw base::Error("no space left on device");
        }
        MemoryExecutionStore::append(lease, step);
    }
};

class LoopTest : public testing::Test {
protected:
    void create(const Plan& plan) { store_.create(new_execution(plan, clock_.now())); }

    static LoopOptions options(const std::string& owner) {
        LoopOptions options;
        options.owner = owner;
        return options;
    }

    /// Turns until the execution is finished, at most so often.
    void finish(Loop& loop, int turns = 200) {
        for (int i = 0; i < turns && !store_.find("execution-1")->finished; ++i) {
            const auto next = loop.turn();
            clock_.advance(std::max(next - clock_.now(), 0ms));
        }
        loop.turn();
    }

    state::ExecutionRow row() { return *store_.find("execution-1"); }

    base::FakeClock clock_{base::Time(1'700'000'000'000ms)};
    FailingStore store_;
    FakeWorld world_;
    InlineExecutor executor_;
};

TEST_F(LoopTest, RetriesOnlyTheStageThatFailed) {
    create(make_plan({{.managed = "build-image"},
                      {"", launch_and_run, WorkflowType::test, "", TestFailure::abort},
                      {.managed = "distribute-image"}}));
    FakeBehaviour broken;
    broken.fail_step = "Run";
    const auto bad = world_.actions(broken);
    Loop first(store_, bad, executor_, clock_, options("a"));
    finish(first);
    ASSERT_EQ(row().image_status, "FAILED");
    store_.signal("execution-1", {state::retry_requested, "{}", clock_.now()});
    const auto good = world_.actions();
    Loop second(store_, good, executor_, clock_, options("a"));
    finish(second);
    EXPECT_EQ(row().image_status, "AVAILABLE");
    const auto runs = store_.workflow_runs("execution-1");
    ASSERT_EQ(runs.size(), 4U);
    EXPECT_EQ(runs[0].status, "COMPLETED");
    EXPECT_FALSE(runs[0].retried);
    EXPECT_EQ(runs[1].status, "ROLLBACK_COMPLETED");
    EXPECT_TRUE(runs[1].retried);
    EXPECT_EQ(runs[2].status, "COMPLETED");
    EXPECT_FALSE(runs[2].retried);
    EXPECT_EQ(runs[2].workflow_arn, runs[1].workflow_arn);
    EXPECT_NE(runs[2].id, runs[1].id);
    EXPECT_EQ(world_.snapshot().images.size(), 1U) << "the image was not built again";
    EXPECT_TRUE(world_.snapshot().instances.empty());
}

TEST_F(LoopTest, RetriesACancelledBuildAtItsStage) {
    create(make_plan({{.managed = "build-image"}, {.managed = "distribute-image"}}));
    const auto actions = world_.actions();
    Loop loop(store_, actions, executor_, clock_, options("a"));
    loop.turn();
    store_.signal("execution-1", {state::cancel_requested, "{}", clock_.now()});
    loop.notify("execution-1");
    finish(loop);
    ASSERT_EQ(row().image_status, "CANCELLED");
    store_.signal("execution-1", {state::retry_requested, "{}", clock_.now()});
    finish(loop);
    EXPECT_EQ(row().image_status, "AVAILABLE");
    EXPECT_EQ(store_.workflow_runs("execution-1").size(), 3U);
}

TEST_F(LoopTest, ARequestThatComesTooLateHasNoEffect) {
    create(make_plan({}));
    const auto actions = world_.actions();
    Loop loop(store_, actions, executor_, clock_, options("a"));
    finish(loop);
    const auto before = row();
    for (const char* kind : {state::cancel_requested, state::retry_requested, "nonsense"}) {
        store_.signal("execution-1", {kind, "{}", clock_.now()});
    }
    finish(loop);
    EXPECT_TRUE(row().finished);
    EXPECT_TRUE(store_.signals("execution-1").empty());
    EXPECT_EQ(row().last_sequence, before.last_sequence);
    EXPECT_EQ(row().image_status, "AVAILABLE");
}

TEST_F(LoopTest, AnotherLoopTakesOverWhatIsNotRenewed) {
    create(make_plan({{.text = launch_and_run}}));
    const auto actions = world_.actions();
    Loop first(store_, actions, executor_, clock_, options("a"));
    Loop second(store_, actions, executor_, clock_, options("b"));
    first.turn();
    second.turn();
    EXPECT_TRUE(second.turn() >= clock_.now());
    EXPECT_EQ(world_.snapshot().calls.at("advance Launch"), 1);
    clock_.advance(31s);  // the first loop sleeps longer than its lease
    second.turn();
    second.turn();
    const auto sequence = row().last_sequence;
    first.turn();
    first.turn();
    EXPECT_EQ(row().last_sequence, sequence) << "the first loop must not write any more";
    finish(second);
    EXPECT_EQ(row().image_status, "AVAILABLE");
    EXPECT_TRUE(world_.snapshot().instances.empty());
}

TEST_F(LoopTest, HoldsItsLeaseWhileItWorks) {
    FakeBehaviour slow;
    slow.hang_step = "Run";
    create(make_plan({{.text = launch_and_run}}));
    const auto actions = world_.actions(slow);
    Loop first(store_, actions, executor_, clock_, options("a"));
    Loop second(store_, actions, executor_, clock_, options("b"));
    for (int i = 0; i < 300; ++i) {
        const auto next = first.turn();
        second.turn();
        clock_.advance(std::max(next - clock_.now(), 0ms));
    }
    EXPECT_GT(world_.snapshot().calls.at("advance Run"), 50);
    EXPECT_FALSE(store_.claim("c", clock_.now(), clock_.now() + 1s));
}

TEST_F(LoopTest, AnExecutionThatOnlyWaitsIsARow) {
    create(make_plan({{.text = ask}}));
    const auto actions = world_.actions();
    Loop loop(store_, actions, executor_, clock_, options("a"));
    loop.turn();
    loop.turn();
    EXPECT_EQ(store_.next_due(), clock_.now() + 72h) << "given back, due at the step's deadline";
    const auto steps = store_.step_runs(store_.workflow_runs("execution-1").at(0).id);
    ASSERT_TRUE(steps.at(0).waiting);
    const boost::json::object answer{{"step", steps[0].id}, {"resume", true}, {"reason", ""}};
    store_.signal("execution-1",
                  {state::step_answered, boost::json::serialize(answer), clock_.now()});
    loop.turn();
    EXPECT_EQ(row().image_status, "AVAILABLE");
}

TEST_F(LoopTest, ANotificationCallsASleepingActionEarly) {
    FakeBehaviour slow;
    slow.poll = 1h;
    create(make_plan({{.text = launch_and_run}}));
    const auto actions = world_.actions(slow);
    Loop loop(store_, actions, executor_, clock_, options("a"));
    loop.turn();
    loop.turn();
    EXPECT_EQ(store_.next_due(), clock_.now() + 1h);
    loop.notify("execution-1");
    loop.turn();
    EXPECT_EQ(world_.snapshot().calls.at("advance Launch"), 2);
    loop.notify("nobody");
    loop.turn();
}

TEST_F(LoopTest, KeepsOutcomesUntilTheStoreWorksAgain) {
    create(make_plan({{.text = launch_and_run}}));
    const auto actions = world_.actions();
    Loop loop(store_, actions, executor_, clock_, options("a"));
    loop.turn();
    loop.turn();
    store_.failures = 5;
    finish(loop);
    EXPECT_EQ(store_.failures, 0);
    EXPECT_EQ(row().image_status, "AVAILABLE");
    EXPECT_EQ(world_.snapshot().calls.at("advance Run"), 2);
}

TEST_F(LoopTest, ABuildThatCannotBeReadFailsAndSaysSo) {
    store_.create({"execution-1", "arn:image", "{}", clock_.now()});
    const auto actions = world_.actions();
    Loop loop(store_, actions, executor_, clock_, options("a"));
    loop.turn();
    EXPECT_TRUE(row().finished);
    EXPECT_EQ(row().image_status, "FAILED");
    EXPECT_TRUE(
        row().image_reason.starts_with("The build cannot be continued: read a stored build plan: "))
        << row().image_reason;
}

TEST_F(LoopTest, AnActionThatIsMissingFailsItsStep) {
    create(make_plan({{.text = launch_and_run}}));
    const ActionRegistry none;
    Loop loop(store_, none, executor_, clock_, options("a"));
    finish(loop);
    EXPECT_NE(row().image_reason.find("The action LaunchInstance is not implemented yet."),
              std::string::npos);
}

class ThrowingAction final : public Action {
public:
    Advance advance(const StepContext&) override { throw base::Error("out of machines"); }
};

TEST_F(LoopTest, AnExceptionOfAnActionFailsItsStep) {
    create(make_plan({{.text = launch_and_run}}));
    ActionRegistry actions;
    actions.add("LaunchInstance", std::make_shared<ThrowingAction>());
    Loop loop(store_, actions, executor_, clock_, options("a"));
    finish(loop);
    EXPECT_NE(row().image_reason.find("failed with reason: out of machines"), std::string::npos);
    EXPECT_THROW(actions.add("LaunchInstance", nullptr), base::Error);
    EXPECT_THROW(actions.add("Launch", nullptr), base::Error);
}

/// Counts what is finished and lets a test wait for it.
class FinishCounter final : public Observer {
public:
    void recorded(const Plan&, const State&, std::span<const Event> events) override {
        for (const auto& event : events) {
            if (std::holds_alternative<ExecutionFinished>(event.body)) {
                ++*count_.lock();
                changed_.notify_all();
            }
        }
    }
    bool wait_for(int count) {
        auto held = count_.lock();
        return held.wait_until(changed_, std::chrono::steady_clock::now() + 100s,
                               [&] { return *held >= count; });
    }

private:
    base::Guarded<int> count_{0};
    std::condition_variable changed_;
};

Plan numbered(Plan plan, int number) {
    plan.execution_id = "execution-" + std::to_string(number);
    for (auto& workflow : plan.workflows) {
        workflow.workflow_execution_id.clear();
    }
    plan.seal();
    return plan;
}

TEST(LoopThreads, ManyBuildsAtOnce) {
    constexpr int builds = 30;
    const base::SystemClock clock;
    state::MemoryExecutionStore store;
    FakeWorld world;
    FakeBehaviour fast;
    fast.poll = 1ms;
    const auto actions = world.actions(fast);
    FinishCounter finished;
    LoopOptions options;
    options.max_executions = 8;
    WorkerPool pool("action", 4);
    Loop loop(store, actions, pool, clock, options, &finished);
    const Plan plan = make_plan({{.managed = "build-image"},
                                 {"", launch_and_run, WorkflowType::test, "g", TestFailure::abort},
                                 {"", launch_and_run, WorkflowType::test, "g", TestFailure::abort},
                                 {.managed = "distribute-image"}});
    std::jthread thread([&](std::stop_token stop) { loop.run(stop, 5s); });
    for (int i = 1; i <= builds; ++i) {
        store.create(new_execution(numbered(plan, i), clock.now()));
        loop.notify("execution-" + std::to_string(i));
        if (i % 5 == 0) {
            store.signal("execution-" + std::to_string(i),
                         {state::cancel_requested, "{}", clock.now()});
            loop.notify("execution-" + std::to_string(i));
        }
    }
    EXPECT_TRUE(finished.wait_for(builds));
    thread.request_stop();
    thread.join();
    for (int i = 1; i <= builds; ++i) {
        const auto row = *store.find("execution-" + std::to_string(i));
        EXPECT_TRUE(row.image_status == "AVAILABLE" ||
                    (i % 5 == 0 && row.image_status == "CANCELLED"))
            << i << " " << row.image_status << " " << row.image_reason;
    }
    EXPECT_TRUE(world.snapshot().instances.empty());
    EXPECT_TRUE(world.snapshot().busy.empty());
}

/// Works until it is asked to stop.
class LongAction final : public Action {
public:
    Advance advance(const StepContext& step) override {
        auto calls = calls_.lock();
        ++*calls;
        began_.notify_all();
        calls.wait_until(began_, std::chrono::steady_clock::now() + 100s,
                         [&] { return step.stop.stop_requested(); });
        return Pending{};
    }
    void wait_for_call() {
        auto calls = calls_.lock();
        calls.wait_until(began_, std::chrono::steady_clock::now() + 100s,
                         [&] { return *calls > 0; });
    }
    void poke() { began_.notify_all(); }

private:
    base::Guarded<int> calls_{0};
    std::condition_variable began_;
};

TEST(LoopThreads, StopsSoonAndLeavesBuildsResumable) {
    const base::SystemClock clock;
    state::MemoryExecutionStore store;
    ActionRegistry actions;
    const auto action = std::make_shared<LongAction>();
    actions.add("LaunchInstance", action);
    WorkerPool pool("action", 2);
    Loop loop(store, actions, pool, clock, {});
    store.create(new_execution(make_plan({{.text = launch_and_run}}), clock.now()));
    std::jthread thread([&](std::stop_token stop) { loop.run(stop, 20s); });
    action->wait_for_call();
    const auto asked = std::chrono::steady_clock::now();
    thread.request_stop();
    std::jthread poker([&](std::stop_token stop) {
        while (!stop.stop_requested()) {
            action->poke();
            std::this_thread::yield();
        }
    });
    thread.join();
    EXPECT_LT(std::chrono::steady_clock::now() - asked, 15s);
    const auto claimed = store.claim("other", clock.now() + 1s, clock.now() + 10s);
    ASSERT_TRUE(claimed) << "the lease was given back";
    EXPECT_FALSE(claimed->execution.finished);
    EXPECT_EQ(claimed->execution.image_status, "BUILDING");
}

TEST(WorkerPool, RunsEveryJobOnItsThreads) {
    base::Guarded<int> done{0};
    std::condition_variable changed;
    WorkerPool pool("action", 3);
    for (int i = 0; i < 100; ++i) {
        pool.submit([&] {
            ++*done.lock();
            changed.notify_one();
        });
    }
    auto held = done.lock();
    EXPECT_TRUE(held.wait_until(changed, std::chrono::steady_clock::now() + 100s,
                                [&] { return *held == 100; }));
}

}  // namespace
}  // namespace goldsmith::workflow
