// The policies that AWS manages (arn:aws:iam::aws:policy/...), as far as people use them with Image
// Builder. The documents in managed/ are our own: what their names promise, for the services that
// Goldsmith answers. Constant, thread-safe.
#pragma once

#include <span>
#include <string_view>

namespace goldsmith::policy {

struct ManagedPolicy {
    std::string_view path_and_name;  // "AdministratorAccess", "service-role/AmazonEC2RoleforSSM"
    std::string_view document;
};

/// In order of their names.
std::span<const ManagedPolicy> managed_policies();

}  // namespace goldsmith::policy
