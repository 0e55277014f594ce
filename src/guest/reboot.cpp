#include "guest/reboot.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "base/error.h"
#include "base/files.h"
#include "base/process.h"

namespace goldsmith::guest {
namespace {

constexpr const char* unit_path = "/etc/systemd/system/toe-resume.service";
constexpr const char* unit_link = "/etc/systemd/system/multi-user.target.wants/toe-resume.service";

/// systemd reads C-like quoting; % and $ have a meaning of their own.
std::string quoted(const std::string& text) {
    std::string result = "\"";
    for (char c : text) {
        if (c == '"' || c == '\\') {
            result += '\\';
        }
        if (c == '%' || c == '$') {
            result += c;
        }
        if (c == '\n') {
            result += "\\n";
        } else {
            result += c;
        }
    }
    return result + "\"";
}

}  // namespace

bool in_container() {
    return std::getenv("container") != nullptr || ::access("/run/systemd/container", F_OK) == 0 ||
           ::access("/.dockerenv", F_OK) == 0 || ::access("/run/.containerenv", F_OK) == 0;
}

std::string resume_unit(const std::vector<std::string>& command, const std::string& directory) {
    std::string line;
    for (const std::string& word : command) {
        line += (line.empty() ? "" : " ") + quoted(word);
    }
    return "[Unit]\n"
           "Description=Continue component documents after a reboot\n"
           "Wants=network-online.target\n"
           "After=network-online.target\n"
           "\n"
           "[Service]\n"
           "Type=oneshot\n"
           "TimeoutStartSec=infinity\n"
           "WorkingDirectory=" +
           directory +
           "\n"
           "ExecStart=" +
           line +
           "\n"
           "SuccessExitStatus=194\n"
           "\n"
           "[Install]\n"
           "WantedBy=multi-user.target\n";
}

void reboot_system(const std::vector<std::string>& resume_command) {
    if (::geteuid() != 0) {
        throw base::Error(
            "a reboot needs root; run toe as root, or with --reboot-mode exit and reboot yourself");
    }
    if (in_container()) {
        throw base::Error("this is a container, which toe does not reboot; use --reboot-mode exit");
    }
    if (::access("/run/systemd/system", F_OK) != 0) {
        throw base::Error(
            "toe continues after a reboot through systemd, which does not run here; use "
            "--reboot-mode exit and start toe again after the boot");
    }
    base::write_file_atomically(
        unit_path, resume_unit(resume_command, std::filesystem::current_path().string()));
    base::make_directories(std::filesystem::path(unit_link).parent_path());
    if (::symlink(unit_path, unit_link) != 0 && errno != EEXIST) {
        throw base::SystemError(std::string("create ") + unit_link);
    }
    base::sync_directory(std::filesystem::path(unit_link).parent_path());
    base::Command reboot;
    reboot.program = "systemctl";
    reboot.arguments = {"reboot"};
    base::run_checked(reboot);
}

void remove_resume_trigger() {
    ::unlink(unit_link);
    ::unlink(unit_path);
}

}  // namespace goldsmith::guest
