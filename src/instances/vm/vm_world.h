// Virtual machines for tests: each on a fresh overlay over the catalogue's Debian, which the
// fixture guest_vm_disk leaves in the build folder.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "base/files.h"
#include "instances/instance_conformance.h"
#include "instances/vm/vm_driver.h"

namespace goldsmith::instances {

class VmWorld final : public InstanceWorld {
public:
    /// An emulated boot takes 15 s on two idle cores and minutes beside compilers; a test is not to
    /// fail for that.
    static constexpr std::chrono::seconds kPatience{600};

    explicit VmWorld(VmOptions options = {});

    std::string skip_reason() override;
    std::unique_ptr<Instance> make(const std::string& name) override { return make(spec(name)); }
    std::unique_ptr<Instance> make(const InstanceSpec& spec) { return driver_.create(spec); }
    /// With an overlay over `backing` (raw) made; with an empty path the test brings its own disk.
    InstanceSpec spec(const std::string& name, const base::Path& backing = base_disk()) const;
    /// A copy of the base disk on whose root file system debugfs(8) has executed `commands`.
    base::Path changed_base(const std::string& name, const std::string& commands) const;

    /// Whose command line names our folder: what a machine leaves behind.
    std::vector<pid_t> processes() const;
    /// Waits a little for them to end.
    bool all_gone() const;

    base::Path folder() const { return folder_.path(); }
    static base::Path base_disk();
    /// Boots take minutes under emulation; most tests run in `./dev test --all` only.
    static bool runs_all();

private:
    base::TempDir folder_{"gs", "/var/tmp"};
    VmDriver driver_;
};

/// For tests that boot; they are for --all.
class VmTest : public testing::Test {
protected:
    void SetUp() override;

    static Deadline soon() { return std::chrono::steady_clock::now() + VmWorld::kPatience; }
    static guest::GuestClient::Output sh(Instance& instance, const std::string& script);
    /// What the script prints, without the end of its last line. A failure fails the test.
    static std::string said(Instance& instance, const std::string& script);

    /// Started and ready; says how long that took.
    std::unique_ptr<Instance> started(const InstanceSpec& spec);
    std::unique_ptr<Instance> started(const std::string& name) {
        return started(world_.spec(name));
    }

    VmWorld world_{{.accelerator = choose_accelerator()}};
};

}  // namespace goldsmith::instances
