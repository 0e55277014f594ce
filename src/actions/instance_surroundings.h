// What surrounds an instance besides its disk: the network that its subnet and security groups
// choose, what the metadata service tells it, the role of its instance profile, and the way to the
// API. Used by whoever launches instances: steps of builds, the controller of RunInstances.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/files.h"

namespace goldsmith::api {
class Networks;
}
namespace goldsmith::api::runner {
struct RunSpec;
}
namespace goldsmith::db {
class Connection;
}

namespace goldsmith::actions {

struct Surroundings {
    std::string image_id{};
    std::string instance_profile{};  ///< a name; empty: none
    /// Each by its name or its id.
    std::optional<std::string> subnet{};
    std::vector<std::string> security_groups{};
    std::string availability_zone{};  ///< empty: the region's first
    base::Time launch_time{};
    /// Without it nothing tells the instance its role either.
    bool has_metadata_service = true;
    bool tokens_required = false;
    std::optional<int> hop_limit{};
    /// What the metadata service shows.
    std::map<std::string, std::string> tags{};
};

/// Fills in `network`, `metadata` and `api_endpoint_file` of a specification that has its ids,
/// region and account. Returns why that is not possible (a network that is gone since the
/// configuration was made), or nothing. A profile or role that does not exist is no reason: the
/// instance has no credentials then.
std::optional<std::string> add_surroundings(db::Connection& connection,
                                            const api::Networks& networks,
                                            const base::Path& data_directory,
                                            const Surroundings& wanted, api::runner::RunSpec& spec);

}  // namespace goldsmith::actions
