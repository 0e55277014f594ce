// UpdateOS: installs updates through the system's own package manager, without questions.
#include <unistd.h>

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

}  // namespace

ModuleResult update_os(const ModuleInput& input, ModuleContext& context) {
    if (::geteuid() != 0) {
        throw StepFailure("UpdateOS needs root");
    }
    const auto manager = find_package_manager();
    if (!manager) {
        throw StepFailure("UpdateOS found none of dnf, yum, apt-get, zypper and apk");
    }
    const UpdatePlan plan = plan_update(*manager, input.list("include"), input.list("exclude"));
    try {
        run_all(plan.update, context);
    } catch (...) {
        // Packages that were held back must not stay so, whatever happened.
        run_all(plan.restore, context);
        throw;
    }
    run_all(plan.restore, context);
    return {};
}

}  // namespace goldsmith::guest
