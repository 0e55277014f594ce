// One claimed execution in memory: its plan, its state, and the only way to change it, which is to
// record events. Belongs to the loop's thread.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/log.h"
#include "state/execution_store.h"
#include "workflow/decide.h"
#include "workflow/loop.h"
#include "workflow/state.h"

namespace goldsmith::workflow {

class Session {
public:
    /// Replays the log. Throws base::Error if plan or log make no sense.
    Session(state::ExecutionStore& store, const state::ClaimedExecution& claimed,
            const std::vector<state::EventRow>& log_rows, const LoopOptions& options,
            Observer* observer, const base::Logger& log);

    const std::string& id() const { return lease_.execution_id; }
    const state::Lease& lease() const { return lease_; }
    const std::shared_ptr<const Plan>& plan() const { return plan_; }
    const State& state() const { return state_; }

    /// Records these facts, what signals say (if `with_signals`) and everything that decide() says
    /// follows. Facts that cannot happen any more are left out, so a call that failed half way may
    /// be repeated. Throws LeaseLost, ImpossibleEvent, and what the store throws.
    void record(const std::vector<EventBody>& facts, bool with_signals, base::Time now);

private:
    /// Events not yet stored, and the state after them.
    struct Draft {
        State state;
        std::vector<Event> events;
        std::vector<std::int64_t> consumed_signals;
        base::Time now;
    };
    void add(Draft& draft, EventBody body) const;
    void try_to_add(Draft& draft, EventBody body) const;
    void add_signals(Draft& draft) const;
    void add_decisions(Draft& draft) const;
    void store(const Draft& draft);
    void store_part(std::vector<Event> events, std::vector<std::int64_t> consumed, base::Time now);

    state::ExecutionStore& store_;
    const LoopOptions& options_;
    Observer* observer_;
    base::Logger log_;
    state::Lease lease_;
    std::shared_ptr<const Plan> plan_;
    State state_;
};

}  // namespace goldsmith::workflow
