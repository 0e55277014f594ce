// Runs builds over the fake world with a fake clock, and lets them meet every accident: a crash
// before or after any append, a step that fails, a cancellation after any append, every action
// twice. Test code; one thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "state/memory_execution_store.h"
#include "workflow/fake_world.h"
#include "workflow/loop.h"
#include "workflow/plan.h"

namespace goldsmith::workflow {

struct Accident {
    enum class Kind { none, crash_before, crash_after, cancel };
    Kind kind = Kind::none;
    int at_append = 0;  ///< counted from 1 over the life of the execution
};

struct RunOptions {
    FakeBehaviour behaviour;
    std::vector<Accident> accidents;
    std::size_t events_per_append = 0;
    std::optional<bool> answer;  ///< what waiting steps are told; nothing: they are left waiting
};

struct RunResult {
    std::string summary;  ///< image, workflows, steps and what is left in the world
    std::string image_status;
    std::string image_reason;
    std::string world;
    FakeWorldState left;
    int appends = 0;
    int last_append_events = 0;
    bool finished = false;
    std::vector<state::EventRow> events;
};

/// Drives one execution to its end (at most 30 fake days) and tells what became of it.
RunResult run_build(const Plan& plan, const RunOptions& options);

/// A plan of these managed workflows, or of documents given as text.
struct WorkflowChoice {
    std::string managed{};
    std::string text{};
    documents::WorkflowType type = documents::WorkflowType::build;
    std::string parallel_group{};
    TestFailure on_failure = TestFailure::abort;
};
Plan make_plan(const std::vector<WorkflowChoice>& workflows, const std::string& image_type = "AMI");

}  // namespace goldsmith::workflow
