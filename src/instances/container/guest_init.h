// Finding the init of a container among the processes below the one we started.
#pragma once

#include <sys/types.h>

#include <optional>

namespace goldsmith::instances {

/// The process that is number 1 of a process namespace nested twice below ours (unshare's, then
/// nspawn's), looking from `ancestor` down. Nothing while there is none.
std::optional<pid_t> find_guest_init(pid_t ancestor);

}  // namespace goldsmith::instances
