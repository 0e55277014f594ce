#include "workflow/fake_world.h"

#include <boost/json.hpp>

#include "documents/workflow_actions.h"

namespace goldsmith::workflow {

namespace json = boost::json;

namespace {

class FakeAction final : public Action {
public:
    FakeAction(base::Guarded<FakeWorldState>& world, FakeBehaviour behaviour)
        : world_(world), behaviour_(std::move(behaviour)) {}

    Advance advance(const StepContext& step) override {
        if (behaviour_.twice) {
            advance_once(step);
        }
        return advance_once(step);
    }

    Undo roll_back(const StepContext& step) override {
        if (behaviour_.twice) {
            roll_back_once(step);
        }
        return roll_back_once(step);
    }

    Undo cancel(const StepContext& step) override {
        auto world = world_.lock();
        ++world->calls["cancel " + step.step_name];
        if (behaviour_.cancel_hangs) {
            return Pending{behaviour_.poll};
        }
        world->busy.erase(step.token);
        return RolledBack{};
    }

private:
    Advance advance_once(const StepContext& step) {
        auto world = world_.lock();
        ++world->calls["advance " + step.step_name];
        if (step.action == "WaitForAction") {
            return Pending{behaviour_.poll, true};
        }
        if (const auto missing = missing_instance(*world, step); !missing.empty()) {
            return Failed{missing, {}};
        }
        if (is_long(step.action) && starts(*world, step)) {
            return Pending{behaviour_.poll};
        }
        if (behaviour_.hang_step == step.step_name) {
            world->busy.insert(step.token);
            return Pending{behaviour_.poll};
        }
        world->busy.erase(step.token);
        if (behaviour_.fail_step == step.step_name) {
            return Failed{"Step '" + step.step_name + "' was told to fail.", {}};
        }
        return Completed{outputs(*world, step)};
    }

    static bool is_long(const std::string& action) {
        return action == "LaunchInstance" || action == "ExecuteComponents" ||
               action == "DistributeImage";
    }

    // The first call starts the work and comes back later; a machine exists from then on.
    bool starts(FakeWorldState& world, const StepContext& step) {
        if (step.action == "LaunchInstance") {
            const std::string id = instance_of(step.token);
            if (!world.gone.contains(id)) {
                world.instances[id] = step.token;
            }
        }
        return behaviour_.pending_first && started_.lock()->insert(step.token).second &&
               world.busy.insert(step.token).second;
    }

    static std::string instance_of(const std::string& token) { return "i-" + token; }

    static std::string missing_instance(const FakeWorldState& world, const StepContext& step) {
        const json::value* id = step.inputs.if_contains("instanceId");
        if (id == nullptr || step.action == "TerminateInstance" || id->is_null()) {
            return "";
        }
        const std::string name(id->as_string());
        return world.instances.contains(name) ? "" : "There is no instance " + name + ".";
    }

    static json::object outputs(FakeWorldState& world, const StepContext& step) {
        if (step.action == "LaunchInstance") {
            return {{"instanceId", instance_of(step.token)}};
        }
        if (step.action == "TerminateInstance") {
            const std::string id(step.inputs.at("instanceId").as_string());
            world.instances.erase(id);
            world.gone.insert(id);
            return {};
        }
        if (step.action == "CreateImage" || step.action == "RegisterImage") {
            world.images["ami-" + step.token] = step.token;
            return {{"imageId", "ami-" + step.token}};
        }
        if (step.action == "CreateImageFromIso") {
            return {{"amiName", "x"}, {"snapshotId", "snap-1"}, {"architecture", "x86_64"}};
        }
        if (step.action == "CollectImageMetadata") {
            world.inventories.insert(step.token);
            return {{"osVersion", "Debian 12"}, {"associationId", step.token}};
        }
        if (step.action == "DistributeImage" || step.action == "DistributeContainerImage") {
            world.copies.insert(step.token);
            return {{"distributedImages", json::array{json::object{{"region", "us-east-1"}}}}};
        }
        return {{"status", "Success"}};
    }

    Undo roll_back_once(const StepContext& step) {
        auto world = world_.lock();
        ++world->calls["roll_back " + step.step_name];
        if (behaviour_.rollback_fails) {
            return Failed{"The rollback of '" + step.step_name + "' was told to fail.", {}};
        }
        world->busy.erase(step.token);
        world->inventories.erase(step.token);
        if (step.action == "LaunchInstance") {
            world->instances.erase(instance_of(step.token));
            world->gone.insert(instance_of(step.token));
        }
        return RolledBack{};
    }

    base::Guarded<FakeWorldState>& world_;
    FakeBehaviour behaviour_;
    base::Guarded<std::set<std::string>> started_;
};

}  // namespace

ActionRegistry FakeWorld::actions(FakeBehaviour behaviour) {
    ActionRegistry registry;
    const auto action = std::make_shared<FakeAction>(state_, std::move(behaviour));
    for (const auto& known : documents::workflow_actions()) {
        registry.add(known.name, action);
    }
    return registry;
}

std::string FakeWorld::summary() const {
    const auto world = snapshot();
    return "instances: " + std::to_string(world.instances.size()) +
           ", images: " + std::to_string(world.images.size()) +
           ", inventories: " + std::to_string(world.inventories.size()) +
           ", copies: " + std::to_string(world.copies.size()) +
           ", busy: " + std::to_string(world.busy.size());
}

}  // namespace goldsmith::workflow
