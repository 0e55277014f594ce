// ExecutePowerShell, InstallMSI, UninstallMSI and SetRegistry: known everywhere, possible on
// Windows.
#include "guest/modules/modules.h"

namespace goldsmith::guest {

ModuleResult windows_only(const ModuleInput& input, ModuleContext&) {
    throw StepFailure("the action " + std::string(input.spec().name) +
                      " is not supported on this platform (linux); it needs Windows");
}

}  // namespace goldsmith::guest
