// A network of the instance's own: a network namespace with one interface behind user-mode NAT
// (slirp4netns). Addresses inside are the same for every instance and collide with nothing, since
// nothing else is in there. The host's loopback cannot be reached from inside.
#pragma once

#include <memory>

#include "base/files.h"
#include "base/process.h"
#include "instances/container/mounts.h"

namespace goldsmith::instances {

/// The name server that the instance uses; it answers as the host's own would.
inline constexpr const char* kNameServer = "10.0.2.3";

/// The command that connects the namespace; pure. `ready_fd` is written to when it is usable.
base::Command slirp_command(const base::Path& namespace_path, int ready_fd);

class InstanceNetwork {
public:
    /// Returns when the interface has its address. `work` is a folder for the namespace's name and
    /// messages. Needs root. Throws base::Error.
    explicit InstanceNetwork(const base::Path& work);
    ~InstanceNetwork();

    /// A file that names the namespace, in our mount namespace.
    const base::Path& path() const { return path_; }

private:
    base::Path path_;
    Mount name_;
    std::unique_ptr<base::Child> slirp_;
};

}  // namespace goldsmith::instances
