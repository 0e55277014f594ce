#include "actions/instance_surroundings.h"

#include "api/generated/runner/run_types.h"
#include "api/networks.h"
#include "state/iam_entities.h"

namespace goldsmith::actions {

namespace {

void add_profile(db::Connection& connection, const std::string& account, const std::string& name,
                 api::runner::MetadataFacts& facts) {
    if (name.empty()) {
        return;
    }
    const auto profile =
        state::find_iam_entity(connection, account, state::IamKind::instance_profile, name);
    if (!profile) {
        return;
    }
    facts.instance_profile_arn = profile->arn();
    facts.instance_profile_id = profile->unique_id;
    const auto roles = state::iam_members_of(connection, profile->unique_id);
    if (!roles.empty()) {
        facts.role_name = roles.front().name;
    }
}

}  // namespace

std::optional<std::string> add_surroundings(db::Connection& connection,
                                            const api::Networks& networks,
                                            const base::Path& data_directory,
                                            const Surroundings& wanted,
                                            api::runner::RunSpec& spec) {
    const api::DefaultNetwork own = api::default_network(spec.account_id, spec.region);
    for (const std::string& problem : {networks.subnet_problem(own, wanted.subnet),
                                       networks.group_problem(own, wanted.security_groups)}) {
        if (!problem.empty()) {
            return problem;
        }
    }
    spec.network = networks.choose(own, wanted.subnet, wanted.security_groups);
    spec.api_endpoint_file = (data_directory / "endpoint").string();
    if (!wanted.has_metadata_service) {
        return std::nullopt;
    }
    api::runner::MetadataFacts facts;
    facts.image_id = wanted.image_id;
    facts.availability_zone =
        wanted.availability_zone.empty() ? spec.region + "a" : wanted.availability_zone;
    facts.launch_time = wanted.launch_time;
    facts.tokens_required = wanted.tokens_required;
    facts.hop_limit = wanted.hop_limit;
    std::vector<std::string> names;
    for (const std::string& group : wanted.security_groups) {
        names.push_back(networks.group(own, group)->name);
    }
    facts.security_groups = names.empty() ? std::vector{own.group_name} : std::move(names);
    if (!wanted.tags.empty()) {
        facts.tags = wanted.tags;
    }
    add_profile(connection, spec.account_id, wanted.instance_profile, facts);
    spec.metadata = std::move(facts);
    return std::nullopt;
}

}  // namespace goldsmith::actions
