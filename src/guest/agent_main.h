// `toe agent`: serves the guest protocol until it is killed.
//
//     toe agent --connect PATH    connects to a unix socket (or opens a virtio-serial port), again
//     and again toe agent --listen PATH     listens on a unix socket, one connection after the
//     other toe agent --fd NUMBER       serves one connection on an open descriptor, then ends
#pragma once

#include <string>
#include <vector>

namespace goldsmith::guest {

/// `arguments` are those after "agent". Returns the exit code; prints what is wrong on stderr.
int agent_main(const std::vector<std::string>& arguments, const std::string& program_name);

}  // namespace goldsmith::guest
