#include "workflow/event.h"

#include <array>
#include <boost/json.hpp>

#include "base/error.h"

namespace goldsmith::workflow {

namespace json = boost::json;

namespace {

// In the order of EventBody.
constexpr std::array<std::string_view, std::variant_size_v<EventBody>> kinds{
    "image_status_changed", "workflow_started",   "workflow_completed", "workflow_failed",
    "workflow_rolled_back", "workflow_cancelled", "step_skipped",       "step_started",
    "step_waiting",         "step_answered",      "step_stopping",      "step_completed",
    "step_failed",          "step_cancelled",     "rollback_started",   "rollback_completed",
    "rollback_failed",      "cancel_requested",   "retry_requested",    "execution_finished"};

constexpr std::array<std::string_view, 5> causes{"none", "failure", "timeout", "cancellation",
                                                 "build_finished"};

// The members of each body, once for writing and for reading.
template <class F>
void members(ImageStatusChanged& body, F&& f) {
    f("status", body.status);
    f("reason", body.reason);
}
template <class F>
void members(WorkflowStarted& body, F&& f) {
    f("workflow", body.workflow);
    f("run", body.run);
}
template <class F>
void members(WorkflowCompleted& body, F&& f) {
    f("run", body.run);
    f("outputs", body.outputs);
}
template <class F>
void members(WorkflowFailed& body, F&& f) {
    f("run", body.run);
    f("message", body.message);
    f("rollsBack", body.rolls_back);
}
template <class F>
void members(WorkflowRolledBack& body, F&& f) {
    f("run", body.run);
}
template <class F>
void members(WorkflowCancelled& body, F&& f) {
    f("run", body.run);
}
template <class F>
void members(StepSkipped& body, F&& f) {
    f("run", body.run);
    f("step", body.step);
    f("id", body.id);
}
template <class F>
void members(StepStarted& body, F&& f) {
    f("run", body.run);
    f("step", body.step);
    f("id", body.id);
    f("inputs", body.inputs);
    f("deadlineMs", body.deadline);
    f("rollbackEnabled", body.rollback_enabled);
    f("problem", body.problem);
}
template <class F>
void members(StepWaiting& body, F&& f) {
    f("id", body.id);
}
template <class F>
void members(StepAnswered& body, F&& f) {
    f("id", body.id);
    f("resume", body.resume);
    f("reason", body.reason);
}
template <class F>
void members(StepStopping& body, F&& f) {
    f("id", body.id);
    f("cause", body.cause);
    f("message", body.message);
    f("giveUpAtMs", body.give_up_at);
}
template <class F>
void members(StepCompleted& body, F&& f) {
    f("id", body.id);
    f("outputs", body.outputs);
}
template <class F>
void members(StepFailed& body, F&& f) {
    f("id", body.id);
    f("message", body.message);
    f("outputs", body.outputs);
}
template <class F>
void members(StepCancelled& body, F&& f) {
    f("id", body.id);
}
template <class F>
void members(RollbackStarted& body, F&& f) {
    f("id", body.id);
    f("cause", body.cause);
    f("giveUpAtMs", body.give_up_at);
}
template <class F>
void members(RollbackCompleted& body, F&& f) {
    f("id", body.id);
}
template <class F>
void members(RollbackFailed& body, F&& f) {
    f("id", body.id);
    f("message", body.message);
}
template <class F>
void members(CancelRequested&, F&&) {}
template <class F>
void members(RetryRequested&, F&&) {}
template <class F>
void members(ExecutionFinished&, F&&) {}

struct Writer {
    json::object& out;

    template <class T>
    void operator()(std::string_view name, const T& value) {
        out[name] = value;
    }
    void operator()(std::string_view name, base::Time value) {
        out[name] = value.time_since_epoch().count();
    }
    void operator()(std::string_view name, UndoCause value) {
        out[name] = causes[static_cast<std::size_t>(value)];
    }
};

struct Reader {
    const json::object& in;

    void operator()(std::string_view name, std::string& value) {
        value = std::string(in.at(name).as_string());
    }
    void operator()(std::string_view name, std::size_t& value) {
        value = in.at(name).to_number<std::size_t>();
    }
    void operator()(std::string_view name, bool& value) { value = in.at(name).as_bool(); }
    void operator()(std::string_view name, json::object& value) { value = in.at(name).as_object(); }
    void operator()(std::string_view name, base::Time& value) {
        value = base::Time(std::chrono::milliseconds(in.at(name).as_int64()));
    }
    void operator()(std::string_view name, UndoCause& value) {
        const std::string_view text = in.at(name).as_string();
        for (std::size_t i = 0; i < causes.size(); ++i) {
            if (causes[i] == text) {
                value = static_cast<UndoCause>(i);
                return;
            }
        }
        throw base::Error("unknown cause " + std::string(text));
    }
};

template <std::size_t Index = 0>
EventBody empty_body(std::string_view kind) {
    if constexpr (Index == kinds.size()) {
        throw base::Error("unknown kind of event " + std::string(kind));
    } else if (kinds[Index] == kind) {
        return EventBody(std::in_place_index<Index>);
    } else {
        return empty_body<Index + 1>(kind);
    }
}

}  // namespace

std::string_view kind_of(const EventBody& body) {
    return kinds[body.index()];
}

state::EventRow to_row(const Event& event) {
    json::object out;
    std::visit([&out](auto body) { members(body, Writer{out}); }, event.body);
    return {event.sequence, event.time, std::string(kind_of(event.body)), json::serialize(out)};
}

Event from_row(const state::EventRow& row) {
    try {
        Event event{row.sequence, row.time, empty_body(row.kind)};
        const json::object in = json::parse(row.body).as_object();
        std::visit([&in](auto& body) { members(body, Reader{in}); }, event.body);
        return event;
    } catch (const std::exception&) {
        base::throw_with_context("read event " + std::to_string(row.sequence) + " (" + row.kind +
                                 ")");
    }
}

}  // namespace goldsmith::workflow
