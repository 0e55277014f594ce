#include "instances/container/cgroup.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <sstream>
#include <thread>

#include "base/error.h"

namespace goldsmith::instances {

namespace {

constexpr unsigned kCpuPeriodMicroseconds = 100'000;
constexpr const char* kMostProcesses = "16384";
constexpr const char* kParent = "goldsmith";

/// The kernel takes a limit as one write to a file that exists already.
void write_control(const base::Path& file, const std::string& value) {
    const base::Fd fd = base::open_file(file, O_WRONLY);
    base::write_all(fd.get(), value);
}

std::vector<std::string> split(const std::string& text, char separator) {
    std::vector<std::string> parts;
    std::istringstream stream(text);
    for (std::string part; std::getline(stream, part, separator);) {
        parts.push_back(part);
    }
    return parts;
}

std::vector<CgroupHierarchy> host_hierarchies() {
    return parse_cgroup_hierarchies(base::read_file("/proc/self/mountinfo"));
}

/// Where this process is, from /proc/self/cgroup ("4:memory:/a/b").
base::Path own_group(const CgroupHierarchy& hierarchy) {
    for (const std::string& line : split(base::read_file("/proc/self/cgroup"), '\n')) {
        const std::vector<std::string> fields = split(line, ':');
        if (fields.size() < 3) {
            continue;
        }
        const bool matches =
            hierarchy.is_v2 ? fields[1].empty()
                            : !fields[1].empty() && hierarchy.has(split(fields[1], ',').front());
        if (matches) {
            const std::string path = line.substr(fields[0].size() + fields[1].size() + 2);
            return path == "/" ? hierarchy.mount_point : hierarchy.mount_point / path.substr(1);
        }
    }
    return hierarchy.mount_point;
}

/// Deepest first; a group can only be removed when it is empty.
void remove_groups(const base::Path& group) {
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(group, ignored)) {
        if (entry.is_directory(ignored) && !entry.is_symlink(ignored)) {
            remove_groups(entry.path());
        }
    }
    // Processes that were just killed leave their group a moment later.
    for (int attempt = 0; attempt < 200 && ::rmdir(group.c_str()) != 0 && errno == EBUSY;
         ++attempt) {
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
}

}  // namespace

bool CgroupHierarchy::has(const std::string& controller) const {
    return std::find(controllers.begin(), controllers.end(), controller) != controllers.end();
}

std::vector<CgroupHierarchy> parse_cgroup_hierarchies(const std::string& mountinfo) {
    std::vector<CgroupHierarchy> found;
    for (const std::string& line : split(mountinfo, '\n')) {
        // "36 35 0:30 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu"
        const std::size_t separator = line.find(" - ");
        if (separator == std::string::npos) {
            continue;
        }
        const std::vector<std::string> left = split(line.substr(0, separator), ' ');
        const std::vector<std::string> right = split(line.substr(separator + 3), ' ');
        if (left.size() < 5 || right.size() < 3 ||
            (right[0] != "cgroup" && right[0] != "cgroup2")) {
            continue;
        }
        CgroupHierarchy hierarchy;
        hierarchy.mount_point = left[4];
        hierarchy.is_v2 = right[0] == "cgroup2";
        if (!hierarchy.is_v2) {
            hierarchy.controllers = split(right[2], ',');
        }
        const bool seen =
            std::any_of(found.begin(), found.end(), [&](const CgroupHierarchy& other) {
                return other.is_v2 == hierarchy.is_v2 && other.controllers == hierarchy.controllers;
            });
        if (!seen) {
            found.push_back(std::move(hierarchy));
        }
    }
    return found;
}

InstanceCgroup::InstanceCgroup(const std::string& run_id, const Limits& limits) {
    const std::vector<CgroupHierarchy> hierarchies = host_hierarchies();
    for (const CgroupHierarchy& hierarchy : hierarchies) {
        if (hierarchy.has("cpuset") || hierarchy.has("freezer") || hierarchy.has("blkio")) {
            continue;  // nothing to limit there, and a new cpuset group is unusable until it is
                       // filled in
        }
        const base::Path group = hierarchy.mount_point / kParent / run_id;
        try {
            base::make_directories(group);
            groups_.push_back(group);
            limit(hierarchy, group, limits);
        } catch (const base::SystemError& error) {
            shortcomings_.push_back("no control group at " + group.string() + ": " + error.what());
        }
    }
    if (hierarchies.empty()) {
        shortcomings_.push_back("no limit on CPU and memory: the host has no control groups");
    }
}

void InstanceCgroup::set(const base::Path& group, const std::string& file, const std::string& value,
                         const std::string& shortcoming) {
    try {
        write_control(group / file, value);
    } catch (const base::SystemError& error) {
        shortcomings_.push_back(shortcoming + ": " + error.what());
    }
}

void InstanceCgroup::limit(const CgroupHierarchy& hierarchy, const base::Path& group,
                           const Limits& limits) {
    const std::string memory = std::to_string(limits.memory_mib << 20);
    const std::string quota = std::to_string(limits.vcpus * kCpuPeriodMicroseconds);
    const bool fewer_than_host = limits.vcpus < std::thread::hardware_concurrency();
    if (hierarchy.is_v2) {
        const base::Path parent = group.parent_path();
        const std::string available =
            base::read_file_if_exists(hierarchy.mount_point / "cgroup.controllers").value_or("");
        if (available.find("memory") == std::string::npos) {
            return;  // a hybrid host: the controllers are in v1 hierarchies
        }
        for (const base::Path& level : {hierarchy.mount_point, parent}) {
            set(level, "cgroup.subtree_control", "+cpu +memory +pids",
                "no limit on CPU and memory");
        }
        set(group, "memory.max", memory, "no limit on memory");
        set(group, "pids.max", kMostProcesses, "no limit on processes");
        if (fewer_than_host) {
            set(group, "cpu.max", quota + " " + std::to_string(kCpuPeriodMicroseconds),
                "no limit on CPU");
        }
        return;
    }
    if (hierarchy.has("memory")) {
        set(group, "memory.limit_in_bytes", memory, "no limit on memory");
    }
    if (hierarchy.has("cpu") && fewer_than_host) {
        set(group, "cpu.cfs_quota_us", quota, "no limit on CPU");
    }
    if (hierarchy.has("pids")) {
        set(group, "pids.max", kMostProcesses, "no limit on processes");
    }
    if (hierarchy.has("devices")) {
        restrict_devices(group);
    }
}

void InstanceCgroup::restrict_devices(const base::Path& group) {
    try {
        write_control(group / "devices.deny", "a");
        // Any node may be made (packages do), but only these opened: null, zero, full, random,
        // urandom, tty, console, ptmx, pseudo terminals, tun.
        for (const char* rule :
             {"c *:* m", "b *:* m", "c 1:3 rwm", "c 1:5 rwm", "c 1:7 rwm", "c 1:8 rwm", "c 1:9 rwm",
              "c 5:0 rwm", "c 5:1 rwm", "c 5:2 rwm", "c 136:* rwm", "c 10:200 rwm"}) {
            write_control(group / "devices.allow", rule);
        }
        restricts_devices_ = true;
    } catch (const base::SystemError& error) {
        shortcomings_.push_back(std::string("devices are not restricted by a control group: ") +
                                error.what());
    }
}

InstanceCgroup::~InstanceCgroup() {
    for (const base::Path& group : groups_) {
        remove_groups(group);
    }
}

InstanceCgroup::Inside::Inside(const InstanceCgroup& group) {
    const std::string pid = std::to_string(::getpid());
    for (const CgroupHierarchy& hierarchy : host_hierarchies()) {
        for (const base::Path& wanted : group.groups_) {
            if (wanted.parent_path().parent_path() == hierarchy.mount_point) {
                moves_.emplace_back(wanted, own_group(hierarchy));
                write_control(wanted / "cgroup.procs", pid);
            }
        }
    }
}

InstanceCgroup::Inside::~Inside() {
    const std::string pid = std::to_string(::getpid());
    for (const auto& [group, home] : moves_) {
        try {
            write_control(home / "cgroup.procs", pid);
        } catch (const base::SystemError&) {
            // We stay in the instance's group; it cannot be removed before we end. The engine does
            // it.
        }
    }
}

}  // namespace goldsmith::instances
