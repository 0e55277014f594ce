// Instances as virtual machines: QEMU, under KVM where a probe guest really runs, else emulated.
// The guest has a kernel of its own, so this is the driver for documents that nobody vouches for.
// Needs no root: no mount, no loop device, and user-mode networking in a namespace of its own; what
// has to happen inside a file system happens inside the guest.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "instances/instance.h"
#include "instances/vm/qemu_command.h"

namespace goldsmith::instances {

/// How the agent gets started; see agent_files.h.
enum class AgentStart {
    /// By credentials; when a guest that has booted does not take them, once more by cloud-init.
    automatic,
    credentials,
    cloud_init,
};

struct VmOptions {
    Accelerator accelerator = Accelerator::tcg;
    AgentStart agent_start = AgentStart::automatic;
    /// When a guest that says nothing is given up.
    guest::Silence silence = {};
};

class VmDriver final : public InstanceDriver {
public:
    explicit VmDriver(VmOptions options = {}) : options_(options) {}

    std::optional<std::string> unavailable() const override;
    std::unique_ptr<Instance> create(InstanceSpec spec) override;

private:
    VmOptions options_;
};

/// KVM where it works on this host. Takes up to some seconds the first time after the host's start.
Accelerator choose_accelerator();

}  // namespace goldsmith::instances
