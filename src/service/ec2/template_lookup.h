// Finding launch templates and their versions by what requests call them. Functions run on the
// connection they are given and throw EC2's own errors.
#pragma once

#include <optional>
#include <string>

#include "api/context.h"
#include "api/generated/ec2/instances_types.h"
#include "api/generated/ec2/launch_templates_types.h"
#include "state/launch_templates.h"

namespace goldsmith::db {
class Connection;
}

namespace goldsmith::service::ec2 {

/// By id or by name: exactly one of them must be there.
state::LaunchTemplateRow require_template(db::Connection& connection,
                                          const api::CallContext& context,
                                          const std::optional<std::string>& id,
                                          const std::optional<std::string>& name);

/// "$Latest", "$Default" or a number. Nothing for a number without a version.
std::optional<state::LaunchTemplateVersionRow> find_template_version(
    db::Connection& connection, const state::LaunchTemplateRow& row, const std::string& version);
/// Throws InvalidLaunchTemplateId.VersionNotFound.
state::LaunchTemplateVersionRow require_template_version(db::Connection& connection,
                                                         const state::LaunchTemplateRow& row,
                                                         const std::string& version);

/// What RunInstances is asked for, with the launch template filling in what the request leaves out.
/// Without a template the request itself.
api::ec2::RunInstancesRequest with_template(db::Connection& connection,
                                            const api::CallContext& context,
                                            const api::ec2::RunInstancesRequest& request);

}  // namespace goldsmith::service::ec2
