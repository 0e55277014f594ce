// Instances as containers: systemd-nspawn boots the init of the disk itself, in namespaces of its
// own, behind user-mode NAT. Ready in about a second. The guest shares the host's kernel: documents
// that nobody vouches for belong into a virtual machine.
//
// The process must be root and have called enter_private_mount_namespace() from its main thread.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "instances/instance.h"

namespace goldsmith::instances {

class ContainerDriver final : public InstanceDriver {
public:
    std::optional<std::string> unavailable() const override;
    std::unique_ptr<Instance> create(InstanceSpec spec) override;
};

}  // namespace goldsmith::instances
