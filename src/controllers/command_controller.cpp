#include "controllers/command_controller.h"

#include <boost/json.hpp>
#include <chrono>

#include "api/generated/runner/run_types.h"
#include "api/generated/ssm/commands_json.h"
#include "api/json_members.h"
#include "base/error.h"
#include "db/database.h"
#include "state/instances.h"

namespace goldsmith::controllers {

namespace {

using state::InvocationRow;

/// What GetCommandInvocation shows of each stream; characters of UTF-8 are counted as bytes here
/// and cut to whole ones.
constexpr std::int64_t most_output = 24'000;
constexpr std::int64_t most_errors = 8'000;
constexpr std::string_view cut_mark = "\n---Output truncated---";
constexpr std::int64_t usual_timeout_seconds = 3600;
/// The exit code that EC2's agent reports of a command that was stopped.
constexpr std::int64_t stopped_exit_code = 137;
/// How long commands are remembered.
constexpr std::chrono::hours remembered{30 * 24};
constexpr std::chrono::hours look_for_old_ones_every{1};

std::int64_t to_ms(base::Time time) {
    return time.time_since_epoch().count();
}

/// Commands of one instance are executed in the order of their rows: the runner takes them in the
/// order of their names.
std::string command_id(const InvocationRow& invocation) {
    std::string number = std::to_string(invocation.id);
    number.insert(0, 12 - std::min<std::size_t>(number.size(), 12), '0');
    return "ssm-" + number + "-" + invocation.command_id;
}

std::string parameter(const api::ssm::Command& command, const std::string& name) {
    const auto& parameters = command.parameters;
    const auto found = parameters ? parameters->find(name) : decltype(parameters->end()){};
    return !parameters || found == parameters->end() || found->second.empty()
               ? std::string()
               : found->second.front();
}

std::string script_of(const api::ssm::Command& command) {
    std::string script;
    const auto found = command.parameters->find("commands");
    if (found != command.parameters->end()) {
        for (const std::string& line : found->second) {
            script += line + "\n";
        }
    }
    return script;
}

std::string shown(std::string text, bool is_cut, std::int64_t most) {
    if (!is_cut) {
        return text;
    }
    std::size_t end = std::min(text.size(), static_cast<std::size_t>(most) - cut_mark.size());
    while (end > 0 && end < text.size() && (text[end] & '\xC0') == '\x80') {
        --end;  // not in the middle of a character
    }
    return text.substr(0, end) + std::string(cut_mark);
}

api::runner::Command runner_command(const InvocationRow& invocation,
                                    const api::ssm::Command& command) {
    const std::string directory = parameter(command, "workingDirectory");
    const std::string timeout = parameter(command, "executionTimeout");
    api::runner::Command made;
    made.id = command_id(invocation);
    made.kind = api::runner::CommandKind::run_script;
    made.timeout_seconds =
        static_cast<std::int32_t>(timeout.empty() ? usual_timeout_seconds : std::stoll(timeout));
    made.run_script.emplace();
    made.run_script->script = script_of(command);
    if (!directory.empty()) {
        made.run_script->working_directory = directory;
    }
    made.run_script->environment =
        std::map<std::string, std::string>{{"AWS_SSM_INSTANCE_ID", invocation.instance_id},
                                           {"AWS_SSM_REGION_NAME", invocation.scope.region}};
    made.run_script->most_output_bytes = most_output;
    made.run_script->most_error_bytes = most_errors;
    return made;
}

/// What the runner saw becomes the API's statuses.
void take_result(InvocationRow& invocation, const api::runner::CommandResult& result) {
    const auto script = result.script.value_or(api::runner::ScriptResult{});
    invocation.started_ms = to_ms(result.start_time);
    invocation.ended_ms = to_ms(result.end_time);
    invocation.standard_output =
        shown(script.output, script.output_cut.value_or(false), most_output);
    invocation.standard_error =
        shown(script.errors, script.errors_cut.value_or(false), most_errors);
    if (script.exit_code) {
        invocation.response_code = *script.exit_code;
        invocation.status = *script.exit_code == 0 ? "Success" : "Failed";
        invocation.status_details = invocation.status;
        return;
    }
    const bool cancelled = script.cancelled.value_or(false) || invocation.is_cancelled;
    const bool timed_out = script.timed_out.value_or(false) && !cancelled;
    invocation.response_code = cancelled || timed_out ? stopped_exit_code : -1;
    invocation.status = cancelled ? "Cancelled" : timed_out ? "TimedOut" : "Failed";
    invocation.status_details = timed_out ? "ExecutionTimedOut" : invocation.status;
    if (!cancelled && !timed_out) {
        invocation.standard_error += (invocation.standard_error.empty() ? "" : "\n") +
                                     result.message.value_or("the runner gave no reason");
    }
}

}  // namespace

void CommandController::turn() {
    const auto open = world_.database.read(
        [](db::Connection& connection) { return state::open_invocations(connection); });
    for (const InvocationRow& invocation : open) {
        try {
            advance(invocation);
        } catch (const std::exception& error) {
            world_.log.error(
                "a command cannot be carried out",
                {{"command", invocation.command_id}, {"error", base::error_chain(error)}});
        }
    }
    forget_old_ones();
}

void CommandController::forget_old_ones() {
    const base::Time now = world_.clock.now();
    if (now < next_look_for_old_ones_) {
        return;
    }
    next_look_for_old_ones_ = now + look_for_old_ones_every;
    world_.database.write([&](db::Transaction& transaction) {
        state::erase_commands_before(transaction, to_ms(now - remembered));
    });
}

void CommandController::change(const InvocationRow& invocation,
                               const std::function<void(InvocationRow&)>& change) {
    world_.database.write([&](db::Transaction& transaction) {
        auto present =
            state::find_invocation(transaction, invocation.command_id, invocation.instance_id);
        if (present && present->is_open()) {
            change(*present);
            state::update_invocation(transaction, *present);
        }
    });
}

void CommandController::end(const InvocationRow& invocation, const std::string& status,
                            const std::string& details) {
    change(invocation, [&](InvocationRow& now) {
        now.status = status;
        now.status_details = details;
        now.ended_ms = to_ms(world_.clock.now());
    });
}

void CommandController::advance(const InvocationRow& invocation) {
    if (invocation.run_id.empty()) {
        deliver(invocation);
    } else {
        follow(invocation);
    }
}

void CommandController::deliver(const InvocationRow& invocation) {
    const auto [command, instance] = world_.database.read([&](db::Connection& connection) {
        return std::pair(
            state::find_command(connection, invocation.scope, invocation.command_id),
            state::find_instance(connection, invocation.scope.region, invocation.instance_id));
    });
    if (!instance || !command || instance->wanted == "terminated") {
        end(invocation, "Failed", "Undeliverable");
        return;
    }
    if (to_ms(world_.clock.now()) > command->expires_ms) {
        end(invocation, "TimedOut", "DeliveryTimedOut");
        return;
    }
    if (instance->state != "running" || !instance->is_ready || !instance->run_id ||
        !std::holds_alternative<engines::RunRunning>(
            world_.engine.poll(engines::RunId::parse(*instance->run_id)))) {
        return;  // it comes up again, or it does not: the instance controller decides
    }
    // The row first, so that whoever cancels it knows that it may be under way.
    bool still_wanted = false;
    change(invocation, [&](InvocationRow& now) {
        still_wanted = !now.is_cancelled;
        if (still_wanted) {
            now.run_id = *instance->run_id;
            now.status = now.status_details = "InProgress";
            now.started_ms = to_ms(world_.clock.now());
        }
    });
    if (still_wanted) {
        InvocationRow handed = invocation;
        handed.run_id = *instance->run_id;
        follow(handed);
    }
}

void CommandController::follow(const InvocationRow& invocation) {
    const auto run = engines::RunId::parse(invocation.run_id);
    const std::string id = command_id(invocation);
    const auto take = [&] {
        const auto result = runs_.result(run, id);
        if (result) {
            change(invocation, [&](InvocationRow& now) { take_result(now, *result); });
        }
        return result.has_value();
    };
    if (take()) {
        return;
    }
    if (!std::holds_alternative<engines::RunRunning>(world_.engine.poll(run))) {
        // It may have answered between the first look and its end.
        if (!take()) {
            end(invocation, invocation.is_cancelled ? "Cancelled" : "Failed",
                invocation.is_cancelled ? "Cancelled" : "Terminated");
        }
        return;
    }
    const auto command = world_.database.read([&](db::Connection& connection) {
        return state::find_command(connection, invocation.scope, invocation.command_id);
    });
    if (!command) {
        return;
    }
    if (invocation.is_cancelled) {
        api::runner::Command cancel;
        cancel.id = "cancel-" + id;
        cancel.kind = api::runner::CommandKind::cancel;
        runs_.send(run, cancel);
    }
    runs_.send(run, runner_command(invocation, api::read<api::ssm::Command>(
                                                   boost::json::parse(command->body))));
}

}  // namespace goldsmith::controllers
