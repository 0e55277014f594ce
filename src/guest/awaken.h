// `toe awaken`: makes a machine that was resumed from a saved state a machine of its own. Several
// instances go on from one state; without this they would draw the same random numbers, live at the
// time of the save and share a machine id, SSH host keys and a host name. Run by the vm driver
// right after a resume, as root.
//
//     toe awaken --clock NANOSECONDS --machine-id OLD NEW --host-name NAME < ENTROPY
//
// mixes what standard input holds into the kernel's random numbers and makes it draw anew, sets the
// clock (Unix time), replaces the machine id where it is OLD, sets the host name where the image
// has none of its own, and makes the SSH host keys anew that this boot made. What the image brought
// along stays.
#pragma once

#include <string>
#include <vector>

namespace goldsmith::guest {

/// `arguments` are those after "awaken". Returns the exit code; prints what is wrong on stderr.
int awaken(const std::vector<std::string>& arguments);

}  // namespace goldsmith::guest
