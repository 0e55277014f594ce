// UpdateOS: installs updates through the system's own package manager, without questions.
#include <unistd.h>

#include <sstream>

#include "guest/modules/logged_command.h"
#include "guest/modules/modules.h"
#include "guest/update_plan.h"

namespace goldsmith::guest {
namespace {

void run_all(const std::vector<base::Command>& commands, ModuleContext& context) {
    for (const base::Command& command : commands) {
        context.info("UpdateOS: " + command.describe());
        if (run_logged_command(command, context).outcome != ModuleOutcome::done) {
            throw StepFailure(command.program + " ended with exit status 194");
        }
    }
}

/// What somebody else holds back must stay so.
std::vector<std::string> held_packages(PackageManager manager) {
    std::vector<std::string> names;
    if (const auto command = list_held_command(manager)) {
        std::istringstream lines(base::run_checked(*command));
        for (std::string name; std::getline(lines, name);) {
            names.push_back(name);
        }
    }
    return names;
}

/// Packages that were held back must not stay so, whatever happened: also when the run is being
/// stopped or the step is out of time, hence with a deadline of its own.
void restore(const std::vector<base::Command>& commands, const ModuleContext& context) {
    constexpr std::chrono::seconds limit{60};
    const StopSignal undisturbed;
    ModuleContext own{context.log,   undisturbed,    std::chrono::steady_clock::now() + limit,
                      context.quiet, context.remote, context.nested};
    run_all(commands, own);
}

}  // namespace

ModuleResult update_os(const ModuleInput& input, ModuleContext& context) {
    if (::geteuid() != 0) {
        throw StepFailure("UpdateOS needs root");
    }
    const auto manager = find_package_manager();
    if (!manager) {
        throw StepFailure("UpdateOS found none of dnf, yum, apt-get, zypper and apk");
    }
    const std::vector<std::string> exclude = input.list("exclude");
    const UpdatePlan plan =
        plan_update(*manager, input.list("include"), exclude,
                    exclude.empty() ? std::vector<std::string>() : held_packages(*manager));
    try {
        run_all(plan.update, context);
    } catch (...) {
        restore(plan.restore, context);
        throw;
    }
    restore(plan.restore, context);
    return {};
}

}  // namespace goldsmith::guest
