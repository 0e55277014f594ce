#include "workflow/session.h"

#include <boost/json.hpp>

#include "workflow/plan.h"
#include "workflow/projection.h"

namespace goldsmith::workflow {

namespace {

constexpr std::size_t max_reason = 1024;  // of the API's state.reason

std::vector<Event> read_events(const std::vector<state::EventRow>& rows) {
    std::vector<Event> events;
    for (const auto& row : rows) {
        events.push_back(from_row(row));
    }
    return events;
}

// Throws for a signal that no version of this program has written.
EventBody event_of(const state::NewSignal& signal) {
    if (signal.kind == state::cancel_requested) {
        return CancelRequested{};
    }
    if (signal.kind == state::retry_requested) {
        return RetryRequested{};
    }
    if (signal.kind != state::step_answered) {
        throw base::Error("unknown signal " + signal.kind);
    }
    const auto body = boost::json::parse(signal.body).as_object();
    return StepAnswered{std::string(body.at("step").as_string()), body.at("resume").as_bool(),
                        std::string(body.at("reason").as_string())};
}

}  // namespace

Session::Session(state::ExecutionStore& store, const state::ClaimedExecution& claimed,
                 const std::vector<state::EventRow>& log_rows, const LoopOptions& options,
                 Observer* observer, const base::Logger& log)
    : store_(store),
      options_(options),
      observer_(observer),
      log_(log.with("execution", claimed.lease.execution_id)),
      lease_(claimed.lease),
      plan_(plan_from_json(claimed.execution.plan)),
      state_(replay(*plan_, read_events(log_rows))) {}

void Session::record(const std::vector<EventBody>& facts, bool with_signals, base::Time now) {
    while (true) {
        Draft draft{state_, {}, {}, now};
        for (const auto& fact : facts) {
            try_to_add(draft, fact);
        }
        if (with_signals) {
            add_signals(draft);
        }
        add_decisions(draft);
        if (draft.events.empty() && draft.consumed_signals.empty()) {
            return;
        }
        try {
            store(draft);
            return;
        } catch (const state::SignalsWaiting&) {
            with_signals =
                true;  // what was to be the end is not: someone cancelled at the last moment
        }
    }
}

void Session::add(Draft& draft, EventBody body) const {
    Event event{draft.state.last_sequence + 1, draft.now, std::move(body)};
    draft.state = next_state(*plan_, std::move(draft.state), event);
    draft.events.push_back(std::move(event));
}

void Session::try_to_add(Draft& draft, EventBody body) const {
    Event event{draft.state.last_sequence + 1, draft.now, std::move(body)};
    try {
        draft.state = next_state(*plan_, draft.state, event);
        draft.events.push_back(std::move(event));
    } catch (const ImpossibleEvent& error) {
        // A request that came too late or twice, or a fact that is in the log already.
        log_.info("without effect", {{"why", error.what()}});
    }
}

void Session::add_signals(Draft& draft) const {
    for (const auto& signal : store_.signals(id())) {
        draft.consumed_signals.push_back(signal.id);
        try {
            try_to_add(draft, event_of(signal.signal));
        } catch (const std::exception& error) {
            log_.error("a request cannot be read", {{"why", error.what()}});
        }
    }
}

void Session::add_decisions(Draft& draft) const {
    while (true) {
        auto events = decide(*plan_, draft.state, draft.now);
        if (events.empty()) {
            return;
        }
        for (auto& event : events) {
            add(draft, std::move(event));
        }
    }
}

void Session::store(const Draft& draft) {
    const std::size_t part =
        options_.events_per_append == 0 ? draft.events.size() : options_.events_per_append;
    auto consumed = draft.consumed_signals;
    if (draft.events.empty()) {
        store_part({}, std::move(consumed), draft.now);
        return;
    }
    for (std::size_t begin = 0; begin < draft.events.size(); begin += part) {
        const std::size_t end = std::min(begin + part, draft.events.size());
        const auto at = [&draft](std::size_t i) {
            return draft.events.begin() + static_cast<std::ptrdiff_t>(i);
        };
        // Signals go with the last part: after a crash before it they are read again and found to
        // be without effect, while the other way round they would be lost.
        store_part({at(begin), at(end)},
                   end == draft.events.size() ? std::move(consumed) : std::vector<std::int64_t>{},
                   draft.now);
    }
}

void Session::store_part(std::vector<Event> events, std::vector<std::int64_t> consumed,
                         base::Time now) {
    State after = state_;
    state::Append step;
    step.expected_sequence = state_.last_sequence;
    step.time = now;
    for (const auto& event : events) {
        after = next_state(*plan_, std::move(after), event);
        step.events.push_back(to_row(event));
    }
    auto rows = changed_rows(project(*plan_, state_), project(*plan_, after));
    step.workflow_runs = std::move(rows.workflow_runs);
    step.step_runs = std::move(rows.step_runs);
    if (after.image_status != state_.image_status || after.image_reason != state_.image_reason) {
        step.image_status = {after.image_status, shortened(after.image_reason, max_reason)};
    }
    step.consumed_signals = std::move(consumed);
    step.finished = after.finished;
    store_.append(lease_, step);
    state_ = std::move(after);
    if (observer_ != nullptr && !events.empty()) {
        observer_->recorded(*plan_, state_, events);
    }
}

}  // namespace goldsmith::workflow
