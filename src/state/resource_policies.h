// Resource policies: the policy text of a component, image or recipe, which says what other
// accounts may do with it. Written by service/; read by it on every use of a resource by an account
// that does not own it. Functions run on the connection they are given. Failures throw db::Error.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "state/scope.h"

namespace goldsmith::db {
class Connection;
}

namespace goldsmith::state {

struct ResourcePolicyRow {
    std::int64_t id = 0;
    std::string arn{};   // the resource: a build version or a recipe version
    Scope scope{};       // of its owner
    std::string type{};  // "component", "image", "image-recipe", "container-recipe"
    std::string policy{};
    std::int64_t updated_ms = 0;
};

/// Inserts, or replaces the text.
void put_resource_policy(db::Connection& connection, const ResourcePolicyRow& row);
std::optional<ResourcePolicyRow> find_resource_policy(db::Connection& connection,
                                                      std::string_view arn);
bool erase_resource_policy(db::Connection& connection, std::string_view arn);
/// Those of resources that other accounts own, newest first; `before` is the id of the last row of
/// the page before.
std::vector<ResourcePolicyRow> page_policies_of_others(db::Connection& connection,
                                                       const Scope& reader, std::string_view type,
                                                       std::int64_t before, int limit);

}  // namespace goldsmith::state
