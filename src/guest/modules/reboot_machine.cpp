// Reboot: asks for a reboot; the run then continues with the next step.
#include "guest/modules/modules.h"

namespace goldsmith::guest {

ModuleResult reboot_machine(const ModuleInput& input, ModuleContext& context) {
    context.sleep(std::chrono::seconds(input.integer("delaySeconds", 0)));
    return {ModuleOutcome::continue_after_reboot, {}};
}

}  // namespace goldsmith::guest
