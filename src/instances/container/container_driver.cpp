#include "instances/container/container_driver.h"

#include <unistd.h>

#include "base/process.h"
#include "instances/container/container_instance.h"

namespace goldsmith::instances {

std::optional<std::string> ContainerDriver::unavailable() const {
    if (::geteuid() != 0) {
        return "the container driver needs root";
    }
    for (const auto& [program, package] : {std::pair{"systemd-nspawn", "systemd-container"},
                                           {"qemu-storage-daemon", "qemu-utils"},
                                           {"slirp4netns", "slirp4netns"},
                                           {"nft", "nftables"},
                                           {"unshare", "util-linux"}}) {
        if (!base::find_program(program)) {
            return std::string("the container driver needs ") + program + " (Debian package " +
                   package + ")";
        }
    }
    for (const char* device : {"/dev/fuse", "/dev/loop-control", "/dev/net/tun"}) {
        if (::access(device, R_OK | W_OK) != 0) {
            return std::string("the container driver needs ") + device + ", which this host lacks";
        }
    }
    return std::nullopt;
}

std::unique_ptr<Instance> ContainerDriver::create(InstanceSpec spec) {
    return std::make_unique<ContainerInstance>(std::move(spec));
}

}  // namespace goldsmith::instances
