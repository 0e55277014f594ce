// LaunchInstance: a machine from the parent image (BUILD) or the new image (TEST). The instance's
// id and its run follow from the step's token, so a call after a crash finds the machine that an
// earlier call began.
#include <boost/json.hpp>

#include "actions/actions.h"
#include "actions/base_images.h"
#include "actions/build_settings.h"
#include "actions/instance_id.h"
#include "actions/instance_surroundings.h"
#include "actions/run_watch.h"
#include "actions/runs.h"
#include "api/generated/runner/run_json.h"
#include "api/instance_size.h"
#include "base/hash.h"
#include "db/database.h"
#include "state/amis.h"
#include "state/instance_launch.h"
#include "state/instances.h"
#include "store/region_set.h"
#include "workflow/plan.h"

namespace goldsmith::actions {

namespace {

namespace json = boost::json;
using workflow::Advance;
using workflow::Completed;
using workflow::Failed;
using workflow::Pending;
using workflow::RolledBack;
using workflow::StepContext;
using workflow::Undo;
using workflow::UndoCause;

constexpr std::chrono::milliseconds poll_interval{1000};

/// The image to start from, or why there is none (yet).
using ImageOrOutcome = std::variant<store::ImageManifest, Advance>;

/// The runner, which is on the machine that matters, decides what "auto" is.
api::runner::Driver driver_named(const std::string& name) {
    api::runner::Driver driver = api::runner::Driver::automatic;
    api::runner::from_string(name, driver);
    return driver;
}

class LaunchInstance final : public workflow::Action {
public:
    explicit LaunchInstance(World& world) : world_(world) {}

    Advance advance(const StepContext& step) override {
        const engines::RunId run = engines::RunId::from_token(step.token);
        if (std::holds_alternative<engines::RunUnknown>(world_.engine.poll(run))) {
            const BuildSettings settings = build_settings(step.plan);
            ImageOrOutcome image = image_for(step, settings);
            if (auto* outcome = std::get_if<Advance>(&image)) {
                return *outcome;
            }
            if (auto problem = submit(step, settings, std::get<store::ImageManifest>(image), run)) {
                return Failed{std::move(*problem), {}};
            }
        }
        return follow(step, run);
    }

    Undo roll_back(const StepContext& step) override {
        const BuildSettings settings = build_settings(step.plan);
        const bool failed = step.cause == UndoCause::failure || step.cause == UndoCause::timeout;
        if (failed && !settings.terminate_on_failure) {
            return RolledBack{};  // kept so that somebody can look at it
        }
        return terminate(step);
    }

    Undo cancel(const StepContext& step) override { return terminate(step); }

private:
    Undo terminate(const StepContext& step) {
        const engines::RunId run = engines::RunId::from_token(step.token);
        if (std::holds_alternative<engines::RunUnknown>(world_.engine.poll(run))) {
            erase_row(step);
            return RolledBack{};
        }
        const LaunchedInstance instance{instance_id_of(step.token), run};
        if (Runs(world_, step).terminate(instance)) {
            return RolledBack{};
        }
        return Pending{std::chrono::milliseconds(500), false};
    }

    void erase_row(const StepContext& step) {
        world_.database.write([&](db::Transaction& transaction) {
            state::erase_instance(transaction.connection(), build_settings(step.plan).region,
                                  instance_id_of(step.token));
        });
    }

    ImageOrOutcome image_for(const StepContext& step, const BuildSettings& settings) {
        const json::value* override_id = step.inputs.if_contains("imageIdOverride");
        if (override_id != nullptr) {
            return image_by_id(std::string(override_id->as_string()), settings.region);
        }
        if (step.workflow_type != documents::WorkflowType::build) {
            if (step.output_image_id.empty()) {
                return Advance(
                    Failed{"there is no image to launch from: no step of the build "
                           "workflow created one",
                           {}});
            }
            return image_by_id(step.output_image_id, settings.region);
        }
        if (settings.parent.kind == Parent::Kind::ami) {
            return image_by_id(settings.parent.image_id, settings.region);
        }
        return managed_image(settings);
    }

    ImageOrOutcome image_by_id(const std::string& id, const std::string& region) {
        auto image = world_.regions.at(region).find_image(store::ImageId::parse(id));
        if (!image) {
            return Advance(Failed{"image " + id + " is not in region " + region, {}});
        }
        return std::move(*image);
    }

    ImageOrOutcome managed_image(const BuildSettings& settings) {
        BaseImageState state =
            world_.base_images.get(settings.parent.name, settings.parent.version, settings.region);
        if (auto* ready = std::get_if<BaseImageReady>(&state)) {
            return std::move(ready->image);
        }
        if (auto* failed = std::get_if<BaseImageFailed>(&state)) {
            return Advance(Failed{failed->message, {}});
        }
        return Advance(Pending{poll_interval, false});
    }

    /// Why the instance cannot be launched, if it cannot.
    std::optional<std::string> submit(const StepContext& step, const BuildSettings& settings,
                                      const store::ImageManifest& image,
                                      const engines::RunId& run) {
        const std::string instance_id = instance_id_of(step.token);
        api::runner::RunSpec spec = run_spec(step, settings, image, instance_id, run);
        if (auto problem = surround(settings, image, spec)) {
            return problem;
        }
        // The row first: a machine without a row could not be found and terminated.
        world_.database.write([&](db::Transaction& transaction) {
            set_security(transaction.connection(), image, spec);
            state::InstanceRow row;
            row.region = settings.region;
            row.instance_id = instance_id;
            row.owner = settings.account;
            row.image_id = image.id.str();
            row.instance_type = spec.instance_type;
            row.state = "pending";
            row.run_id = run.text();
            row.launched_ms = world_.clock.now().time_since_epoch().count();
            state::put_instance(transaction.connection(), row);
        });
        world_.engine.submit(step.token, json::serialize(api::runner::to_json(spec)));
        return std::nullopt;
    }

