#include "workflow/event.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <set>

#include "base/error.h"

namespace goldsmith::workflow {
namespace {

base::Time at(int ms) {
    return base::Time(std::chrono::milliseconds(1'700'000'000'000 + ms));
}

std::vector<EventBody> one_of_each() {
    return {ImageStatusChanged{"FAILED", "why"},
            WorkflowStarted{2, "wf-1"},
            WorkflowCompleted{"wf-1", {{"a", 1}}},
            WorkflowFailed{"wf-1", "what", true},
            WorkflowRolledBack{"wf-1"},
            WorkflowCancelled{"wf-1"},
            StepSkipped{"wf-1", 3, "step-1"},
            StepStarted{"wf-1", 3, "step-1", {{"b", true}}, at(5), false, "problem"},
            StepWaiting{"step-1"},
            StepAnswered{"step-1", false, "no"},
            StepStopping{"step-1", UndoCause::timeout, "late", at(6)},
            StepCompleted{"step-1", {{"c", nullptr}}},
            StepFailed{"step-1", "broken", {{"d", "e"}}},
            StepCancelled{"step-1"},
            RollbackStarted{"step-1", UndoCause::build_finished, at(7)},
            RollbackCompleted{"step-1"},
            RollbackFailed{"step-1", "stuck"},
            CancelRequested{},
            RetryRequested{},
            ExecutionFinished{}};
}

TEST(Event, EveryKindSurvivesStorage) {
    const auto bodies = one_of_each();
    ASSERT_EQ(bodies.size(), std::variant_size_v<EventBody>);
    std::set<std::string> kinds;
    for (const auto& body : bodies) {
        const auto row = to_row({7, at(1), body});
        const Event read = from_row(row);
        EXPECT_EQ(read.sequence, 7);
        EXPECT_EQ(read.time, at(1));
        EXPECT_EQ(read.body.index(), body.index()) << row.kind;
        EXPECT_EQ(to_row(read), row);
        kinds.insert(row.kind);
    }
    EXPECT_EQ(kinds.size(), bodies.size());
}

TEST(Event, HasTheDocumentedForm) {
    const auto row = to_row({3, at(0), one_of_each()[7]});
    EXPECT_EQ(row.kind, "step_started");
    EXPECT_EQ(row.body,
              R"({"run":"wf-1","step":3,"id":"step-1","inputs":{"b":true},)"
              R"("deadlineMs":1700000000005,"rollbackEnabled":false,"problem":"problem"})");
}

TEST(Event, RefusesWhatItDoesNotKnow) {
    EXPECT_THROW(from_row({1, at(0), "step_exploded", "{}"}), base::Error);
    EXPECT_THROW(from_row({1, at(0), "step_waiting", "{}"}), base::Error);
    EXPECT_THROW(from_row({1, at(0), "step_waiting", "{"}), base::Error);
    EXPECT_THROW(from_row({1, at(0), "step_stopping",
                           R"({"id":"s","cause":"mood","message":"","giveUpAtMs":1})"}),
                 base::Error);
}

}  // namespace
}  // namespace goldsmith::workflow
