// StepRunner runs one step of a phase: its condition, its attempts, its loop, its failure policy.
// The record tells where an earlier run of the same step stopped for a reboot. Borrows everything;
// one thread.
#pragma once

#include "documents/component_document.h"
#include "guest/modules/module.h"
#include "guest/run_observer.h"
#include "guest/run_record.h"
#include "guest/value_resolver.h"

namespace goldsmith::guest {

/// How the run goes on.
enum class Flow { next, stop, reboot };

/// Runs a nested document for one iteration of a step; implemented by the owner of the records.
class NestedRunner {
public:
    virtual ~NestedRunner() = default;
    virtual ModuleResult run_nested(const ModuleInput& input, StepRecord& record) = 0;
};

class StepRunner {
public:
    struct Services {
        RunLog& log;
        const StopSignal& stop;
        RemoteAccess& remote;
        ValueResolver& resolver;
        RunObserver& observer;
        NestedRunner& nested;
    };

    StepRunner(const Services& services, const documents::ComponentStep& step, StepRecord& record)
        : services_(services), step_(step), record_(record) {}

    /// Throws RunStopped and LogFailure; every other failure ends in the record.
    Flow run();

private:
    enum class AttemptEnd { success, failed, reboot };

    bool decide();
    AttemptEnd attempts();
    AttemptEnd attempt();
    AttemptEnd iterate(const Deadline& deadline);
    void bound_outputs();
    ModuleResult run_module(const Deadline& deadline);
    ModuleResult run_elements(const documents::YamlNode& inputs, ModuleContext& context);
    void check_inputs(const documents::YamlNode& inputs);
    void fail(StepStatus status, const std::string& message);
    void log_attempt_failure(const std::string& message);
    Flow finish();
    std::string expand(std::string_view text) { return services_.resolver.expand(text); }

    const Services& services_;
    const documents::ComponentStep& step_;
    StepRecord& record_;
};

}  // namespace goldsmith::guest
