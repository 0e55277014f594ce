// Launch templates and their versions. Written by service/ec2, read by RunInstances and by whoever
// distributes images. Functions run on the connection they are given. Failures throw db::Error.
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

struct LaunchTemplateRow {
    std::int64_t id = 0;
    std::string template_id{};  // "lt-..."
    Scope scope{};
    std::string name{};
    std::int64_t created_ms = 0;
    std::string created_by{};  // the ARN of whoever did
    std::int64_t default_version = 1;
    std::int64_t latest_version = 1;
    bool operator==(const LaunchTemplateRow&) const = default;
};

struct LaunchTemplateVersionRow {
    std::string template_id{};
    std::int64_t version = 1;
    std::string description{};
    std::int64_t created_ms = 0;
    std::string created_by{};
    std::string data = "{}";  // the API's JSON
    bool operator==(const LaunchTemplateVersionRow&) const = default;
};

/// Throws db::Error{unique} when the name is taken.
void insert_launch_template(db::Connection& connection, const LaunchTemplateRow& row);
/// Writes the default and the latest version.
void update_launch_template(db::Connection& connection, const LaunchTemplateRow& row);
/// With its versions.
void erase_launch_template(db::Connection& connection, std::string_view template_id);
std::optional<LaunchTemplateRow> find_launch_template(db::Connection& connection,
                                                      const Scope& scope,
                                                      std::string_view template_id);
std::optional<LaunchTemplateRow> find_launch_template_by_name(db::Connection& connection,
                                                              const Scope& scope,
                                                              std::string_view name);
/// Newest first; `before` is the id of the last row of the page before.
std::vector<LaunchTemplateRow> page_launch_templates(db::Connection& connection, const Scope& scope,
                                                     std::int64_t before, int limit);

void insert_launch_template_version(db::Connection& connection,
                                    const LaunchTemplateVersionRow& row);
bool erase_launch_template_version(db::Connection& connection, std::string_view template_id,
                                   std::int64_t version);
std::optional<LaunchTemplateVersionRow> find_launch_template_version(db::Connection& connection,
                                                                     std::string_view template_id,
                                                                     std::int64_t version);
/// Newest first.
std::vector<LaunchTemplateVersionRow> launch_template_versions(db::Connection& connection,
                                                               std::string_view template_id);

}  // namespace goldsmith::state
