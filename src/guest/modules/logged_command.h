// Runs a command for an Execute* module: every line of output goes to the log as it arrives,
// standard output becomes the step's `stdout`, the exit code becomes the step's result.
#pragma once

#include "base/process.h"
#include "guest/modules/module.h"

namespace goldsmith::guest {

/// The exit code with which a command on Linux asks for a reboot and to be run again.
inline constexpr int reboot_exit_code = 194;
/// Of `stdout` and of the kept standard error; output beyond it is in the log only.
inline constexpr std::size_t kept_output_bytes = std::size_t{1} << 20;

/// Throws StepFailure ("exit status 3", "signal: killed"), StepTimedOut or RunStopped.
ModuleResult run_logged_command(const base::Command& command, ModuleContext& context);

}  // namespace goldsmith::guest
