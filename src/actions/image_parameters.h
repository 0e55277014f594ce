// SSM parameters that name the AMI which a build distributed last: what the distribution
// configuration's ssmParameterConfigurations ask for.
#pragma once

#include <boost/json/fwd.hpp>
#include <map>
#include <string>

#include "actions/world.h"

namespace goldsmith::actions {

struct DistributedImages {
    std::string account{};
    std::string image_arn{};                    // who writes
    std::map<std::string, std::string> amis{};  // region -> AMI
};

/// Writes the parameters of one region's entry, all in one transaction. Writing again what is there
/// already changes nothing, so that a step may be repeated. Returns what is wrong; empty: nothing.
std::string put_image_parameters(World& world, const DistributedImages& images,
                                 const boost::json::object& configuration);

}  // namespace goldsmith::actions
