// The control groups of one instance: limits on CPU, memory, processes and devices where the host
// has the controllers (v1, v2 or both at once), and a group of its own for the guest's init in any
// case. Groups are at <controller>/goldsmith/<run id>. Groups outlive a killed process; the engine
// removes them then.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/files.h"

namespace goldsmith::instances {

struct Limits {
    unsigned vcpus = 1;
    std::uint64_t memory_mib = 1024;
};

/// One mounted hierarchy, as /proc/self/mountinfo lists it.
struct CgroupHierarchy {
    base::Path mount_point;
    /// v1: "memory", "cpu", "name=systemd"...; v2: empty.
    std::vector<std::string> controllers;
    bool is_v2 = false;

    bool has(const std::string& controller) const;
    bool operator==(const CgroupHierarchy&) const = default;
};

/// Parses the text of /proc/self/mountinfo.
std::vector<CgroupHierarchy> parse_cgroup_hierarchies(const std::string& mountinfo);

class InstanceCgroup {
public:
    InstanceCgroup(const std::string& run_id, const Limits& limits);
    /// Removes the groups; whoever is still in them must be dead.
    ~InstanceCgroup();
    InstanceCgroup(const InstanceCgroup&) = delete;
    InstanceCgroup& operator=(const InstanceCgroup&) = delete;

    /// Processes that this one starts while `Inside` lives are in the instance's groups.
    class Inside {
    public:
        explicit Inside(const InstanceCgroup& group);
        ~Inside();
        Inside(const Inside&) = delete;
        Inside& operator=(const Inside&) = delete;

    private:
        std::vector<std::pair<base::Path, base::Path>> moves_;  // group, where we came from
    };

    /// False where the guest could open the host's devices through nodes that it makes itself.
    bool restricts_devices() const { return restricts_devices_; }
    const std::vector<std::string>& shortcomings() const { return shortcomings_; }

private:
    void set(const base::Path& group, const std::string& file, const std::string& value,
             const std::string& shortcoming);
    void limit(const CgroupHierarchy& hierarchy, const base::Path& group, const Limits& limits);
    void restrict_devices(const base::Path& group);

    std::vector<base::Path> groups_;
    bool restricts_devices_ = false;
    std::vector<std::string> shortcomings_;
};

}  // namespace goldsmith::instances
