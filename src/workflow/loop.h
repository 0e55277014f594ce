// The engine: claims executions, replays their events, records what decide() says, runs actions on
// a few worker threads and turns their outcomes into events. Everything it knows is in the store,
// so it may be killed at any instruction; another loop, or the next process, goes on from the last
// event.
//
// Used by the daemon (run() on its own thread) and by tests (turn() with a fake clock and an inline
// executor). notify() may be called from any thread; the rest belongs to one thread.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>

#include "base/clock.h"
#include "base/log.h"
#include "state/execution_store.h"
#include "workflow/action.h"
#include "workflow/executor.h"

namespace goldsmith::workflow {

struct Event;
struct State;
struct Plan;

/// Sees every event after it has been committed, in order, on the loop's thread; must not block or
/// throw. At most once per event: what a crash cuts off is not repeated.
class Observer {
public:
    virtual ~Observer() = default;
    virtual void recorded(const Plan& plan, const State& state, std::span<const Event> events) = 0;
};

struct LoopOptions {
    /// Names this process to the store. The same name after a restart takes its executions back at
    /// once; two living processes must never share one.
    std::string owner = "daemon";
    std::size_t max_executions = 100;  ///< in memory at once
    std::chrono::milliseconds lease{30'000};
    std::chrono::milliseconds heartbeat{10'000};
    /// How often work of others is looked for when nobody notifies.
    std::chrono::milliseconds poll{1'000};
    /// An execution that only waits, for longer than this, goes back to the store as a row with a
    /// wake time.
    std::chrono::milliseconds park_after{5'000};
    /// 0: as many events per transaction as belong together. Tests use 1 to crash between any two.
    std::size_t events_per_append = 0;
};

class Loop {
public:
    /// All references must outlive the loop. `observer` may be null.
    Loop(state::ExecutionStore& store, const ActionRegistry& actions, Executor& executor,
         const base::Clock& clock, LoopOptions options, Observer* observer = nullptr,
         base::Logger log = {});
    ~Loop();
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    /// Works until `stop` is requested, then asks running actions to return, waits for them at most
    /// `stop_within`, gives its leases back and returns. Builds stay as they are and resume later.
    /// While the store fails (a full disk) it is tried again once per `poll`. Call it once.
    void run(std::stop_token stop, std::chrono::milliseconds stop_within);

    /// One pass: claims what is due, records, starts actions, takes outcomes in. Returns when the
    /// next pass has something to do at the latest. For tests and for run().
    base::Time turn();

    /// There is news for this execution (created, signalled, its action can go on). Any thread;
    /// cheap.
    void notify(const std::string& execution_id);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace goldsmith::workflow
