#include "engines/local/run_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <thread>
#include <vector>

#include "base/error.h"

namespace goldsmith::engines {

namespace {

constexpr std::chrono::milliseconds kill_limit{10'000};
constexpr std::chrono::milliseconds dying_limit{2'000};

/// Field 22 of /proc/<pid>/stat: with the pid it names a process for good.
std::string start_time_of(pid_t pid) {
    const auto stat = base::read_file_if_exists("/proc/" + std::to_string(pid) + "/stat");
    if (!stat) {
        return {};
    }
    std::size_t at = stat->rfind(')');
    for (int field = 2; field < 22 && at != std::string::npos; ++field) {
        at = stat->find(' ', at + 1);
    }
    return at == std::string::npos ? "" : stat->substr(at + 1, stat->find(' ', at + 1) - at - 1);
}

/// The guest's init made groups below the run's; a group can be removed when it is empty. Whether
/// it is gone.
bool remove_group(const base::Path& group) {
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(group, ignored)) {
        if (entry.is_directory(ignored) && !entry.is_symlink(ignored)) {
            remove_group(entry.path());
        }
    }
    return ::rmdir(group.c_str()) == 0 || errno != EBUSY;
}

/// Control groups outlive their processes; v1 has a hierarchy per controller, v2 one for all. The
/// guest of a runner that was killed just now may not be quite dead: its groups are busy so long.
void remove_control_groups(const std::string& run) {
    const base::Path root = "/sys/fs/cgroup";
    std::vector<base::Path> groups = {root / "goldsmith" / run};
    for (const std::string& controller : base::list_directory(root)) {
        groups.push_back(root / controller / "goldsmith" / run);
    }
    const auto deadline = std::chrono::steady_clock::now() + dying_limit;
    while (std::erase_if(groups, remove_group), !groups.empty()) {
        if (std::chrono::steady_clock::now() > deadline) {
            return;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
}

}  // namespace

bool RunFolder::exists() const {
    return ::access((path_ / "spec.json").c_str(), F_OK) == 0;
}

bool RunFolder::is_locked() const {
    const base::Fd fd(::open((path_ / "lock").c_str(), O_RDWR | O_CLOEXEC));
    return fd && ::flock(fd.get(), LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

std::optional<std::string> RunFolder::state_document() const {
    return base::read_file_if_exists(path_ / "state.json", 1 << 20);
}

bool RunFolder::has_ended() const {
    const auto document = state_document();
    if (!document) {
        return false;
    }
    boost::system::error_code error;
    const boost::json::value parsed = boost::json::parse(*document, error);
    if (error || !parsed.is_object()) {
        return false;
    }
    const boost::json::value* state = parsed.as_object().if_contains("state");
    return state != nullptr && state->is_string() &&
           (state->as_string() == "terminated" || state->as_string() == "failed");
}

void RunFolder::mark_started() {
    base::write_file_atomically(path_ / "started", "", 0600, base::Durability::fast);
}

bool RunFolder::is_starting(std::chrono::milliseconds grace) const {
    struct stat info {};
    if (::stat((path_ / "started").c_str(), &info) != 0) {
        return false;
    }
    const auto started = std::chrono::system_clock::from_time_t(info.st_mtim.tv_sec) +
                         std::chrono::nanoseconds(info.st_mtim.tv_nsec);
    return std::chrono::system_clock::now() - started < grace;
}

std::string RunFolder::last_words() const {
    constexpr std::size_t enough = 600;
    std::string text = base::read_file_if_exists(path_ / "runner.log").value_or("");
    while (!text.empty() && text.back() == '\n') {
        text.pop_back();
    }
    if (text.size() > enough) {
        text.erase(0, text.find('\n', text.size() - enough) + 1);
    }
    return text;
}

void RunFolder::kill_runner() const {
    const std::string owner = base::read_file_if_exists(path_ / "lock").value_or("");
    char* end = nullptr;
    const auto pid = static_cast<pid_t>(std::strtol(owner.c_str(), &end, 10));
    const std::string expected = end != nullptr && *end == ' ' ? std::string(end + 1) : "";
    const std::string start_time = expected.substr(0, expected.find_last_not_of(" \n") + 1);
    if (!is_locked() || pid <= 1 || start_time.empty() || start_time_of(pid) != start_time) {
        return;
    }
    ::kill(pid, SIGKILL);
    const auto deadline = std::chrono::steady_clock::now() + kill_limit;
    while (is_locked()) {
        if (std::chrono::steady_clock::now() > deadline) {
            throw base::Error("runner " + std::to_string(pid) + " of " + path_.string() +
                              " does not die");
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
}

void RunFolder::sweep() const {
    remove_control_groups(path_.filename().string());
    base::remove_tree(path_ / "work");
    ::unlink((path_ / "disk.qcow2").c_str());
}

}  // namespace goldsmith::engines
