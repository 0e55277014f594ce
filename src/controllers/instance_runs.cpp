#include "controllers/instance_runs.h"

#include <boost/json.hpp>
#include <chrono>

#include "actions/instance_surroundings.h"
#include "api/generated/runner/run_json.h"
#include "api/instance_size.h"
#include "db/database.h"
#include "state/instance_launch.h"
#include "state/tags.h"

namespace goldsmith::controllers {

namespace json = boost::json;

namespace {

std::string token_of(const state::InstanceRow& row) {
    return "instance " + row.region + " " + row.instance_id + " " + std::to_string(row.generation);
}

template <typename T>
std::optional<T> parse(const std::optional<std::string>& text) {
    if (!text) {
        return std::nullopt;
    }
    T value;
    api::runner::from_json(json::parse(*text).as_object(), value);
    return value;
}

actions::Surroundings surroundings_of(db::Connection& connection, const state::InstanceRow& row,
                                      const state::InstanceLaunch& launch) {
    actions::Surroundings wanted;
    wanted.image_id = row.image_id;
    // "arn:aws:iam::123456789012:instance-profile/path/name"
    wanted.instance_profile = launch.profile_arn.substr(launch.profile_arn.rfind('/') + 1);
    if (!launch.subnet_id.empty()) {
        wanted.subnet = launch.subnet_id;
    }
    wanted.security_groups = launch.group_ids;
    wanted.availability_zone = launch.availability_zone;
    wanted.launch_time = base::Time(std::chrono::milliseconds(row.launched_ms));
    wanted.has_metadata_service = launch.http_endpoint == "enabled";
    wanted.tokens_required = launch.http_tokens == "required";
    wanted.hop_limit = static_cast<int>(launch.hop_limit);
    if (launch.metadata_tags == "enabled") {
        wanted.tags =
            state::tags_of(connection, state::ec2_arn(row.region, "instance", row.instance_id));
    }
    return wanted;
}

}  // namespace

engines::RunId InstanceRuns::run_of(const state::InstanceRow& row) {
    return engines::RunId::from_token(token_of(row));
}

std::optional<engines::RunId> InstanceRuns::current_run(const state::InstanceRow& row) {
    return row.run_id ? std::optional(engines::RunId::parse(*row.run_id)) : std::nullopt;
}

base::Path InstanceRuns::folder_of(const state::InstanceRow& row) const {
    return world_.data_directory / "instances" / row.instance_id;
}

std::optional<std::string> InstanceRuns::submit(const state::InstanceRow& row) const {
    const auto launch = state::decode_instance_launch(row.launch);
    const api::InstanceSize size = api::instance_size(row.instance_type);
    const std::string run = run_of(row).text();
    api::runner::RunSpec spec;
    spec.run_id = run;
    spec.token = token_of(row);
    spec.purpose = api::runner::RunPurpose::instance;
    spec.instance_id = row.instance_id;
    api::runner::from_string(world_.driver, spec.driver);
    spec.instance_type = row.instance_type;
    spec.vcpus = size.vcpus;
    spec.memory_mib = size.memory_mib;
    spec.parent_snapshot = launch.snapshot_id;
    spec.disk_size_gib = static_cast<std::int32_t>(launch.volume_size_gib);
    spec.region = row.region;
    spec.account_id = row.owner;
    spec.store_directory = (world_.data_directory / "stores" / row.region).string();
    spec.cache_directory = (world_.data_directory / "cache").string();
    spec.run_directory = (world_.data_directory / "runs" / run).string();
    spec.instance_directory = folder_of(row).string();
    spec.agent_program = world_.agent_program.string();
    spec.keep_on_failure = false;
    spec.boot_mode = launch.boot_mode;
    spec.tpm = !launch.tpm_support.empty();
    spec.secure_boot = launch.secure_boot;
    spec.working_directory = "/tmp";
    if (!launch.user_data.empty()) {
        spec.user_data = launch.user_data;
    }
    const auto problem = world_.database.read([&](db::Connection& connection) {
        return actions::add_surroundings(connection, *world_.networks, world_.data_directory,
                                         surroundings_of(connection, row, launch), spec);
    });
    if (!problem) {
        world_.engine.submit(spec.token, json::serialize(api::runner::to_json(spec)));
    }
    return problem;
}

std::optional<api::runner::RunState> InstanceRuns::state(const engines::RunId& run) const {
    return parse<api::runner::RunState>(world_.engine.state(run));
}

void InstanceRuns::send(const engines::RunId& run, const api::runner::Command& command) const {
    world_.engine.send(run, command.id, json::serialize(api::runner::to_json(command)));
}

std::optional<api::runner::CommandResult> InstanceRuns::result(
    const engines::RunId& run, const std::string& command_id) const {
    return parse<api::runner::CommandResult>(world_.engine.result(run, command_id));
}

void InstanceRuns::remove_folders(const state::InstanceRow& row) const {
    base::remove_tree(folder_of(row));
    base::remove_tree(world_.data_directory / "capsules" / row.instance_id);
}

}  // namespace goldsmith::controllers
