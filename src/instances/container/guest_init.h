// Finding the init of a container among the processes below the one we started.
#pragma once

#include <sys/types.h>

#include <optional>

namespace goldsmith::instances {

/// The process that is number 1 of a process namespace nested twice below ours (unshare's, then
/// nspawn's), looking from `ancestor` down. Nothing while there is none.
std::optional<pid_t> find_guest_init(pid_t ancestor);

/// The same for a container that a runner owns: below any of the runner's children.
std::optional<pid_t> find_guest_init_of_runner(pid_t runner);

}  // namespace goldsmith::instances
