// Which commands update the operating system. Pure, but for the search in PATH.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/process.h"

namespace goldsmith::guest {

enum class PackageManager { yum, dnf, apt, zypper, apk };

struct UpdatePlan {
    std::vector<base::Command> update;
    std::vector<base::Command> restore;  ///< run afterwards, also after a failure

    bool operator==(const UpdatePlan&) const = default;
};

/// The first one that this system has: dnf, yum, apt-get, zypper, apk.
std::optional<PackageManager> find_package_manager();

/// Lists the packages that somebody holds back already, one per line; nothing where a plan leaves
/// no holds behind.
std::optional<base::Command> list_held_command(PackageManager manager);

/// Both lists empty: all updates. Both given: `include` without `exclude`. Packages that are `held`
/// already stay so.
UpdatePlan plan_update(PackageManager manager, const std::vector<std::string>& include,
                       const std::vector<std::string>& exclude,
                       const std::vector<std::string>& held = {});

}  // namespace goldsmith::guest
