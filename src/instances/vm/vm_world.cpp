#include "instances/vm/vm_world.h"

#include <unistd.h>

#include <cstdio>
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

InstanceSpec VmWorld::spec(const std::string& name, const base::Path& backing) const {
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
    if (backing.empty()) {
        return spec;
    }
    base::run_checked(
        {"qemu-img",
         {"create", "-q", "-f", "qcow2", "-F", "raw", "-b", backing.string(), spec.disk.string()},
         {},
         false,
         {}});
    return spec;
}

base::Path VmWorld::changed_base(const std::string& name, const std::string& commands) const {
    const base::Path file = folder_.path() / (name + ".raw");
    base::run_checked(
        {"cp", {"--sparse=always", base_disk().string(), file.string()}, {}, false, {}});
    base::write_file_atomically(folder_.path() / "debugfs", commands);
    // Where the catalogue puts the root: docs/formats/bios-boot-code.md.
    base::run_checked(
        {"debugfs",
         {"-w", "-f", (folder_.path() / "debugfs").string(), file.string() + "?offset=134217728"},
         {},
         false,
         {}});
    return file;
}

std::vector<pid_t> VmWorld::processes() const {
    std::vector<pid_t> found;
    for (const std::string& name : base::list_directory("/proc")) {
        if (name.find_first_not_of("0123456789") != std::string::npos) {
            continue;
        }
        try {
            const std::string line = base::read_file("/proc/" + name + "/cmdline", 1 << 20);
            if (line.find(folder().string()) != std::string::npos) {
                found.push_back(std::stoi(name));
            }
        } catch (const base::SystemError&) {
            // It has just ended.
        }
    }
    return found;
}

bool VmWorld::all_gone() const {
    for (int i = 0; i < 400 && !processes().empty(); ++i) {
        ::usleep(25'000);
    }
    return processes().empty();
}

void VmTest::SetUp() {
    if (!VmWorld::runs_all()) {
        GTEST_SKIP() << "boots machines: ./dev test --all runs it";
    }
    if (const std::string reason = world_.skip_reason(); !reason.empty()) {
        GTEST_SKIP() << reason;
    }
}

guest::GuestClient::Output VmTest::sh(Instance& instance, const std::string& script) {
    return instance.guest().capture(
        {{"sh", "-c", script}, {"PATH=/usr/sbin:/usr/bin:/sbin:/bin"}, "/", false}, soon());
}

std::string VmTest::said(Instance& instance, const std::string& script) {
    auto output = sh(instance, script);
    EXPECT_EQ(output.exited.exit_code, 0) << script << "\n" << output.stderr_text;
    if (output.stdout_text.ends_with('\n')) {
        output.stdout_text.pop_back();
    }
    return output.stdout_text;
}

std::unique_ptr<Instance> VmTest::started(const InstanceSpec& spec) {
    auto instance = world_.make(spec);
    const auto begin = std::chrono::steady_clock::now();
    instance->start();
    instance->wait_ready(soon(), {});
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    std::printf("%s is ready after %.1f s\n", spec.id.c_str(), took.count());
    return instance;
}

}  // namespace goldsmith::instances
