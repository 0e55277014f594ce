// goldsmith-runner shell: boots an image and runs a shell, or a command, in it with this process's
// terminal; the machine and its disk are gone when it ends. Started by `goldsmith run`.
// goldsmith-runner enter: the same in an instance that runs already. Started by `goldsmith shell`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/files.h"

namespace goldsmith::runner {

struct ShellOptions {
    /// Either a disk image file,
    base::Path disk;
    /// or a snapshot of a region's store, through the cache.
    base::Path store;
    base::Path cache;
    std::string snapshot;
    /// How the machine exists: "auto", "container", "vm".
    std::string driver = "auto";
    /// Empty: a login shell.
    std::vector<std::string> command;
};

/// What follows the word `shell` on the command line. Throws base::Error for what it does not know.
ShellOptions parse_shell_options(const std::vector<std::string>& arguments);

/// The exit code of the shell. Throws base::Error when there is no machine to run it in.
int run_shell(const ShellOptions& options);

/// The shell in the machine of a run directory, whose runner lives. `command` is empty for a login
/// shell. Throws base::Error.
int run_enter(const base::Path& run_directory, const std::vector<std::string>& command);

}  // namespace goldsmith::runner
