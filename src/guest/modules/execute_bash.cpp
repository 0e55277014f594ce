// ExecuteBash: all commands are one script, run by bash.
#include "base/files.h"
#include "guest/modules/logged_command.h"
#include "guest/modules/modules.h"
#include "guest/scratch_folder.h"

namespace goldsmith::guest {
ModuleResult execute_bash(const ModuleInput& input, ModuleContext& context) {
    const auto bash = base::find_program("bash");
    if (!bash) {
        throw StepFailure(
            "ExecuteBash needs bash, which this system does not have (not found in PATH). Install "
            "bash, "
            "or use ExecuteBinary with 'path: sh' and 'arguments: [-c, ...]'");
    }
    std::string script;
    for (const std::string& entry : input.list("commands")) {
        script += entry + "\n";
    }
    const base::TempDir folder = make_scratch_folder();
    context.info("ExecuteBash: Created temporary directory: " + folder.path().string());
    const base::Path file = folder.path() / "input.sh";
    base::write_file_atomically(file, script, 0700, base::Durability::fast);
    // Not executed itself, so that a temporary folder mounted noexec does no harm.
    base::Command command;
    command.program = *bash;
    command.arguments = {file.string()};
    return run_logged_command(command, context);
}

}  // namespace goldsmith::guest
