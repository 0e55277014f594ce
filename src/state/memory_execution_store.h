// The ExecutionStore of tests: a map under a mutex, with the same rules. Thread-safe.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/guarded.h"
#include "state/execution_store.h"

namespace goldsmith::state {

class MemoryExecutionStore : public ExecutionStore {
public:
    void create(const NewExecution& execution) override;
    bool signal(const std::string& execution_id, const NewSignal& signal) override;
    void wake(const std::string& execution_id, base::Time now) override;
    std::optional<ClaimedExecution> claim(const std::string& owner, base::Time now,
                                          base::Time lease_until) override;
    bool renew(const Lease& lease, base::Time lease_until) override;
    void release(const Lease& lease, std::optional<base::Time> wake_at) override;
    void release_all_of(const std::string& owner) override;
    std::optional<base::Time> next_due() override;
    std::vector<EventRow> events(const std::string& execution_id,
                                 std::int64_t after_sequence) override;
    std::vector<SignalRow> signals(const std::string& execution_id) override;
    void append(const Lease& lease, const Append& step) override;
    std::optional<ExecutionRow> find(const std::string& execution_id) override;

    /// The projections, in order of their start.
    std::vector<WorkflowRunRow> workflow_runs(const std::string& execution_id) const;
    std::vector<StepRunRow> step_runs(const std::string& workflow_run_id) const;

private:
    struct Execution {
        ExecutionRow row;
        std::vector<EventRow> events;
        std::vector<SignalRow> signals;
        std::optional<base::Time> wake_at;
        std::string owner;  // empty: not leased
        base::Time lease_until;
        std::int64_t fence = 0;

        bool is_due(base::Time now) const;
        void give_back();
    };
    struct Tables {
        std::map<std::string, Execution> executions;
        std::map<std::string, WorkflowRunRow> workflow_runs;
        std::map<std::string, StepRunRow> step_runs;
        std::int64_t last_signal = 0;

        Execution* held(const Lease& lease);  // nullptr: the lease is lost
    };
    base::Guarded<Tables> tables_;
};

}  // namespace goldsmith::state
