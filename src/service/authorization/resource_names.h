// The ARN under which policies know a resource, from what a request calls it: references to
// versions (x.x.x), other partitions and other spellings of versions lead to one resource, and IAM
// entities are named without their path. A policy that denies a resource holds however it is
// called.
#pragma once

#include <string>

#include "api/context.h"

namespace goldsmith::db {
class Connection;
}

namespace goldsmith::service::authorization {

/// `given` itself where it leads to nothing that is there.
std::string known_arn(db::Connection& connection, const api::CallContext& context,
                      const std::string& action, const std::string& given);

}  // namespace goldsmith::service::authorization
