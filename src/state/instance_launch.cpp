#include "state/instance_launch.h"

#include <boost/json.hpp>

#include "base/error.h"

namespace goldsmith::state {

namespace json = boost::json;

namespace {

/// Each member once, for reading and for writing.
template <class Launch, class Visit>
void visit_members(Launch& launch, Visit visit) {
    visit("reservation_id", launch.reservation_id);
    visit("launch_index", launch.launch_index);
    visit("client_token", launch.client_token);
    visit("key_name", launch.key_name);
    visit("availability_zone", launch.availability_zone);
    visit("tenancy", launch.tenancy);
    visit("vpc_id", launch.vpc_id);
    visit("subnet_id", launch.subnet_id);
    visit("interface_id", launch.interface_id);
    visit("group_ids", launch.group_ids);
    visit("group_names", launch.group_names);
    visit("user_data", launch.user_data);
    visit("profile_arn", launch.profile_arn);
    visit("profile_id", launch.profile_id);
    visit("architecture", launch.architecture);
    visit("boot_mode", launch.boot_mode);
    visit("tpm_support", launch.tpm_support);
    visit("secure_boot", launch.secure_boot);
    visit("platform_details", launch.platform_details);
    visit("root_device_name", launch.root_device_name);
    visit("snapshot_id", launch.snapshot_id);
    visit("volume_id", launch.volume_id);
    visit("volume_size_gib", launch.volume_size_gib);
    visit("delete_on_termination", launch.delete_on_termination);
    visit("shutdown_behavior", launch.shutdown_behavior);
    visit("http_tokens", launch.http_tokens);
    visit("http_endpoint", launch.http_endpoint);
    visit("hop_limit", launch.hop_limit);
    visit("metadata_tags", launch.metadata_tags);
    visit("disable_api_termination", launch.disable_api_termination);
    visit("disable_api_stop", launch.disable_api_stop);
    visit("ebs_optimized", launch.ebs_optimized);
    visit("monitoring", launch.monitoring);
    visit("transition_reason", launch.transition_reason);
}

}  // namespace

bool wants_secure_boot(const TagMap& tags) {
    const auto found = tags.find("goldsmith:secure-boot");
    return found != tags.end() && found->second == "true";
}

std::string encode(const InstanceLaunch& launch) {
    json::object object;
    visit_members(launch, [&](const char* name, const auto& value) {
        object[name] = json::value_from(value);
    });
    return json::serialize(object);
}

InstanceLaunch decode_instance_launch(std::string_view text) {
    InstanceLaunch launch;
    try {
        const json::value parsed = json::parse({text.data(), text.size()});
        visit_members(launch, [&](const char* name, auto& value) {
            if (const json::value* member = parsed.as_object().if_contains(name)) {
                value = json::value_to<std::remove_reference_t<decltype(value)>>(*member);
            }
        });
    } catch (const std::exception&) {
        base::throw_with_context("read what an instance was launched with");
    }
    return launch;
}

}  // namespace goldsmith::state
