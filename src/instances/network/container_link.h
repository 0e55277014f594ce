// A container's side of a gateway: a network namespace of its own, joined to the gateway by a pair
// of virtual interfaces. The container is root in there, and nothing it does there changes the
// gateway. Needs root. Throws base::Error.
#pragma once

#include "base/files.h"
#include "instances/container/mounts.h"
#include "instances/network/gateway.h"

namespace goldsmith::instances {

/// The interface in the container. The name belongs to no network manager's usual patterns: the
/// address is there before the container's init is.
inline constexpr const char* kGuestInterface = "net0";

class ContainerLink {
public:
    /// One at a time for each gateway. `work` is a folder for the namespace's name.
    ContainerLink(const Gateway& gateway, const base::Path& work);
    ~ContainerLink();
    ContainerLink(const ContainerLink&) = delete;
    ContainerLink& operator=(const ContainerLink&) = delete;

    const NetworkNamespace& where() const { return where_; }
    /// A file that names the namespace, in our mount namespace.
    const base::Path& path() const { return path_; }

private:
    const Gateway& gateway_;
    NetworkNamespace where_;
    base::Path path_;
    Mount name_;
};

}  // namespace goldsmith::instances
