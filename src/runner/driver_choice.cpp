#include "runner/driver_choice.h"

#include "instances/container/container_driver.h"
#include "instances/fake/fake_driver.h"
#include "instances/vm/vm_driver.h"

namespace goldsmith::runner {

namespace {

using instances::Accelerator;

/// The fake driver is for trying the API: whatever a build runs succeeds and says nothing.
instances::FakeOutput succeed(const guest::ExecRequest&, instances::FakeFiles&) {
    return {};
}

std::unique_ptr<instances::InstanceDriver> make_vm(Accelerator accelerator) {
    return std::make_unique<instances::VmDriver>(instances::VmOptions{.accelerator = accelerator});
}

/// An emulated machine is some ten times slower than a container, so it comes last.
std::unique_ptr<instances::InstanceDriver> choose() {
    const Accelerator accelerator = instances::choose_accelerator();
    auto container = std::make_unique<instances::ContainerDriver>();
    if (accelerator == Accelerator::tcg && !container->unavailable()) {
        return container;
    }
    auto vm = make_vm(accelerator);
    // Where neither can be, the container's reason is the one to mend first.
    return vm->unavailable() ? std::move(container) : std::move(vm);
}

}  // namespace

std::unique_ptr<instances::InstanceDriver> make_driver(api::runner::Driver driver) {
    switch (driver) {
        case api::runner::Driver::container:
            return std::make_unique<instances::ContainerDriver>();
        case api::runner::Driver::vm:
            return make_vm(instances::choose_accelerator());
        case api::runner::Driver::fake:
            return std::make_unique<instances::FakeDriver>(succeed);
        case api::runner::Driver::automatic:
            break;
    }
    return choose();
}

}  // namespace goldsmith::runner
