// InstanceController: brings every instance of RunInstances to what its row asks for. It knows
// nothing by itself: each turn compares rows with runs and takes the next step of each, and every
// step may be repeated, so that killing the daemon anywhere loses nothing. A machine whose runner
// dies is started again from its disk.
//
// One thread; what it works on may change under it: a step takes effect only while the row still
// asks for it. Failures of one instance are logged and tried again.
#pragma once

#include <functional>

#include "actions/world.h"
#include "controllers/instance_runs.h"
#include "state/instances.h"

namespace goldsmith::controllers {

class InstanceController {
public:
    explicit InstanceController(actions::World& world) : world_(world), runs_(world) {}

    /// Takes the next step of every instance.
    void turn();

private:
    void look_after(const state::InstanceRow& row);
    void keep_running(const state::InstanceRow& row);
    void follow(const state::InstanceRow& row, const engines::RunId& run);
    void restart_if_asked(const state::InstanceRow& row, const engines::RunId& run);
    void note_end(const state::InstanceRow& row, const engines::RunId& run);
    void note_loss(const state::InstanceRow& row, const engines::RunId& run,
                   const std::string& reason);
    void switch_off(const state::InstanceRow& row);
    /// True when no run of the instance is there any more.
    bool is_off(const state::InstanceRow& row);
    void forget_long_gone();

    /// Changes the row, unless somebody has asked for something else since it was read.
    void change(const state::InstanceRow& row,
                const std::function<void(state::InstanceRow&)>& change);

    actions::World& world_;
    InstanceRuns runs_;
};

}  // namespace goldsmith::controllers
