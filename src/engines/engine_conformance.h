// What every engine promises, as tests. An implementation's test gives a fixture that makes its
// engine with a runner that behaves like this: it writes the state {"state":"running"}; answers the
// command "echo" with the command's own text; on "exit" it writes {"state":"terminated"}, answers
// and ends; never answers "hang".
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "base/error.h"
#include "engines/engine.h"

namespace goldsmith::engines {

/// Looks until it holds or ten seconds have passed.
template <typename Predicate>
bool eventually(Predicate holds) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (std::chrono::steady_clock::now() < deadline) {
        if (holds()) {
            return true;
        }
        std::this_thread::yield();
    }
    return holds();
}

template <typename Fixture>
class EngineConformance : public Fixture {};

TYPED_TEST_SUITE_P(EngineConformance);

TYPED_TEST_P(EngineConformance, TheSameTokenIsTheSameRun) {
    Engine& engine = this->engine();
    const RunId run = engine.submit("token", R"({"a":1})");
    EXPECT_EQ(engine.submit("token", R"({"a":2})"), run);
    EXPECT_EQ(run, RunId::from_token("token"));
    EXPECT_EQ(engine.runs().size(), 1U);
    EXPECT_TRUE(eventually([&] { return engine.state(run) == R"({"state":"running"})"; }));
    EXPECT_TRUE(std::holds_alternative<RunRunning>(engine.poll(run)));
}

TYPED_TEST_P(EngineConformance, CommandsAreAnsweredOnce) {
    Engine& engine = this->engine();
    const RunId run = engine.submit("token", "{}");
    engine.send(run, "echo", "one");
    ASSERT_TRUE(eventually([&] { return engine.result(run, "echo").has_value(); }));
    engine.send(run, "echo", "two");
    EXPECT_EQ(engine.result(run, "echo"), "one");
    EXPECT_FALSE(engine.result(run, "other").has_value());
}

TYPED_TEST_P(EngineConformance, ARunThatEndsByItselfHasExited) {
    Engine& engine = this->engine();
    const RunId run = engine.submit("token", "{}");
    engine.send(run, "exit", "bye");
    EXPECT_TRUE(eventually([&] { return std::holds_alternative<RunExited>(engine.poll(run)); }));
    EXPECT_EQ(engine.result(run, "exit"), "bye");
    EXPECT_EQ(engine.state(run), R"({"state":"terminated"})");
}

TYPED_TEST_P(EngineConformance, ACancelledRunIsLostAndAForgottenOneUnknown) {
    Engine& engine = this->engine();
    const RunId run = engine.submit("token", "{}");
    ASSERT_TRUE(eventually([&] { return engine.state(run).has_value(); }));
    engine.send(run, "hang", "x");
    engine.cancel(run);
    ASSERT_TRUE(eventually([&] { return std::holds_alternative<RunLost>(engine.poll(run)); }));
    EXPECT_FALSE(std::get<RunLost>(engine.poll(run)).reason.empty());
    EXPECT_FALSE(engine.result(run, "hang").has_value());
    engine.forget(run);
    EXPECT_TRUE(std::holds_alternative<RunUnknown>(engine.poll(run)));
    EXPECT_TRUE(engine.runs().empty());
}

TYPED_TEST_P(EngineConformance, UnknownRunsAreLeftAlone) {
    Engine& engine = this->engine();
    const RunId run = RunId::from_token("never submitted");
    EXPECT_TRUE(std::holds_alternative<RunUnknown>(engine.poll(run)));
    EXPECT_THROW(engine.send(run, "echo", ""), base::Error);
    EXPECT_NO_THROW(engine.cancel(run));
    EXPECT_NO_THROW(engine.forget(run));
    EXPECT_FALSE(engine.state(run).has_value());
    EXPECT_FALSE(engine.result(run, "echo").has_value());
}

TYPED_TEST_P(EngineConformance, SubscribersHearOfChanges) {
    Engine& engine = this->engine();
    std::atomic<int> heard{0};
    const RunId expected = RunId::from_token("token");
    auto subscription = engine.subscribe([&](const RunId& run) { heard += run == expected; });
    const RunId run = engine.submit("token", "{}");
    engine.send(run, "echo", "x");
    EXPECT_TRUE(eventually([&] { return heard.load() > 0; }));
    ASSERT_TRUE(eventually([&] { return engine.result(run, "echo").has_value(); }));
    subscription.reset();
    const int before = heard;
    engine.send(run, "exit", "x");
    EXPECT_TRUE(eventually([&] { return std::holds_alternative<RunExited>(engine.poll(run)); }));
    EXPECT_EQ(heard, before);
}

REGISTER_TYPED_TEST_SUITE_P(EngineConformance, TheSameTokenIsTheSameRun, CommandsAreAnsweredOnce,
                            ARunThatEndsByItselfHasExited,
                            ACancelledRunIsLostAndAForgottenOneUnknown, UnknownRunsAreLeftAlone,
                            SubscribersHearOfChanges);

}  // namespace goldsmith::engines
