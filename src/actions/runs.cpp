#include "actions/runs.h"

#include <boost/json.hpp>

#include "actions/run_watch.h"
#include "api/generated/runner/run_json.h"
#include "db/database.h"
#include "state/instances.h"
#include "workflow/plan.h"

namespace goldsmith::actions {

namespace json = boost::json;
using workflow::Advance;
using workflow::Failed;
using workflow::Pending;

namespace {

template <typename T>
T parse(const std::string& text) {
    T value;
    api::runner::from_json(json::parse(text).as_object(), value);
    return value;
}

/// The runner's sentence and, where a command of the user failed, the end of what it printed. The
/// API shows about a thousand characters; the last lines explain most.
std::string explain(const api::runner::CommandResult& result) {
    constexpr std::size_t room = 700;
    std::string text = result.message.value_or("the runner gave no reason");
    if (!result.failure || result.failure->last_lines.empty()) {
        return text;
    }
    std::string lines;
    const auto& all = result.failure->last_lines;
    for (auto line = all.rbegin(); line != all.rend() && lines.size() < room; ++line) {
        lines = *line + (lines.empty() ? "" : "\n") + lines;
    }
    if (lines.size() > room) {
        lines = "..." + lines.substr(lines.size() - room);
    }
    return text + "\nlast output:\n" + lines;
}

std::string region_of(const workflow::Plan& plan) {
    return std::string(plan.settings.at("region").as_string());
}

}  // namespace

std::variant<LaunchedInstance, Failed> Runs::instance() const {
    const json::value* input = step_.inputs.if_contains("instanceId");
    if (input == nullptr || !input->is_string()) {
        return Failed{"the input 'instanceId' is missing or not a string", {}};
    }
    const std::string id(input->as_string());
    const auto row = world_.database.read([&](db::Connection& connection) {
        return state::find_instance(connection, region_of(step_.plan), id);
    });
    if (!row || !row->run_id) {
        return Failed{"instance " + id + " does not exist (it was terminated, or never launched)",
                      {}};
    }
    return LaunchedInstance{id, engines::RunId::parse(*row->run_id)};
}

Pending Runs::wait_for(const engines::RunId& run) const {
    world_.run_watch.watch(run.text(), step_.plan.execution_id);
    return Pending{std::chrono::milliseconds(1000), false};
}

Advance Runs::command(
    const LaunchedInstance& instance, api::runner::Command command,
    const std::function<Advance(const api::runner::CommandResult&)>& on_success) const {
    command.id = step_.token;
    const auto answer = [&]() -> std::optional<Advance> {
        const auto text = world_.engine.result(instance.run, command.id);
        if (!text) {
            return std::nullopt;
        }
        const auto result = parse<api::runner::CommandResult>(*text);
        if (result.outcome == api::runner::Outcome::failed) {
            return Failed{explain(result), {}};
        }
        return on_success(result);
    };
    if (auto outcome = answer()) {
        return *outcome;
    }
    const engines::RunStatus status = world_.engine.poll(instance.run);
    if (!std::holds_alternative<engines::RunRunning>(status)) {
        // It may have answered between the first look and its end.
        if (auto outcome = answer()) {
            return *outcome;
        }
        const auto* lost = std::get_if<engines::RunLost>(&status);
        return Failed{"the runner of instance " + instance.instance_id + " is gone: " +
                          (lost != nullptr ? lost->reason : "it ended before it answered"),
                      {}};
    }
    world_.engine.send(instance.run, command.id, json::serialize(api::runner::to_json(command)));
    return wait_for(instance.run);
}

std::optional<api::runner::RunState> Runs::state(const engines::RunId& run) const {
    const auto text = world_.engine.state(run);
    if (!text) {
        return std::nullopt;
    }
    return parse<api::runner::RunState>(*text);
}

bool Runs::terminate(const LaunchedInstance& instance) const {
    const engines::RunStatus status = world_.engine.poll(instance.run);
    if (std::holds_alternative<engines::RunRunning>(status)) {
        api::runner::Command command;
        command.id = "terminate";
        command.kind = api::runner::CommandKind::terminate;
        world_.engine.send(instance.run, command.id,
                           json::serialize(api::runner::to_json(command)));
        wait_for(instance.run);
        return false;
    }
    world_.engine.forget(instance.run);
    world_.run_watch.forget(instance.run.text());
    world_.database.write([&](db::Transaction& transaction) {
        state::erase_instance(transaction.connection(), region_of(step_.plan),
                              instance.instance_id);
    });
    return true;
}

}  // namespace goldsmith::actions
