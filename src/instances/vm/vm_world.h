// Virtual machines for tests: each on a fresh overlay over the catalogue's Debian, which the
// fixture guest_vm_disk leaves in the build folder.
#pragma once

#include <string>

#include "base/files.h"
#include "instances/instance_conformance.h"
#include "instances/vm/vm_driver.h"

namespace goldsmith::instances {

class VmWorld final : public InstanceWorld {
public:
    explicit VmWorld(VmOptions options = {});

    std::string skip_reason() override;
    std::unique_ptr<Instance> make(const std::string& name) override { return make(spec(name)); }
    std::unique_ptr<Instance> make(const InstanceSpec& spec) { return driver_.create(spec); }
    /// With its overlay made, unless the test brings its own disk.
    InstanceSpec spec(const std::string& name, bool with_overlay = true) const;

    base::Path folder() const { return folder_.path(); }
    static base::Path base_disk();
    /// Boots take minutes under emulation; most tests run in `./dev test --all` only.
    static bool runs_all();

private:
    base::TempDir folder_{"gs", "/var/tmp"};
    VmDriver driver_;
};

}  // namespace goldsmith::instances
