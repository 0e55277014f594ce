#include "state/memory_execution_store.h"

#include <algorithm>

namespace goldsmith::state {

bool MemoryExecutionStore::Execution::is_due(base::Time now) const {
    return !row.finished && wake_at && *wake_at <= now && (owner.empty() || lease_until <= now);
}

void MemoryExecutionStore::Execution::give_back() {
    owner.clear();
    ++fence;
}

MemoryExecutionStore::Execution* MemoryExecutionStore::Tables::held(const Lease& lease) {
    const auto found = executions.find(lease.execution_id);
    return found != executions.end() && found->second.fence == lease.fence ? &found->second
                                                                           : nullptr;
}

void MemoryExecutionStore::create(const NewExecution& execution) {
    auto tables = tables_.lock();
    Execution made;
    made.row = {.id = execution.id,
                .image_arn = execution.image_arn,
                .plan = execution.plan,
                .created_at = execution.created_at,
                .updated_at = execution.created_at};
    made.wake_at = execution.created_at;
    if (!tables->executions.emplace(execution.id, std::move(made)).second) {
        throw base::Error("execution " + execution.id + " exists");
    }
}

bool MemoryExecutionStore::signal(const std::string& execution_id, const NewSignal& signal) {
    auto tables = tables_.lock();
    const auto found = tables->executions.find(execution_id);
    if (found == tables->executions.end()) {
        return false;
    }
    Execution& execution = found->second;
    const bool due_earlier =
        !execution.row.finished && execution.wake_at && *execution.wake_at < signal.time;
    execution.wake_at = due_earlier ? *execution.wake_at : signal.time;
    execution.row.finished = false;
    execution.row.updated_at = signal.time;
    execution.signals.push_back({++tables->last_signal, signal});
    return true;
}

void MemoryExecutionStore::wake(const std::string& execution_id, base::Time now) {
    auto tables = tables_.lock();
    const auto found = tables->executions.find(execution_id);
    if (found != tables->executions.end() && !found->second.row.finished) {
        auto& wake_at = found->second.wake_at;
        wake_at = wake_at ? std::min(*wake_at, now) : now;
    }
}

std::optional<ClaimedExecution> MemoryExecutionStore::claim(const std::string& owner,
                                                            base::Time now,
                                                            base::Time lease_until) {
    auto tables = tables_.lock();
    Execution* first = nullptr;
    for (auto& [id, execution] : tables->executions) {
        if (execution.is_due(now) && (first == nullptr || *execution.wake_at < *first->wake_at)) {
            first = &execution;
        }
    }
    if (first == nullptr) {
        return std::nullopt;
    }
    first->owner = owner;
    first->lease_until = lease_until;
    ++first->fence;
    return ClaimedExecution{{first->row.id, first->fence}, first->row};
}

bool MemoryExecutionStore::renew(const Lease& lease, base::Time lease_until) {
    auto tables = tables_.lock();
    Execution* execution = tables->held(lease);
    if (execution == nullptr) {
        return false;
    }
    execution->lease_until = lease_until;
    return true;
}

void MemoryExecutionStore::release(const Lease& lease, std::optional<base::Time> wake_at) {
    auto tables = tables_.lock();
    Execution* execution = tables->held(lease);
    if (execution == nullptr) {
        return;
    }
    execution->give_back();
    if (execution->signals.empty()) {
        execution->wake_at = wake_at;
    }
}

void MemoryExecutionStore::release_all_of(const std::string& owner) {
    auto tables = tables_.lock();
    for (auto& [id, execution] : tables->executions) {
        if (execution.owner == owner) {
            execution.give_back();
        }
    }
}

std::optional<base::Time> MemoryExecutionStore::next_due() {
    auto tables = tables_.lock();
    std::optional<base::Time> next;
    for (const auto& [id, execution] : tables->executions) {
        if (execution.row.finished || !execution.wake_at) {
            continue;
        }
        const auto at = execution.owner.empty()
                            ? *execution.wake_at
                            : std::max(*execution.wake_at, execution.lease_until);
        next = next ? std::min(*next, at) : at;
    }
    return next;
}

std::vector<EventRow> MemoryExecutionStore::events(const std::string& execution_id,
                                                   std::int64_t after_sequence) {
    auto tables = tables_.lock();
    const auto found = tables->executions.find(execution_id);
    if (found == tables->executions.end()) {
        return {};
    }
    std::vector<EventRow> rows = found->second.events;
    std::erase_if(rows, [&](const EventRow& row) { return row.sequence <= after_sequence; });
    return rows;
}

std::vector<SignalRow> MemoryExecutionStore::signals(const std::string& execution_id) {
    auto tables = tables_.lock();
    const auto found = tables->executions.find(execution_id);
    return found == tables->executions.end() ? std::vector<SignalRow>{} : found->second.signals;
}

void MemoryExecutionStore::append(const Lease& lease, const Append& step) {
    auto tables = tables_.lock();
    Execution* execution = tables->held(lease);
    if (execution == nullptr || execution->row.last_sequence != step.expected_sequence) {
        throw LeaseLost("the lease of execution " + lease.execution_id + " is lost");
    }
    auto signals = execution->signals;
    std::erase_if(signals, [&](const SignalRow& signal) {
        return std::ranges::find(step.consumed_signals, signal.id) != step.consumed_signals.end();
    });
    if (step.finished && !signals.empty()) {
        throw SignalsWaiting("execution " + lease.execution_id + " has signals that wait");
    }
    execution->signals = std::move(signals);
    execution->events.insert(execution->events.end(), step.events.begin(), step.events.end());
    execution->row.last_sequence += static_cast<std::int64_t>(step.events.size());
    execution->row.finished = step.finished;
    execution->row.updated_at = step.time;
    if (step.image_status) {
        execution->row.image_status = step.image_status->status;
        execution->row.image_reason = step.image_status->reason;
    }
    for (const auto& run : step.workflow_runs) {
        tables->workflow_runs[run.id] = run;
    }
    for (const auto& run : step.step_runs) {
        tables->step_runs[run.id] = run;
    }
}

std::optional<ExecutionRow> MemoryExecutionStore::find(const std::string& execution_id) {
    auto tables = tables_.lock();
    const auto found = tables->executions.find(execution_id);
    return found == tables->executions.end() ? std::nullopt : std::optional(found->second.row);
}

std::vector<WorkflowRunRow> MemoryExecutionStore::workflow_runs(
    const std::string& execution_id) const {
    auto tables = tables_.lock();
    std::vector<WorkflowRunRow> rows;
    for (const auto& [id, row] : tables->workflow_runs) {
        if (row.execution_id == execution_id) {
            rows.push_back(row);
        }
    }
    std::ranges::sort(rows, {}, &WorkflowRunRow::ordinal);
    return rows;
}

std::vector<StepRunRow> MemoryExecutionStore::step_runs(const std::string& workflow_run_id) const {
    auto tables = tables_.lock();
    std::vector<StepRunRow> rows;
    for (const auto& [id, row] : tables->step_runs) {
        if (row.workflow_run_id == workflow_run_id) {
            rows.push_back(row);
        }
    }
    std::ranges::sort(rows, {}, &StepRunRow::ordinal);
    return rows;
}

}  // namespace goldsmith::state
