#include "daemon/build_log.h"

#include <boost/json.hpp>
#include <cstdio>
#include <optional>

#include "base/error.h"
#include "store/log_stream.h"
#include "workflow/event.h"
#include "workflow/plan.h"
#include "workflow/state.h"

namespace goldsmith::daemon {

namespace {

using workflow::State;

std::string setting(const workflow::Plan& plan, std::string_view name) {
    const boost::json::value* value = plan.settings.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->as_string()) : "";
}

/// Turns one event into the line that people read, or nothing where it says nothing to them.
class Line {
public:
    Line(const workflow::Plan& plan, const State& state) : plan_(plan), state_(state) {}

    using Text = std::optional<std::string>;

    Text operator()(const workflow::ImageStatusChanged& event) const {
        return "Image is " + event.status + (event.reason.empty() ? "" : ": " + event.reason);
    }
    Text operator()(const workflow::WorkflowStarted& event) const {
        return "Workflow " + plan_.workflows.at(event.workflow).arn + " started (" + event.run +
               ")";
    }
    Text operator()(const workflow::StepStarted& event) const {
        return "Step " + name_of(event.id) + " started";
    }
    Text operator()(const workflow::StepSkipped& event) const {
        return "Step " + name_of(event.id) + " skipped: its condition is false";
    }
    Text operator()(const workflow::StepWaiting& event) const {
        return "Step " + name_of(event.id) + " waits for send-workflow-step-action " + event.id;
    }
    Text operator()(const workflow::StepCompleted& event) const {
        return "Step " + name_of(event.id) + " completed" + duration_of(event.id);
    }
    Text operator()(const workflow::StepFailed& event) const {
        return "Step " + name_of(event.id) + " FAILED" + duration_of(event.id) + ": " +
               event.message;
    }
    Text operator()(const workflow::StepCancelled& event) const {
        return "Step " + name_of(event.id) + " cancelled";
    }
    Text operator()(const workflow::RollbackStarted& event) const {
        return "Rolling back step " + name_of(event.id);
    }
    Text operator()(const workflow::RollbackFailed& event) const {
        return "Rolling back step " + name_of(event.id) + " FAILED: " + event.message;
    }
    Text operator()(const workflow::CancelRequested&) const { return "Cancellation requested"; }
    Text operator()(const workflow::RetryRequested&) const { return "Retry requested"; }
    template <typename Other>
    Text operator()(const Other&) const {
        return std::nullopt;
    }

private:
    std::string name_of(const std::string& id) const {
        for (const workflow::RunState& run : state_.runs) {
            for (const workflow::StepState& step : run.steps) {
                if (step.id == id) {
                    return plan_.workflows.at(run.workflow).document.steps.at(step.index).name;
                }
            }
        }
        return id;
    }

    std::string duration_of(const std::string& id) const {
        const workflow::StepState* step = state_.find_step(id);
        if (step == nullptr || !step->ended_at) {
            return "";
        }
        char text[32];
        std::snprintf(text, sizeof text, " in %.1f s",
                      static_cast<double>((*step->ended_at - step->started_at).count()) / 1000);
        return text;
    }

    const workflow::Plan& plan_;
    const State& state_;
};

}  // namespace

void BuildLog::recorded(const workflow::Plan& plan, const State& state,
                        std::span<const workflow::Event> events) {
    try {
        std::vector<store::LogEvent> lines;
        for (const workflow::Event& event : events) {
            if (auto text = std::visit(Line(plan, state), event.body)) {
                store::LogEvent line;
                line.timestamp_ms = event.time.time_since_epoch().count();
                line.message = std::move(*text);
                lines.push_back(std::move(line));
            }
        }
        if (!lines.empty()) {
            store::LogStore logs(logs_directory_, setting(plan, "region"),
                                 setting(plan, "account"));
            logs.writer(setting(plan, "logGroup"), setting(plan, "logStream")).append(lines);
        }
    } catch (...) {
        // A log that cannot be written (disk full) does not fail the build.
        log_.error("cannot write the build log",
                   {{"image", plan.image_arn}, {"error", base::current_error_chain()}});
    }
}

}  // namespace goldsmith::daemon
