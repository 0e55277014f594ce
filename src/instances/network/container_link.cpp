#include "instances/network/container_link.h"

#include <fcntl.h>

#include "base/error.h"

namespace goldsmith::instances {

ContainerLink::ContainerLink(const Gateway& gateway, const base::Path& work)
    : gateway_(gateway), path_(work / "network") {
    const std::string mtu = std::to_string(gateway.mtu());
    run_ip(gateway.where(), std::string("link add ") + kToGuest + " mtu " + mtu +
                                " type veth peer name " + kGuestInterface + " mtu " + mtu +
                                " netns " + where_.net_path() + "\naddress add " + kGatewayAddress +
                                "/24 dev " + kToGuest + "\nlink set " + kToGuest + " up\n");
    run_ip(where_, std::string("link set lo up\naddress add ") + kGuestAddress + "/24 dev " +
                       kGuestInterface + "\nlink set " + kGuestInterface +
                       " up\nroute add default via " + kGatewayAddress + "\n");
    base::open_file(path_, O_WRONLY | O_CREAT, 0600);
    name_ = bind_mount(where_.net_path(), path_);
}

ContainerLink::~ContainerLink() {
    try {
        // Both ends at once; the namespace itself may live on for a moment.
        run_ip(gateway_.where(), std::string("link delete ") + kToGuest + "\n");
    } catch (const base::Error&) {
        // It goes with the gateway.
    }
}

}  // namespace goldsmith::instances
