#include "guest/reboot.h"

#include <unistd.h>

#include <csignal>
#include <cstdlib>

#include "base/error.h"
#include "base/process.h"
#include "guest/resume_trigger.h"

namespace goldsmith::guest {
namespace {

void ask_for_reboot() {
    if (::access("/run/systemd/system", F_OK) == 0) {
        // What systemd documents for this purpose. A call of systemctl would race with the shutdown
        // that it begins, which ends it and us.
        if (::kill(1, SIGRTMIN + 5) != 0) {
            throw base::SystemError("ask systemd for a reboot");
        }
        return;
    }
    base::Command command;
    command.program = "reboot";
    const base::ProcessResult result = base::run(command);
    // Ended by a signal: the shutdown was quicker than its answer.
    if (!result.status.success() && !result.status.signal) {
        throw base::ProcessFailed(command, result);
    }
}

}  // namespace

bool in_container() {
    return std::getenv("container") != nullptr || ::access("/run/systemd/container", F_OK) == 0 ||
           ::access("/.dockerenv", F_OK) == 0 || ::access("/run/.containerenv", F_OK) == 0;
}

void reboot_system(const std::vector<std::string>& resume_command) {
    if (::geteuid() != 0) {
        throw base::Error(
            "a reboot needs root; run toe as root, or with --reboot-mode exit and reboot yourself");
    }
    if (in_container()) {
        throw base::Error("this is a container, which toe does not reboot; use --reboot-mode exit");
    }
    try {
        install_resume_trigger(resume_command);
        ask_for_reboot();
    } catch (...) {
        remove_resume_trigger();
        throw;
    }
}

}  // namespace goldsmith::guest
