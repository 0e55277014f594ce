#include "guest/reboot.h"

#include <unistd.h>

#include <cstdlib>

#include "base/error.h"
#include "base/process.h"
#include "guest/resume_trigger.h"

namespace goldsmith::guest {
namespace {

base::Command reboot_command() {
    base::Command command;
    if (::access("/run/systemd/system", F_OK) == 0) {
        command.program = "systemctl";
        command.arguments = {"reboot"};
    } else {
        command.program = "reboot";
    }
    return command;
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
        base::run_checked(reboot_command());
    } catch (...) {
        remove_resume_trigger();
        throw;
    }
}

}  // namespace goldsmith::guest
