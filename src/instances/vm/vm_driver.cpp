#include "instances/vm/vm_driver.h"

#include "base/kvm_probe.h"
#include "base/process.h"
#include "instances/network/gateway.h"
#include "instances/vm/vm_instance.h"

namespace goldsmith::instances {

std::optional<std::string> VmDriver::unavailable() const {
    for (const auto& [program, package] : {std::pair{"qemu-system-x86_64", "qemu-system-x86"},
                                           {"mkfs.fat", "dosfstools"},
                                           {"mcopy", "mtools"}}) {
        if (!base::find_program(program)) {
            return std::string("the vm driver needs ") + program + " (Debian package " + package +
                   ")";
        }
    }
    return Gateway::unavailable({});
}

std::unique_ptr<Instance> VmDriver::create(InstanceSpec spec) {
    return std::make_unique<VmInstance>(std::move(spec), options_);
}

Accelerator choose_accelerator() {
    return base::probe_kvm_once().works ? Accelerator::kvm : Accelerator::tcg;
}

}  // namespace goldsmith::instances
