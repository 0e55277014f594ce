// The command line: every subcommand is a source file that adds itself to the application and
// stores what it will run. Exit codes: 0 done, 1 refused or failed with a message, 2 usage.
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace goldsmith::cli {

/// Set by the subcommand that was chosen; returns the exit code.
using Run = std::function<int()>;

void add_serve(CLI::App& app, Run& run);
void add_build(CLI::App& app, Run& run);
void add_validate(CLI::App& app, Run& run);
void add_run(CLI::App& app, Run& run);
void add_shell(CLI::App& app, Run& run);
void add_image(CLI::App& app, Run& run);
void add_doctor(CLI::App& app, Run& run);
void add_gc(CLI::App& app, Run& run);
void add_fsck(CLI::App& app, Run& run);
void add_account(CLI::App& app, Run& run);
void add_iam(CLI::App& app, Run& run);
void add_audit(CLI::App& app, Run& run);

}  // namespace goldsmith::cli
