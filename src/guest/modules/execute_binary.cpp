// ExecuteBinary: one program with an argument list; no shell.
#include "guest/modules/logged_command.h"
#include "guest/modules/modules.h"

namespace goldsmith::guest {

ModuleResult execute_binary(const ModuleInput& input, ModuleContext& context) {
    base::Command command;
    command.program = input.text("path");
    command.arguments = input.list("arguments");
    if (command.program.empty()) {
        throw StepFailure("'path' is empty");
    }
    return run_logged_command(command, context);
}

}  // namespace goldsmith::guest
