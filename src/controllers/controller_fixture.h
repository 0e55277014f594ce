// For tests of controllers: rows, a fake engine whose runners do what the test says, and a clock
// that stands still.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "actions/base_images.h"
#include "actions/run_watch.h"
#include "actions/world.h"
#include "api/generated/runner/run_types.h"
#include "base/clock.h"
#include "base/files.h"
#include "controllers/command_controller.h"
#include "controllers/instance_controller.h"
#include "engines/fake/fake_engine.h"
#include "state/instances.h"
#include "store/region_set.h"

namespace goldsmith::controllers {

class ControllerFixture : public testing::Test {
protected:
    ControllerFixture();
    ~ControllerFixture() override;

    /// A daemon that was killed and started again: controllers that know nothing.
    void restart_daemon();
    void turn();

    /// A row as RunInstances writes it.
    void insert_instance(const std::string& id);
    state::InstanceRow row(const std::string& id);
    void change_row(const std::string& id, const std::function<void(state::InstanceRow&)>& change);
    engines::RunId run_of(const std::string& id) { return InstanceRuns::run_of(row(id)); }

    /// What runners answer: nothing means success; the machine comes up unless `boots` is false.
    using Execute = std::function<std::optional<api::runner::CommandResult>(
        const api::runner::Command& command)>;
    Execute execute_ = [](const auto&) { return api::runner::CommandResult{}; };
    bool boots_ = true;
    std::string boot_failure_{};
    std::vector<std::string> executed_{};
    std::vector<api::runner::RunSpec> specs_{};

    base::TempDir folder_;
    base::FakeClock clock_;
    std::unique_ptr<db::Database> database_;
    engines::FakeEngine engine_;
    store::RegionSet regions_;
    actions::BaseImages base_images_;
    actions::RunWatch run_watch_;
    actions::World world_;
    std::unique_ptr<CommandController> commands_;
    std::unique_ptr<InstanceController> instances_;

private:
    engines::FakeEngine::Answer answer(const std::string& spec, const std::string& command_id,
                                       const std::string& command);
};

}  // namespace goldsmith::controllers
