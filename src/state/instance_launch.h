// What an instance of RunInstances was launched with: kept as JSON in its row
// (InstanceRow::launch), shown by DescribeInstances and read by whoever starts the machine. Values
// only.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "state/tags.h"

namespace goldsmith::state {

struct InstanceLaunch {
    std::string reservation_id{};
    std::int64_t launch_index = 0;
    std::string client_token{};
    std::string key_name{};
    std::string availability_zone{};
    std::string tenancy = "default";
    std::string vpc_id{};
    std::string subnet_id{};
    std::string interface_id{};
    std::vector<std::string> group_ids{};
    std::vector<std::string> group_names{};  // of the same order
    std::string user_data{};                 // base64, as in the request
    std::string profile_arn{};
    std::string profile_id{};
    std::string architecture = "x86_64";
    std::string boot_mode{};
    std::string tpm_support{};
    bool secure_boot = false;
    std::string platform_details = "Linux/UNIX";
    std::string root_device_name{};
    std::string snapshot_id{};  // of the root device
    std::string volume_id{};
    std::int64_t volume_size_gib = 0;
    bool delete_on_termination = true;
    std::string shutdown_behavior = "stop";
    std::string http_tokens = "required";
    std::string http_endpoint = "enabled";
    std::int64_t hop_limit = 2;
    std::string metadata_tags = "disabled";
    bool disable_api_termination = false;
    bool disable_api_stop = false;
    bool ebs_optimized = false;
    bool monitoring = false;
    std::string transition_reason{};  // "User initiated (2026-...)"
    bool operator==(const InstanceLaunch&) const = default;
};

/// An image's tag "goldsmith:secure-boot" is "true": its machines start only what is signed.
bool wants_secure_boot(const TagMap& tags);

std::string encode(const InstanceLaunch& launch);
/// Members that are not there keep their defaults. Throws base::Error for what is no JSON object.
InstanceLaunch decode_instance_launch(std::string_view text);

}  // namespace goldsmith::state
