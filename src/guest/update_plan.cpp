#include "guest/update_plan.h"

#include <algorithm>

namespace goldsmith::guest {
namespace {

using Words = std::vector<std::string>;

base::Command command(const std::string& program, Words arguments, const Words& more = {}) {
    arguments.insert(arguments.end(), more.begin(), more.end());
    base::Command made;
    made.program = program;
    made.arguments = std::move(arguments);
    return made;
}

Words without(const Words& names, const Words& unwanted) {
    Words result;
    std::ranges::copy_if(names, std::back_inserter(result), [&unwanted](const std::string& name) {
        return std::ranges::find(unwanted, name) == unwanted.end();
    });
    return result;
}

UpdatePlan plan_yum(const std::string& program, const Words& include, const Words& exclude) {
    Words options = {"-y", program == "dnf" ? "upgrade" : "update"};
    for (const std::string& name : exclude) {
        options.push_back("--exclude=" + name);
    }
    return {{command(program, options, include)}, {}};
}

UpdatePlan plan_apt(const Words& include, const Words& to_hold) {
    UpdatePlan plan;
    const auto apt = [](Words arguments, const Words& more = {}) {
        // Configuration files that were changed by hand stay; dpkg must not ask.
        Words options = {"-y", "-o", "Dpkg::Options::=--force-confdef", "-o",
                         "Dpkg::Options::=--force-confold"};
        options.insert(options.end(), arguments.begin(), arguments.end());
        base::Command made = command("apt-get", options, more);
        made.environment = {{"DEBIAN_FRONTEND", "noninteractive"}};
        return made;
    };
    plan.update.push_back(command("apt-get", {"update"}));
    if (!to_hold.empty()) {
        plan.update.push_back(command("apt-mark", {"hold"}, to_hold));
        plan.restore.push_back(command("apt-mark", {"unhold"}, to_hold));
    }
    plan.update.push_back(include.empty() ? apt({"upgrade"})
                                          : apt({"install", "--only-upgrade"}, include));
    return plan;
}

UpdatePlan plan_zypper(const Words& include, const Words& exclude) {
    UpdatePlan plan;
    plan.update.push_back(command("zypper", {"--non-interactive", "refresh"}));
    if (!exclude.empty()) {
        plan.update.push_back(command("zypper", {"--non-interactive", "addlock"}, exclude));
        plan.restore.push_back(command("zypper", {"--non-interactive", "removelock"}, exclude));
    }
    plan.update.push_back(command("zypper", {"--non-interactive", "update"}, include));
    return plan;
}

UpdatePlan plan_apk(const Words& include, const Words& exclude) {
    UpdatePlan plan;
    plan.update.push_back(command("apk", {"update"}));
    Words options = {"upgrade"};
    for (const std::string& name : exclude) {
        options.push_back("--ignore");
        options.push_back(name);
    }
    plan.update.push_back(command("apk", options, include));
    return plan;
}

}  // namespace

std::optional<PackageManager> find_package_manager() {
    using enum PackageManager;
    const std::pair<const char*, PackageManager> known[] = {
        {"dnf", dnf}, {"yum", yum}, {"apt-get", apt}, {"zypper", zypper}, {"apk", apk}};
    for (const auto& [program, manager] : known) {
        if (base::find_program(program)) {
            return manager;
        }
    }
    return std::nullopt;
}

std::optional<base::Command> list_held_command(PackageManager manager) {
    if (manager != PackageManager::apt) {
        return std::nullopt;
    }
    return command("apt-mark", {"showhold"});
}

UpdatePlan plan_update(PackageManager manager, const Words& include, const Words& exclude,
                       const Words& held) {
    const Words wanted = without(include, exclude);
    if (!include.empty() && wanted.empty()) {
        return {};  // everything that was asked for is excluded
    }
    switch (manager) {
        case PackageManager::dnf:
            return plan_yum("dnf", wanted, exclude);
        case PackageManager::yum:
            return plan_yum("yum", wanted, exclude);
        case PackageManager::apt:
            return plan_apt(wanted, without(exclude, held));
        case PackageManager::zypper:
            return plan_zypper(wanted, exclude);
        case PackageManager::apk:
            return plan_apk(wanted, exclude);
    }
    return {};
}

}  // namespace goldsmith::guest
