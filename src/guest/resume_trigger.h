// The start-up trigger: what makes toe continue a run after the machine has rebooted, when nobody
// else does. systemd where it runs, else a cron daemon that knows @reboot.
#pragma once

#include <string>
#include <vector>

namespace goldsmith::guest {

/// Arranges for `command` (absolute program first) to run once after the next boot, in our current
/// folder. Durable when it returns. Throws base::Error when this system offers no way.
void install_resume_trigger(const std::vector<std::string>& command);

/// Removes what was installed; nothing when there is nothing.
void remove_resume_trigger();

/// The unit file that continues a run. Pure.
std::string resume_unit(const std::vector<std::string>& command, const std::string& directory);

/// The line for /etc/cron.d that does the same. Pure. Throws base::Error for what a crontab cannot
/// hold.
std::string resume_crontab(const std::vector<std::string>& command, const std::string& directory);

}  // namespace goldsmith::guest
