// CommandController: carries Systems Manager's commands to the runners of their instances and their
// results back into the rows. As the instance controller: every step may be repeated, a row is
// written before what it says is done, one thread.
#pragma once

#include <functional>

#include "actions/world.h"
#include "controllers/instance_runs.h"
#include "state/commands.h"

namespace goldsmith::controllers {

class CommandController {
public:
    explicit CommandController(actions::World& world) : world_(world), runs_(world) {}

    /// Takes the next step of every invocation that has not ended.
    void turn();

private:
    void advance(const state::InvocationRow& invocation);
    void deliver(const state::InvocationRow& invocation);
    void follow(const state::InvocationRow& invocation);
    void end(const state::InvocationRow& invocation, const std::string& status,
             const std::string& details);
    void change(const state::InvocationRow& invocation,
                const std::function<void(state::InvocationRow&)>& change);

    void forget_old_ones();

    actions::World& world_;
    InstanceRuns runs_;
    base::Time next_look_for_old_ones_{};
};

}  // namespace goldsmith::controllers
