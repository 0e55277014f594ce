// ExecuteBash: all commands are one script, run by bash.
#include <array>
#include <cstdlib>

#include "base/files.h"
#include "guest/modules/logged_command.h"
#include "guest/modules/modules.h"

namespace goldsmith::guest {
namespace {

/// Read-only roots have a writable folder somewhere; /tmp is merely the first guess.
base::TempDir script_folder() {
    const char* wanted = std::getenv("TMPDIR");
    std::string first_problem;
    for (const char* parent : std::array{wanted, "/tmp", "/var/tmp", "/run", "/dev/shm"}) {
        if (parent == nullptr || *parent == '\0') {
            continue;
        }
        try {
            return base::TempDir("toe", parent);
        } catch (const base::Error& error) {
            if (first_problem.empty()) {
                first_problem = error.what();
            }
        }
    }
    throw StepFailure("ExecuteBash found no folder for its script: " + first_problem +
                      ". Set TMPDIR to a writable folder");
}

}  // namespace

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
    const base::TempDir folder = script_folder();
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
