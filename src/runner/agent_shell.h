// A terminal in a machine that is no process of this host: what is typed goes to the guest's agent,
// what it prints comes back. Used by `goldsmith-runner shell`.
#pragma once

#include <string>
#include <vector>

#include "guest/client.h"

namespace goldsmith::runner {

/// The command that opens a login shell on a terminal of the guest's own, which script(1) makes.
/// Pure.
std::vector<std::string> login_shell(unsigned short rows, unsigned short columns);

/// Runs the command (empty: a login shell) with this process's standard streams; a terminal's keys
/// all go to the guest. Returns its exit code. Throws what GuestClient::exec throws.
int run_by_agent(guest::GuestClient& guest, const std::vector<std::string>& command);

}  // namespace goldsmith::runner
