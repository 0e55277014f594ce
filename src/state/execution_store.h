// Where executions live: the event log of each image build, its lease, its wake-up time, the
// requests that users make of it, and the projections (workflow and step runs) that the API shows.
// Used by the workflow engine's loop. Two implementations: SqlExecutionStore, MemoryExecutionStore;
// both pass execution_store_conformance.h.
//
// Who may write: exactly one loop at a time, the holder of the lease. Every write carries the
// lease's fencing token and the sequence number that the writer believes is last, so that a loop
// that lost its lease while it slept can change nothing. Others leave signals, which the holder
// turns into events.
//
// Every call is one transaction. Thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "state/execution_rows.h"

namespace goldsmith::state {

/// The caller no longer holds the lease, or someone else has written: forget what is in memory.
class LeaseLost : public base::Error {
public:
    using base::Error::Error;
};

/// An append that would finish the execution met signals that it has not seen: read them first.
class SignalsWaiting : public base::Error {
public:
    using base::Error::Error;
};

struct Lease {
    std::string execution_id;
    std::int64_t fence = 0;  ///< grows with every claim
};

struct ClaimedExecution {
    Lease lease;
    ExecutionRow execution;
};

/// One atomic step of an execution: events, and what they change in the projections.
struct Append {
    std::int64_t expected_sequence = 0;         ///< of the last event the writer knows
    std::vector<EventRow> events;               ///< sequences follow expected_sequence without gaps
    std::vector<WorkflowRunRow> workflow_runs;  ///< inserted or replaced by id
    std::vector<StepRunRow> step_runs;          ///< inserted or replaced by id
    std::optional<ImageStatus> image_status;    ///< set when it changed
    std::vector<std::int64_t> consumed_signals;
    base::Time time;        ///< of the writer's clock
    bool finished = false;  ///< nothing is left to do until a signal reopens it
};

class ExecutionStore {
public:
    virtual ~ExecutionStore() = default;

    /// Throws base::Error if the id is taken.
    virtual void create(const NewExecution& execution) = 0;

    /// Leaves a request for the holder of the lease and makes the execution due at once; a finished
    /// one becomes unfinished. False: no such execution.
    virtual bool signal(const std::string& execution_id, const NewSignal& signal) = 0;

    /// Makes an unfinished execution due now if it would be later.
    virtual void wake(const std::string& execution_id, base::Time now) = 0;

    /// Claims the execution that has been due the longest, if there is one without a living lease.
    virtual std::optional<ClaimedExecution> claim(const std::string& owner, base::Time now,
                                                  base::Time lease_until) = 0;
    /// Extends the lease. False: it is lost.
    virtual bool renew(const Lease& lease, base::Time lease_until) = 0;
    /// Gives the lease back and sets when the execution is due again (absent: only by a signal).
    /// Signals not consumed keep it due. Does nothing if the lease is lost.
    virtual void release(const Lease& lease, std::optional<base::Time> wake_at) = 0;
    /// At start: gives back what an earlier process of the same owner held.
    virtual void release_all_of(const std::string& owner) = 0;
    /// When the next unfinished, unleased execution is due or a lease runs out; nothing if none is.
    virtual std::optional<base::Time> next_due() = 0;

    virtual std::vector<EventRow> events(const std::string& execution_id,
                                         std::int64_t after_sequence) = 0;
    virtual std::vector<SignalRow> signals(const std::string& execution_id) = 0;

    /// Throws LeaseLost, SignalsWaiting.
    virtual void append(const Lease& lease, const Append& step) = 0;

    virtual std::optional<ExecutionRow> find(const std::string& execution_id) = 0;
};

}  // namespace goldsmith::state
