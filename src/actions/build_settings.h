// BuildSettings: the typed view of a plan's settings (docs/formats/build-plan.md) that actions
// read. Plain values; parsing throws base::Error naming the member, which can only mean that a plan
// was stored by a faulty version.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"

namespace goldsmith::workflow {
struct Plan;
}

namespace goldsmith::actions {

struct PlannedComponent {
    std::string arn;
    std::string name;
    std::string data;
    std::map<std::string, std::string> parameters;
};

/// A component that documents may run with ExecuteDocument.
struct NestedComponent {
    std::string arn;  ///< as the documents spell it
    std::string resolved_arn;
    std::string data;
};

struct PlannedDistribution {
    std::string region;
    std::string name;  ///< a template; empty: the default name
    std::string description;
    std::map<std::string, std::string> ami_tags;
    std::vector<std::string> target_accounts;
    std::vector<std::string> launch_users;
    std::vector<std::string> launch_groups;
};

struct Parent {
    enum class Kind { managed, ami };
    Kind kind = Kind::ami;
    std::string name;      ///< managed
    std::string version;   ///< managed; may hold wildcards
    std::string image_id;  ///< ami
};

struct BuildSettings {
    std::string account;
    std::string region;
    std::string image_arn;
    std::string image_name;
    std::string image_version;  ///< "1.0.0"
    std::int64_t image_build = 1;
    std::optional<base::Time> image_created_at;
    Parent parent;
    std::vector<PlannedComponent> components;
    std::vector<NestedComponent> nested_components;
    std::string working_directory = "/tmp";
    std::vector<std::string> instance_types;
    std::optional<std::int64_t> root_volume_gib;
    std::string user_data;  ///< base64, as in the recipe
    bool terminate_on_failure = true;
    std::string instance_profile;  ///< a name
    std::optional<std::string> subnet;
    std::vector<std::string> security_groups;
    bool metadata_tokens_required = false;
    std::optional<std::int64_t> metadata_hop_limit;
    std::map<std::string, std::string> recipe_ami_tags;
    std::map<std::string, std::string> resource_tags;
    /// Absent: the build's own region only.
    std::optional<std::vector<PlannedDistribution>> distributions;
    std::string log_group;
    std::string log_stream;
    /// Set when nothing is built: the AMI of `region` that is distributed.
    std::string source_image_id;
};

BuildSettings build_settings(const workflow::Plan& plan);

/// The members of one distribution, as in the API's Distribution shape.
PlannedDistribution planned_distribution(const boost::json::object& distribution);

}  // namespace goldsmith::actions
