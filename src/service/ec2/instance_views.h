// Instances as answers show them. Pure but for reading tags.
#pragma once

#include <string>
#include <vector>

#include "api/context.h"
#include "api/generated/ec2/instances_types.h"
#include "state/instances.h"
#include "state/tags.h"

namespace goldsmith::db {
class Connection;
}

namespace goldsmith::service::ec2 {

std::string instance_arn(const state::InstanceRow& row);
state::TagMap tags_of(db::Connection& connection, const state::InstanceRow& row);

/// "running" -> {16, running}.
api::ec2::InstanceState instance_state(const std::string& name);
api::ec2::Instance instance_view(const state::InstanceRow& row, const state::TagMap& tags);
/// The reservation of one instance; instances of one RunInstances call go into one of them.
api::ec2::Reservation reservation_view(const state::InstanceRow& row, const state::TagMap& tags);

/// Throws InvalidInstanceID.Malformed.
void require_instance_id(const std::string& id);
/// The account's instance of that id. Throws InvalidInstanceID.Malformed and .NotFound.
state::InstanceRow require_instance(db::Connection& connection, const api::CallContext& context,
                                    const std::string& id);

}  // namespace goldsmith::service::ec2
