#include "instances/container/container_instance.h"

#include <sys/mount.h>

#include <csignal>
#include <utility>

#include "base/error.h"
#include "base/hash.h"
#include "guest/unix_socket.h"
#include "instances/container/guest_init.h"
#include "instances/container/nspawn_command.h"
#include "instances/container/root_growth.h"

namespace goldsmith::instances {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t kTailLines = 30;
/// nspawn's exit code when the guest restarted.
constexpr int kRestarted = 133;
constexpr auto kHelloLimit = 10s;
/// How often a waiting loop looks whether the machine died or a stop was requested.
constexpr auto kSlice = 25ms;
/// nspawn keeps state there for every container of the host; ours stays out of it.
constexpr const char* kNspawnState = "/run/systemd/nspawn";

std::string mount_options(const std::string& type, bool keeps_disk) {
    if (type == "ext4") {
        return keeps_disk ? "discard" : "discard,barrier=0";
    }
    return type == "xfs" || type == "btrfs" ? "discard" : "";
}

std::string machine_id_of(const InstanceSpec& spec) {
    return base::sha256_hex("machine-id " + spec.id).substr(0, 32);
}

}  // namespace

ContainerInstance::ContainerInstance(InstanceSpec spec) : spec_(std::move(spec)) {}

ContainerInstance::~ContainerInstance() {
    kill();
}

void ContainerInstance::fail(const std::string& what) const {
    const std::string tail = console_tail(kTailLines);
    throw InstanceFailed(
        "instance " + spec_.id + ": " + what +
        (tail.empty() ? "; its console is empty" : "; the last lines of its console:\n" + tail));
}

void ContainerInstance::attach_disk() {
    disk_ = std::make_unique<DiskExport>(spec_.disk, spec_.disk_format, spec_.work_directory,
                                         spec_.keeps_disk);
    const bool grows = std::exchange(spec_.grow_root, false);
    if (grows) {
        spec_.root.length_bytes = grow_partition(disk_->path(), spec_.root.partition);
    }
    loop_ = std::make_unique<LoopDevice>(disk_->path(), spec_.root.offset_bytes,
                                         spec_.root.length_bytes, spec_.work_directory);
    if (grows) {
        if (auto reason = grow_file_system(spec_.root.type, loop_->path())) {
            shortcomings_.push_back(std::move(*reason));
        }
    }
    const base::Path target = spec_.work_directory / "root";
    base::make_directories(target, 0700);
    // No device nodes: what an image brings along must not open the host's devices.
    root_ = Mount(loop_->path(), target, spec_.root.type, MS_NOATIME | MS_NODEV,
                  mount_options(spec_.root.type, spec_.keeps_disk));
    traces_ = std::make_unique<GuestTraces>(target);
}

void ContainerInstance::start() {
    try {
        console_ = std::make_unique<Console>(spec_.console_file);
        attach_disk();
        cgroup_ =
            std::make_unique<InstanceCgroup>(spec_.run_id, Limits{spec_.vcpus, spec_.memory_mib});
        if (!spec_.gateway) {
            spec_.gateway =
                std::make_shared<Gateway>(GatewayOptions{{}, spec_.work_directory, {}, {}});
        }
        network_ = std::make_unique<ContainerLink>(*spec_.gateway, spec_.work_directory);
        files_ =
            std::make_unique<GuestFiles>(spec_.work_directory, spec_.agent_program, root_.target());
        base::make_directories(kNspawnState);
        nspawn_state_ = Mount("goldsmith", kNspawnState, "tmpfs", MS_NOSUID | MS_NODEV, "size=1m");
        boot();
    } catch (const base::Error& error) {
        kill();
        throw InstanceFailed("instance " + spec_.id + " cannot be started: " + error.what());
    }
}

void ContainerInstance::boot() {
    guest_.reset();
    NspawnSettings settings;
    settings.machine = spec_.id;
    settings.machine_id = machine_id_of(spec_);
    settings.root = root_.target();
    settings.network_namespace = network_->path();
    settings.binds = files_->binds();
    settings.keeps_disk = spec_.keeps_disk;
    settings.may_make_devices = cgroup_->restricts_devices();
    base::SpawnOptions options;
    options.stdout_to = base::Stdio::from_fd(console_->write_fd());
    options.stderr_to = base::Stdio::from_fd(console_->write_fd());
    options.die_with_parent = true;
    const InstanceCgroup::Inside inside(*cgroup_);
    machine_ = std::make_unique<base::Child>(base::spawn(nspawn_command(settings), options));
}

