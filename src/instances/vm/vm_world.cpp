#include "instances/vm/vm_world.h"

#include <unistd.h>

#include <cstdlib>

#include "base/process.h"

namespace goldsmith::instances {

namespace {

base::Path agent_program() {
    return base::Path(GOLDSMITH_BINARY_DIR) / "bin" / "toe";
}

}  // namespace

VmWorld::VmWorld(VmOptions options) : driver_(options) {}

base::Path VmWorld::base_disk() {
    return base::Path(GOLDSMITH_BINARY_DIR) / "guest" / "base.raw";
}

bool VmWorld::runs_all() {
    const char* all = std::getenv("GOLDSMITH_TEST_ALL");
    return all != nullptr && std::string(all) == "yes";
}

std::string VmWorld::skip_reason() {
    if (const auto reason = driver_.unavailable()) {
        return *reason;
    }
    if (!std::filesystem::exists(agent_program())) {
        return "there is no " + agent_program().string() + ": build the target toe";
    }
    if (!std::filesystem::exists(base_disk())) {
        return "there is no " + base_disk().string() + ": the test guest_vm_disk makes it";
    }
    return "";
}

InstanceSpec VmWorld::spec(const std::string& name, bool with_overlay) const {
    const base::Path folder = folder_.path() / name;
    base::make_directories(folder / "work", 0700);
    InstanceSpec spec;
    spec.id = "i-" + name;
    spec.run_id = "test-" + std::to_string(::getpid()) + "-" + name;
    spec.disk = folder / "disk.qcow2";
    spec.vcpus = 2;
    spec.memory_mib = 1024;
    spec.work_directory = folder / "work";
    spec.console_file = folder / "console.log";
    spec.agent_program = agent_program();
    if (!with_overlay) {
        return spec;
    }
    base::run_checked({"qemu-img",
                       {"create", "-q", "-f", "qcow2", "-F", "raw", "-b", base_disk().string(),
                        spec.disk.string()},
                       {},
                       false,
                       {}});
    return spec;
}

}  // namespace goldsmith::instances
