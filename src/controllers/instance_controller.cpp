#include "controllers/instance_controller.h"

#include <chrono>

#include "api/generated/runner/run_types.h"
#include "base/error.h"
#include "db/database.h"
#include "state/instance_launch.h"
#include "state/tags.h"

namespace goldsmith::controllers {

namespace {

using api::runner::CommandKind;
using state::InstanceRow;

/// A machine that does not go down in its own way by then is killed.
constexpr std::chrono::seconds most_time_to_go_down{150};
/// How long terminated instances are shown.
constexpr std::chrono::hours shown_after_the_end{1};
/// Crashes in a row after which an instance is not started again.
constexpr std::int64_t most_failures = 3;

constexpr const char* command_to_stop = "stop";

api::runner::Command command(const std::string& id, CommandKind kind) {
    api::runner::Command made;
    made.id = id;
    made.kind = kind;
    return made;
}

std::int64_t to_ms(base::Time time) {
    return time.time_since_epoch().count();
}

/// The machine did not come up: the first time it is given up, as EC2 does; later its disk is worth
/// keeping.
void give_up(InstanceRow& row, const std::string& message) {
    row.state_reason = "Server.InternalError: Internal error on launch: " + message;
    row.is_ready = false;
    const bool is_new = row.generation == 1 && row.state == "pending";
    row.state = is_new ? "shutting-down" : "stopped";
    row.wanted = is_new ? "terminated" : "stopped";
    row.run_id.reset();
}

}  // namespace

void InstanceController::turn() {
    const auto rows = world_.database.read(
        [](db::Connection& connection) { return state::instances_to_look_after(connection); });
    for (const InstanceRow& row : rows) {
        try {
            look_after(row);
        } catch (const std::exception& error) {
            world_.log.error("an instance cannot be looked after",
                             {{"instance", row.instance_id}, {"error", base::error_chain(error)}});
        }
    }
    forget_long_gone();
}

void InstanceController::look_after(const InstanceRow& row) {
    if (row.wanted == "running" && row.hold.empty()) {
        keep_running(row);
    } else {
        switch_off(row);
    }
}

void InstanceController::change(const InstanceRow& row,
                                const std::function<void(InstanceRow&)>& change) {
    world_.database.write([&](db::Transaction& transaction) {
        auto present = state::find_instance(transaction, row.region, row.instance_id);
        if (!present || present->wanted != row.wanted || present->generation != row.generation ||
            present->hold != row.hold) {
            return;  // the next turn sees what is asked for now
        }
        const std::string before = present->state;
        change(*present);
        if (present->state != before) {
            present->changed_ms = to_ms(world_.clock.now());
        }
        state::update_instance(transaction, *present);
    });
}

void InstanceController::keep_running(const InstanceRow& row) {
    const engines::RunId run = InstanceRuns::run_of(row);
    if (row.run_id != run.text()) {
        // The row first: a machine without a row could not be found and terminated.
        change(row, [&](InstanceRow& now) { now.run_id = run.text(); });
    }
    if (std::holds_alternative<engines::RunUnknown>(world_.engine.poll(run))) {
        if (const auto problem = runs_.submit(row)) {
            change(row, [&](InstanceRow& now) { give_up(now, *problem); });
            return;
        }
    }
    follow(row, run);
}

void InstanceController::follow(const InstanceRow& row, const engines::RunId& run) {
    const engines::RunStatus status = world_.engine.poll(run);
    if (const auto* lost = std::get_if<engines::RunLost>(&status)) {
        note_loss(row, run, lost->reason);
        return;
    }
    if (std::holds_alternative<engines::RunExited>(status)) {
        note_end(row, run);
        return;
    }
    const auto state = runs_.state(run);
    if (!state || state->state != api::runner::InstanceState::running) {
        return;
    }
    if (row.reboots > row.rebooted) {
        restart_if_asked(row, run);
    } else if (row.state != "running" || !row.is_ready || row.failures > 0) {
        change(row, [](InstanceRow& now) {
            now.state = "running";
            now.is_ready = now.reboots == now.rebooted;
            now.failures = 0;
        });
    }
}

void InstanceController::restart_if_asked(const InstanceRow& row, const engines::RunId& run) {
    // Requests that come while the machine restarts are one more restart.
    const std::string id = "reboot-" + std::to_string(row.rebooted + 1);
    const auto result = runs_.result(run, id);
    if (!result) {
        runs_.send(run, command(id, CommandKind::reboot));
        return;
    }
    if (result->outcome == api::runner::Outcome::failed) {
        world_.log.error("an instance did not restart",
                         {{"instance", row.instance_id}, {"error", result->message.value_or("")}});
    }
    change(row, [&](InstanceRow& now) {
        now.rebooted = row.rebooted + 1;
        now.is_ready = now.reboots == now.rebooted;
    });
}

void InstanceController::note_end(const InstanceRow& row, const engines::RunId& run) {
    const auto state = runs_.state(run);
    const bool failed = state && state->state == api::runner::InstanceState::failed;
    const bool switched_off = state && state->switched_off.value_or(false);
    world_.engine.forget(run);
    change(row, [&](InstanceRow& now) {
        if (failed) {
            give_up(now, state->message.value_or("the runner gave no reason"));
            return;
        }
        now.run_id.reset();
        now.is_ready = false;
        now.rebooted = now.reboots;
        if (!switched_off) {
            now.generation += 1;  // it was stopped for somebody who has changed his mind
            return;
        }
        const bool terminates =
            state::decode_instance_launch(now.launch).shutdown_behavior == "terminate";
        now.state_reason = "Client.InstanceInitiatedShutdown: Instance initiated shutdown";
        now.state = terminates ? "shutting-down" : "stopped";
        now.wanted = terminates ? "terminated" : "stopped";
    });
}

void InstanceController::note_loss(const InstanceRow& row, const engines::RunId& run,
                                   const std::string& reason) {
    world_.log.warning("the runner of an instance is gone; the instance is started again",
                       {{"instance", row.instance_id}, {"reason", reason}});
    world_.engine.forget(run);
    change(row, [&](InstanceRow& now) {
        now.failures += 1;
        if (now.failures >= most_failures) {
            give_up(now, "its runner died " + std::to_string(now.failures) +
                             " times in a row: " + reason);
            return;
        }
        now.generation += 1;
        now.run_id.reset();
        now.is_ready = false;
        now.rebooted = now.reboots;
    });
}

bool InstanceController::is_off(const InstanceRow& row) {
    const auto run = InstanceRuns::current_run(row);
    if (!run) {
        return true;
    }
    const engines::RunStatus status = world_.engine.poll(*run);
    if (std::holds_alternative<engines::RunRunning>(status)) {
        const base::Time begun(std::chrono::milliseconds(row.changed_ms));
        if (row.hold.empty() && world_.clock.now() - begun > most_time_to_go_down) {
            world_.log.warning("an instance does not go down and is killed",
                               {{"instance", row.instance_id}});
            world_.engine.cancel(*run);
        } else if (row.generation == 0) {
            runs_.send(*run, command("terminate", CommandKind::terminate));  // a build's machine
        } else {
            runs_.send(*run, command(command_to_stop, CommandKind::stop));
        }
        return false;
    }
    if (!std::holds_alternative<engines::RunUnknown>(status)) {
        world_.engine.forget(*run);
    }
    return true;
}

void InstanceController::switch_off(const InstanceRow& row) {
    if (!is_off(row)) {
        return;
    }
    const bool is_the_end = row.wanted == "terminated";
    if (is_the_end) {
        runs_.remove_folders(row);
    }
    change(row, [&](InstanceRow& now) {
        now.run_id.reset();
        now.is_ready = false;
        now.rebooted = now.reboots;
        if (now.wanted != "running") {
            now.state = now.wanted;
        }
    });
}

void InstanceController::forget_long_gone() {
    const std::int64_t before = to_ms(world_.clock.now() - shown_after_the_end);
    const auto rows = world_.database.read([&](db::Connection& connection) {
        return state::long_terminated_instances(connection, before);
    });
    for (const InstanceRow& row : rows) {
        world_.database.write([&](db::Transaction& transaction) {
            state::erase_instance(transaction, row.region, row.instance_id);
            state::erase_tags(transaction, state::ec2_arn(row.region, "instance", row.instance_id));
        });
    }
}

}  // namespace goldsmith::controllers