std::optional<pid_t> ContainerInstance::init_process() const {
    return machine_ ? find_guest_init(machine_->pid()) : std::nullopt;
}

bool ContainerInstance::is_alive() {
    return machine_ && !machine_->poll();
}

void ContainerInstance::wait_ready(Deadline deadline, std::stop_token stop) {
    if (guest_ && !guest_->is_usable()) {
        guest_.reset();  // the agent sees the end of the connection and makes another one
    }
    while (!guest_) {
        if (stop.stop_requested()) {
            fail("its start was cancelled");
        }
        if (std::chrono::steady_clock::now() >= deadline) {
            fail("it was not ready in time");
        }
        auto connection = guest::accept_unix_for(files_->listener(), kSlice);
        if (!connection) {
            if (!is_alive()) {
                fail("it went down before it was ready (" +
                     (machine_ ? machine_->wait().describe() : std::string("not started")) + ")");
            }
            continue;
        }
        try {
            guest_.emplace(
                std::move(*connection),
                std::min<Deadline>(deadline, std::chrono::steady_clock::now() + kHelloLimit), stop);
        } catch (const base::Error&) {
            // Whoever that was, the agent connects again.
        }
    }
}

guest::GuestClient& ContainerInstance::guest() {
    if (!guest_) {
        fail("there is no connection to its agent");
    }
    return *guest_;
}

void ContainerInstance::wait_down(Deadline deadline, const std::stop_token& stop) {
    while (!machine_->wait_for(kSlice)) {
        if (stop.stop_requested()) {
            fail("its restart was cancelled");
        }
        if (std::chrono::steady_clock::now() >= deadline) {
            fail("it did not go down in time");
        }
    }
}

void ContainerInstance::reboot(Deadline deadline, std::stop_token stop) {
    try {
        guest().reboot(deadline);
    } catch (const guest::GuestLost&) {
        // It was faster than its answer.
    }
    wait_down(deadline, stop);
    const base::ExitStatus status = machine_->wait();
    machine_.reset();
    if (status.exit_code != kRestarted && status.exit_code != 0) {
        fail("its restart failed (" + status.describe() + ")");
    }
    boot();
    wait_ready(deadline, stop);
}

bool ContainerInstance::resume_restart(Deadline deadline, std::stop_token stop) {
    if (!machine_ || !machine_->poll() || machine_->wait().exit_code != kRestarted) {
        return false;
    }
    machine_.reset();
    boot();
    wait_ready(deadline, stop);
    return true;
}

Instance::Stopped ContainerInstance::stop(std::chrono::milliseconds grace) {
    Stopped how = Stopped::killed;
    const Deadline deadline = std::chrono::steady_clock::now() + grace;
    try {
        guest().poweroff(deadline);
    } catch (const base::Error&) {
        // Down already, or on its way; else it is killed below.
    }
    if (machine_) {
        if (const auto status = machine_->wait_for(grace)) {
            how = status->success() ? Stopped::clean : Stopped::killed;
        } else {
            machine_->end(0ms);
        }
    }
    machine_.reset();
    guest_.reset();
    release_disk();
    kill();
    return how;
}

void ContainerInstance::release_disk() {
    if (!disk_) {
        return;
    }
    if (traces_) {
        traces_->restore();
    }
    root_.unmount();
    loop_->detach();
    loop_.reset();
    disk_->stop();
    disk_.reset();
}

void ContainerInstance::kill() noexcept {
    try {
        guest_.reset();
        if (machine_) {
            machine_->end(0ms);
            machine_.reset();
        }
        files_.reset();
        network_.reset();
        nspawn_state_ = Mount();
        root_ = Mount();
        loop_.reset();
        disk_.reset();
        cgroup_.reset();
        console_.reset();
    } catch (...) {
        // The rest goes with this process.
    }
}

PowerState ContainerInstance::state() {
    if (!is_alive()) {
        return PowerState::off;
    }
    return guest_ ? PowerState::running : PowerState::starting;
}

std::string ContainerInstance::console_tail(std::size_t lines) const {
    return tail_of_console(spec_.console_file, lines);
}

std::vector<std::string> ContainerInstance::shortcomings() const {
    std::vector<std::string> all = shortcomings_;
    if (cgroup_) {
        all.insert(all.end(), cgroup_->shortcomings().begin(), cgroup_->shortcomings().end());
    }
    return all;
}

}  // namespace goldsmith::instances
