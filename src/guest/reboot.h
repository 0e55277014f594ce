// Rebooting the machine and starting again afterwards, for a toe that nobody supervises.
#pragma once

#include <string>
#include <vector>

namespace goldsmith::guest {

/// Arranges for `resume_command` (absolute program first) to run once after the next boot, and
/// reboots. Returns once the reboot has been asked for. Throws base::Error: not root, in a
/// container, no way to start after the boot.
void reboot_system(const std::vector<std::string>& resume_command);

/// Removes what reboot_system arranged; nothing when there is nothing.
void remove_resume_trigger();

/// True inside a container, which cannot reboot its machine.
bool in_container();

/// The unit file that continues a run. Pure.
std::string resume_unit(const std::vector<std::string>& command, const std::string& directory);

}  // namespace goldsmith::guest
