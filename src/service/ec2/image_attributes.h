// Attributes of AMIs: who may launch them, their description and the like. Throw EC2's own errors.
#pragma once

#include "api/context.h"
#include "api/generated/ec2/machine_images_types.h"
#include "state/amis.h"

namespace goldsmith::db {
class Connection;
}

namespace goldsmith::service::ec2 {

std::vector<api::ec2::BlockDeviceMapping> devices_of(const state::AmiRow& ami);

api::ec2::DescribeImageAttributeResponse image_attribute(db::Connection& connection,
                                                         const state::AmiRow& ami,
                                                         api::ec2::ImageAttributeName attribute);
/// Applies a ModifyImageAttribute request to a row; the caller writes it.
void modify_image(state::AmiRow& ami, const api::ec2::ModifyImageAttributeRequest& request);
/// Forgets everybody that the AMI is shared with.
void reset_launch_permissions(state::AmiRow& ami);

}  // namespace goldsmith::service::ec2