    std::optional<std::string> surround(const BuildSettings& settings,
                                        const store::ImageManifest& image,
                                        api::runner::RunSpec& spec) {
        Surroundings wanted;
        wanted.image_id = image.id.str();
        wanted.launch_time = world_.clock.now();
        wanted.instance_profile = settings.instance_profile;
        wanted.subnet = settings.subnet;
        wanted.security_groups = settings.security_groups;
        wanted.tokens_required = settings.metadata_tokens_required;
        if (settings.metadata_hop_limit) {
            wanted.hop_limit = static_cast<int>(*settings.metadata_hop_limit);
        }
        wanted.tags = settings.resource_tags;
        wanted.tags["CreatedBy"] = "EC2 Image Builder";
        wanted.tags["Ec2ImageBuilderArn"] = settings.image_arn;
        return world_.database.read([&](db::Connection& connection) {
            return add_surroundings(connection, *world_.networks, world_.data_directory, wanted,
                                    spec);
        });
    }

    /// A managed image has no row: what was written when it was made counts.
    static void set_security(db::Connection& connection, const store::ImageManifest& image,
                             api::runner::RunSpec& spec) {
        const auto ami = state::find_ami(connection, spec.region, image.id.str());
        spec.tpm = ami && !ami->tpm_support.empty();
        spec.secure_boot = state::wants_secure_boot(
            ami ? state::tags_of(connection, state::ec2_arn(spec.region, "image", image.id.str()))
                : image.tags);
    }

    api::runner::RunSpec run_spec(const StepContext& step, const BuildSettings& settings,
                                  const store::ImageManifest& image, const std::string& instance_id,
                                  const engines::RunId& run) {
        const api::InstanceSize size = api::instance_size(instance_type(step, settings));
        api::runner::RunSpec spec;
        spec.run_id = run.text();
        spec.token = step.token;
        spec.purpose = step.workflow_type == documents::WorkflowType::build
                           ? api::runner::RunPurpose::build
                           : api::runner::RunPurpose::test;
        spec.instance_id = instance_id;
        spec.driver = driver_named(world_.driver);
        spec.instance_type = instance_type(step, settings);
        spec.vcpus = size.vcpus;
        spec.memory_mib = size.memory_mib;
        spec.parent_snapshot = image.root_device().snapshot.str();
        spec.disk_size_gib = static_cast<std::int32_t>(
            std::max<std::int64_t>(settings.root_volume_gib.value_or(0),
                                   static_cast<std::int64_t>(image.root_device().volume_size_gib)));
        spec.region = settings.region;
        spec.account_id = settings.account;
        spec.store_directory = (world_.data_directory / "stores" / settings.region).string();
        spec.cache_directory = (world_.data_directory / "cache").string();
        spec.run_directory = (world_.data_directory / "runs" / run.text()).string();
        spec.capsule_directory = (world_.data_directory / "capsules" / instance_id).string();
        spec.keep_on_failure = !settings.terminate_on_failure;
        spec.agent_program = world_.agent_program.string();
        spec.log_group = settings.log_group;
        spec.log_stream = settings.log_stream;
        spec.working_directory = settings.working_directory;
        spec.boot_mode = image.boot_mode;
        if (!settings.user_data.empty()) {
            spec.user_data = settings.user_data;
        }
        return spec;
    }

    static std::string instance_type(const StepContext& step, const BuildSettings& settings) {
        const json::value* overrides = step.inputs.if_contains("instanceTypesOverride");
        if (overrides != nullptr && overrides->is_array() && !overrides->as_array().empty()) {
            return std::string(overrides->as_array().front().as_string());
        }
        return settings.instance_types.empty() ? "m5.large" : settings.instance_types.front();
    }

    Advance follow(const StepContext& step, const engines::RunId& run) {
        const std::string instance_id = instance_id_of(step.token);
        world_.run_watch.watch(run.text(), step.plan.execution_id);
        const engines::RunStatus status = world_.engine.poll(run);
        const auto state = Runs(world_, step).state(run);
        if (state && state->state == api::runner::InstanceState::running) {
            set_running(step, instance_id);
            return Completed{{{"instanceId", instance_id}}};
        }
        if (state && state->state == api::runner::InstanceState::failed) {
            return Failed{"instance " + instance_id + " did not start: " +
                              state->message.value_or("the runner gave no reason"),
                          {}};
        }
        if (const auto* lost = std::get_if<engines::RunLost>(&status)) {
            return Failed{"the runner of instance " + instance_id + " is gone: " + lost->reason,
                          {}};
        }
        if (std::holds_alternative<engines::RunExited>(status)) {
            return Failed{"instance " + instance_id + " ended before it was ready", {}};
        }
        return Pending{poll_interval, false};
    }

    void set_running(const StepContext& step, const std::string& instance_id) {
        world_.database.write([&](db::Transaction& transaction) {
            state::set_instance_state(transaction.connection(), build_settings(step.plan).region,
                                      instance_id, "running", std::nullopt);
        });
    }

    World& world_;
};

}  // namespace

std::string instance_id_of(std::string_view token) {
    return "i-" + base::sha256_hex("instance " + std::string(token)).substr(0, 17);
}

std::shared_ptr<workflow::Action> make_launch_instance(World& world) {
    return std::make_shared<LaunchInstance>(world);
}

}  // namespace goldsmith::actions
