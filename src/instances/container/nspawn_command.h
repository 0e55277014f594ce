// The command line that boots a container, as a pure function of everything that matters.
#pragma once

#include <string>
#include <vector>

#include "base/files.h"
#include "base/process.h"

namespace goldsmith::instances {

struct ReadOnlyBind {
    base::Path host;
    std::string guest;

    bool operator==(const ReadOnlyBind&) const = default;
};

struct NspawnSettings {
    std::string machine;
    /// 32 hexadecimal digits.
    std::string machine_id;
    base::Path root;
    base::Path network_namespace;
    std::vector<ReadOnlyBind> binds;
    /// Where no control group keeps the guest from opening devices, it must not make nodes.
    bool may_make_devices = false;
    /// What the guest flushes is flushed; else its calls of sync() and fsync() do nothing.
    bool keeps_disk = false;
};

/// Boots the guest's own init in namespaces of its own, in a process namespace around all of it
/// (killing the outermost process ends everything, which nspawn alone does not do for the
/// container).
base::Command nspawn_command(const NspawnSettings& settings);

/// The name of the agent's unit.
inline constexpr const char* kAgentUnit = "goldsmith-agent.service";
/// Its text.
std::string agent_unit();

}  // namespace goldsmith::instances
