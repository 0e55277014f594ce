#include "guest/resume_trigger.h"

#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "base/error.h"
#include "base/files.h"
#include "base/process.h"

namespace goldsmith::guest {
namespace {

constexpr const char* unit_path = "/etc/systemd/system/toe-resume.service";
constexpr const char* unit_link = "/etc/systemd/system/multi-user.target.wants/toe-resume.service";
constexpr const char* cron_folder = "/etc/cron.d";
constexpr const char* cron_path = "/etc/cron.d/toe-resume";

std::string doubled_percent(const std::string& text) {
    std::string result;
    for (const char c : text) {
        result += c == '%' ? std::string("%%") : std::string(1, c);
    }
    return result;
}

/// systemd reads C-like quoting; % and $ have a meaning of their own.
std::string unit_word(const std::string& text) {
    std::string result = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            result += '\\';
        }
        if (c == '%' || c == '$') {
            result += c;
        }
        result += c == '\n' ? std::string("\\n") : std::string(1, c);
    }
    return result + "\"";
}

/// For the shell of cron, which takes % for a line break unless a backslash stands before it, also
/// within quotes.
std::string cron_word(const std::string& text) {
    std::string result = "'";
    for (const char c : text) {
        if (c == '\n') {
            throw base::Error(
                "toe would continue after a reboot through cron, whose lines cannot hold a line "
                "break; put the value into a --config file");
        }
        result += c == '\'' ? std::string("'\\''") : c == '%' ? "\\%" : std::string(1, c);
    }
    return result + "'";
}

void install_unit(const std::vector<std::string>& command, const std::string& directory) {
    const std::filesystem::path link(unit_link);
    base::make_directories(link.parent_path());
    base::write_file_atomically(unit_path, resume_unit(command, directory));
    if (::symlink(unit_path, unit_link) != 0 && errno != EEXIST) {
        throw base::SystemError(std::string("create ") + unit_link);
    }
    base::sync_directory(link.parent_path());
}

}  // namespace

std::string resume_unit(const std::vector<std::string>& command, const std::string& directory) {
    std::string line;
    for (const std::string& word : command) {
        line += (line.empty() ? "" : " ") + unit_word(word);
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
           doubled_percent(directory) +
           "\n"
           "ExecStart=" +
           line +
           "\n"
           "SuccessExitStatus=194\n"
           "\n"
           "[Install]\n"
           "WantedBy=multi-user.target\n";
}

std::string resume_crontab(const std::vector<std::string>& command, const std::string& directory) {
    std::string line = "@reboot root cd " + cron_word(directory) + " && exec";
    for (const std::string& word : command) {
        line += " " + cron_word(word);
    }
    return "# Continues component documents after a reboot.\n" + line + " >/dev/null 2>&1\n";
}

void install_resume_trigger(const std::vector<std::string>& command) {
    const std::string directory = std::filesystem::current_path().string();
    if (::access("/run/systemd/system", F_OK) == 0) {
        install_unit(command, directory);
        return;
    }
    const bool has_cron = base::find_program("cron") || base::find_program("crond");
    if (has_cron && ::access(cron_folder, W_OK) == 0) {
        base::write_file_atomically(cron_path, resume_crontab(command, directory));
        return;
    }
    throw base::Error(
        "toe continues after a reboot through systemd or cron (/etc/cron.d), and neither runs "
        "here; use --reboot-mode exit and start toe again after the boot");
}

void remove_resume_trigger() {
    for (const char* path : {unit_link, unit_path, cron_path}) {
        ::unlink(path);
    }
}

}  // namespace goldsmith::guest
