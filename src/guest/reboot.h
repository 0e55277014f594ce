// Rebooting the machine and starting again afterwards, for a toe that nobody supervises.
#pragma once

#include <string>
#include <vector>

namespace goldsmith::guest {

/// Arranges for `resume_command` (absolute program first) to run once after the next boot, and
/// reboots. Returns once the reboot has been asked for. Throws base::Error, and has arranged
/// nothing: not root, in a container, no way to start after the boot, the reboot was refused.
void reboot_system(const std::vector<std::string>& resume_command);

/// True inside a container, which cannot reboot its machine.
bool in_container();

}  // namespace goldsmith::guest
