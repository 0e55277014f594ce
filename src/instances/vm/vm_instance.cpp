#include "instances/vm/vm_instance.h"

#include <fcntl.h>

#include <utility>

#include "base/error.h"
#include "base/hash.h"
#include "base/random.h"
#include "guest/unix_socket.h"
#include "instances/vm/agent_files.h"
#include "instances/vm/firmware.h"
#include "instances/vm/machine_state.h"
#include "instances/vm/seed_disk.h"

namespace goldsmith::instances {

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kTailLines = 30;
constexpr auto kHelloLimit = 10s;
/// How often a waiting loop looks around.
constexpr auto kSlice = 100ms;
/// The guest's udev looks for new rules when a device comes; so the port comes again and again.
constexpr auto kPortPlugged = 2500ms;
constexpr auto kPortUnplugged = 100ms;
/// A guest that keeps QEMU busy must not make us late.
constexpr auto kPortLimit = 2s;
/// A guest that shows a login prompt and did not take the credentials after this never will.
constexpr auto kCredentialsLimit = 30s;
/// The same for one that shows nothing on this console.
constexpr auto kSilentLimit = 120s;
/// A guest that still works is given more: this host may be busy.
constexpr int kBusyFactor = 3;
constexpr auto kLoadInterval = 10s;
/// Of one processor. An idle guest takes 0.05.
constexpr double kBusyLoad = 0.2;
/// For QEMU to write what it holds of the disk's tables.
constexpr auto kFlushLimit = 20s;
constexpr auto kControlLimit = 20s;
constexpr const char* kCredentialsFile = "credentials.txt";
/// A resumed machine whose agent has not answered after this never will.
constexpr auto kResumeLimit = 60s;
/// The disk as it was given, while a resumed machine has to prove itself.
constexpr const char* kColdDisk = "cold.qcow2";
constexpr std::size_t kEntropyBytes = 64;

/// Random by its form (version 4), and the same for every start of one run.
std::string uuid_of(const std::string& run_id) {
    std::string hex = base::sha256_hex("machine " + run_id).substr(0, 32);
    hex[12] = '4';
    hex[16] = 'a';
    return hex.substr(0, 8) + "-" + hex.substr(8, 4) + "-" + hex.substr(12, 4) + "-" +
           hex.substr(16, 4) + "-" + hex.substr(20);
}

/// What a guest without an id of its own takes from its firmware.
std::string machine_id_of(const std::string& run_id) {
    std::string id = uuid_of(run_id);
    std::erase(id, '-');
    return id;
}

}  // namespace

VmInstance::VmInstance(InstanceSpec spec, VmOptions options)
    : spec_(std::move(spec)), options_(options), agent_start_(options.agent_start) {}

VmInstance::~VmInstance() {
    kill();
}

void VmInstance::fail(const std::string& what) const {
    const std::string tail = console_tail(kTailLines);
    throw InstanceFailed(
        "instance " + spec_.id + ": " + what +
        (tail.empty() ? "; its console is empty" : "; the last lines of its console:\n" + tail));
}

void VmInstance::start() {
    try {
        console_ = std::make_unique<Console>(spec_.console_file);
        base::write_file_atomically(spec_.work_directory / kCredentialsFile,
                                    agent_credential(spec_.id), 0600, base::Durability::fast);
        if (!spec_.gateway) {
            spec_.gateway =
                std::make_shared<Gateway>(GatewayOptions{{}, spec_.work_directory, {}, {}});
        }
        if (!resume()) {
            boot();
        }
    } catch (const base::Error& error) {
        kill();
        throw InstanceFailed("instance " + spec_.id + " cannot be started: " + error.what());
    }
}

QemuSettings VmInstance::settings() const {
    const bool by_cloud_init = agent_start_ == AgentStart::cloud_init;
    QemuSettings settings;
    settings.accelerator = options_.accelerator;
    settings.name = spec_.id;
    settings.uuid = uuid_of(spec_.run_id);
    settings.vcpus = spec_.vcpus;
    settings.memory_mib = spec_.memory_mib;
    settings.disk = spec_.disk;
    settings.disk_format = spec_.disk_format;
    settings.firmware = spec_.firmware;
    if (spec_.firmware != Firmware::bios) {
        settings.firmware_code = firmware_files(spec_.firmware).code;
        settings.firmware_variables =
            spec_.keeps_disk ? lasting_folder() / kFirmwareVariables : kFirmwareVariables;
    }
    settings.credentials_file = by_cloud_init ? "" : kCredentialsFile;
    settings.port_from_start = by_cloud_init;
    return settings;
}

/// For what must be there as long as the disk: firmware variables, and secrets in a TPM.
base::Path VmInstance::lasting_folder() const {
    return spec_.keeps_disk ? spec_.disk.parent_path() : spec_.work_directory;
}

void VmInstance::make_seed() const {
    SeedDisk seed{spec_.work_directory / kSeedFile, kPlainLabel, {}, spec_.agent_program};
    if (agent_start_ == AgentStart::cloud_init) {
        const CloudInitFiles files = cloud_init_files(spec_.id, spec_.grow_root);
        seed.label = kCloudInitLabel;
        seed.files = {{"user-data", files.user_data},
                      {"meta-data", files.meta_data},
                      {"start.sh", files.start_script},
                      {"agent.service", vm_agent_unit(spec_.id)}};
    }
    make_seed_disk(seed);
}

void VmInstance::boot() {
    guest_.reset();
    machine_.reset();
    make_seed();
    QemuSettings wanted = settings();
    std::vector<int> keep_fds;
    if (spec_.firmware != Firmware::bios) {
        prepare_variables(firmware_files(spec_.firmware), lasting_folder());
    }
    if (spec_.tpm) {
        tpm_.reset();
        tpm_.emplace(lasting_folder());
        wanted.tpm_fd = tpm_->fd();
        keep_fds.push_back(tpm_->fd());
    }
    watch_.emplace(spec_.console_file);
    told_why_down_ = false;
    port_is_plugged_ = wanted.port_from_start;
    started_ = port_changed_ = load_taken_ = Clock::now();
    is_busy_ = true;
    booted_.reset();
    machine_ = std::make_unique<Machine>(std::move(wanted), spec_.work_directory, *spec_.gateway,
                                         *console_, std::move(keep_fds));
}

/// False where this start has to boot.
bool VmInstance::resume() {
    // What a TPM keeps is not in a saved machine.
    if (!spec_.warm_start || spec_.tpm) {
        return false;
    }
    states_.emplace(*spec_.warm_start);
    key_ = saved_state_key(settings(), spec_);
    // Only the first start is from the disk as it was given.
    spec_.warm_start.reset();
    to_be_saved_ = true;
    const auto entry = states_->find(key_);
    if (!entry) {
        return false;
    }
    std::filesystem::rename(spec_.disk, spec_.work_directory / kColdDisk);
    is_resumed_ = true;
    try {
        std::filesystem::copy_file(*entry / "disk.qcow2", spec_.disk);
        restore_beside_disk(*entry, spec_.work_directory);
        watch_.emplace(spec_.console_file);
        started_ = port_changed_ = Clock::now();
        told_why_down_ = false;
        port_is_plugged_ = true;
        machine_ =
            resume_machine(settings(), *entry, spec_.work_directory, *spec_.gateway, *console_);
    } catch (const std::exception& error) {
        shortcomings_.push_back(std::string("no warm start: ") + error.what());
        boot_after_all();
    }
    return true;
}

/// The saved machine is of no use: from the disk as it was given.
void VmInstance::boot_after_all() {
    guest_.reset();
    machine_.reset();
    is_resumed_ = false;
    states_->discard(key_);
    std::filesystem::rename(spec_.work_directory / kColdDisk, spec_.disk);
    boot();
}

/// Makes a resumed machine one of its own; see guest/awaken.h.
void VmInstance::awaken(Deadline deadline, const std::stop_token& stop) {
    const auto entry = states_->find(key_);
    std::string old_id = entry ? base::read_file_if_exists(*entry / "machine-id").value_or("") : "";
    if (old_id.empty()) {
        old_id = std::string(32, '0');  // the entry has just been evicted: the id stays
    }
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    base::SystemRandom random;
    std::string entropy(kEntropyBytes, '\0');
    random.fill(entropy.data(), entropy.size());
    guest::ExecRequest request;
    request.argv = {
        kAgentProgram,
        "awaken",
        "--clock",
        std::to_string(std::chrono::duration_cast<std::chrono::nanoseconds>(now).count()),
        "--machine-id",
        old_id,
        machine_id_of(spec_.run_id),
        "--host-name",
        spec_.id};
    guest::ExecOptions options;
    options.stdin_text = entropy;
    options.deadline = deadline;
    options.stop = stop;
    std::string output;
    options.on_output = [&](std::string_view text, bool) { output += text; };
    if (guest_->exec(request, options).exit_code != 0) {
        throw base::Error("the resumed machine cannot be made one of its own: " + output);
    }
}

void VmInstance::prove(Deadline deadline, const std::stop_token& stop) {
    try {
        awaken(deadline, stop);
    } catch (const base::Error& error) {
        shortcomings_.push_back(std::string("no warm start: ") + error.what());
        boot_after_all();
        return;
    }
    is_resumed_ = to_be_saved_ = false;
    base::remove_tree(spec_.work_directory / kColdDisk);
}

/// Saves the machine, which is ready, for others. Costs a second; whatever fails costs only that.
void VmInstance::save(Deadline deadline, const std::stop_token& stop) {
    try {
        // Its agent must be looking for a host in what is saved.
        drop_connection();
        base::TempDir folder = states_->begin();
        base::write_file_atomically(folder.path() / "machine-id", machine_id_of(spec_.run_id), 0600,
                                    base::Durability::fast);
        save_machine(*machine_, folder.path(), spec_.disk, spec_.work_directory);
        states_->commit(std::move(folder), key_);
    } catch (const std::exception& error) {
        shortcomings_.push_back(std::string("the machine was not saved for warm starts: ") +
                                error.what());
    }
    wait_ready(deadline, stop);
}

/// A machine that went down leaves its reason on its console, where every message looks.
bool VmInstance::is_alive() {
    if (!machine_) {
        return false;
    }
    if (machine_->is_alive()) {
        return true;
    }
    if (!std::exchange(told_why_down_, true)) {
        const base::Fd file = base::open_file(spec_.console_file, O_WRONLY | O_APPEND);
        base::write_all(file.get(),
                        "\n[goldsmith] " + spec_.id + ": " + machine_->why_down() + "\n");
    }
    return false;
}

void VmInstance::check_start(Deadline deadline, const std::stop_token& stop) {
    if (stop.stop_requested()) {
        fail("its start was cancelled");
    }
    if (!is_alive()) {
        fail("it went down before it was ready (" +
             (machine_ ? machine_->why_down() : std::string("not started")) + ")");
    }
    if (const std::string reason = machine_->why_paused(); !reason.empty()) {
        kill();
        fail("it cannot go on: " + reason);
    }
    const std::string text = watch_->look();
    if (const auto failure = boot_failure_in(text)) {
        kill();
        fail("it does not boot: " + *failure);
    }
    if (!booted_ && shows_login_prompt(text)) {
        booted_ = Clock::now();
    }
    if (Clock::now() >= deadline) {
        fail("it was not ready in time");
    }
}

void VmInstance::plug_port() {
    // Also when QEMU is late: then it is done later, and not twice.
    port_is_plugged_ = true;
    port_changed_ = Clock::now();
    machine_->qmp().execute("device_add",
                            {{"driver", "virtserialport"},
                             {"id", kAgentDevice},
                             {"bus", kSerialBus},
                             {"chardev", kAgentChardev},
                             {"name", kAgentPort}},
                            Clock::now() + kPortLimit);
}

void VmInstance::unplug_port() {
    port_is_plugged_ = false;
    port_changed_ = Clock::now();
    machine_->qmp().execute("device_del", {{"id", kAgentDevice}}, Clock::now() + kPortLimit);
}

/// Until the agent has opened it, the port is plugged in again and again: the guest must see it
/// come after it has its udev rule.
void VmInstance::offer_port() {
    const auto since = Clock::now() - port_changed_;
    try {
        if (!port_is_plugged_ && since >= kPortUnplugged) {
            plug_port();
        } else if (port_is_plugged_ && since >= kPortPlugged) {
            unplug_port();
        }
    } catch (const QmpError&) {
        // It has just gone down (the next look finds that), or is not done with the last change.
    }
}

/// Whether the guest ought to have started the agent by its credentials long ago.
bool VmInstance::is_waiting_in_vain() {
    const auto now = Clock::now();
    if (now - load_taken_ > kLoadInterval) {
        load_taken_ = now;
        is_busy_ = machine_->load() > kBusyLoad;
    }
    const auto waited = booted_ ? now - *booted_ : now - started_;
    const auto limit = booted_ ? kCredentialsLimit : kSilentLimit;
    return waited > limit * (is_busy_ ? kBusyFactor : 1);
}

void VmInstance::start_by_cloud_init() {
    agent_start_ = AgentStart::cloud_init;
    try {
        machine_->qmp().execute("system_powerdown", {}, Clock::now() + kControlLimit);
        machine_->wait_down(kFlushLimit);
    } catch (const QmpError&) {
        // It is ended below in any case.
    }
    machine_->end(kFlushLimit);
    boot();
}

void VmInstance::drop_connection() {
    guest_.reset();
    // The agent must see that the host has gone before the host comes back; else it would wait for
    // frames of a connection that nobody remembers.
    const Deadline limit = Clock::now() + 2s;
    while (is_alive() && machine_->port_is_open() && Clock::now() < limit) {
        machine_->listen(kSlice);
    }
}

void VmInstance::connect(Deadline deadline, const std::stop_token& stop) {
    try {
        // A path through a descriptor, because a socket's path has little room.
        const base::Fd folder = base::open_file(spec_.work_directory, O_PATH | O_DIRECTORY);
        base::Fd stream = guest::connect_unix("/proc/self/fd/" + std::to_string(folder.get()) +
                                              "/" + kAgentSocket);
        guest_.emplace(std::move(stream), std::min<Deadline>(deadline, Clock::now() + kHelloLimit),
                       stop);
        guest_->set_silence(options_.silence);
        // A hello may have waited in the port since before the agent closed and opened it again;
        // only an answer shows that both ends mean the same connection.
        guest_->ping(std::min<Deadline>(deadline, Clock::now() + kHelloLimit));
    } catch (const base::Error&) {
        // Not there yet, or gone; the next look tells.
        drop_connection();
    }
}

void VmInstance::wait_ready(Deadline deadline, std::stop_token stop) {
    if (guest_ && !guest_->is_usable() && machine_) {
        drop_connection();
    }
    while (!guest_) {
        if (is_resumed_ && (!is_alive() || Clock::now() - started_ > kResumeLimit)) {
            shortcomings_.push_back("no warm start: the saved machine did not answer");
            boot_after_all();
        }
        check_start(deadline, stop);
        machine_->listen(kSlice);
        if (machine_->agent_was_seen() || is_resumed_) {
            connect(deadline, stop);
        } else if (agent_start_ != AgentStart::cloud_init) {
            offer_port();
            if (agent_start_ == AgentStart::automatic && is_waiting_in_vain()) {
                start_by_cloud_init();
            }
        }
        if (guest_ && is_resumed_) {
            prove(deadline, stop);
        }
    }
    // The way by cloud-init leaves its seed disk's name in the guest; such a machine is not kept.
    if (std::exchange(to_be_saved_, false) && agent_start_ != AgentStart::cloud_init) {
        save(deadline, stop);
    }
}

guest::GuestClient& VmInstance::guest() {
    if (!guest_) {
        fail("there is no connection to its agent");
    }
    return *guest_;
}

void VmInstance::reboot(Deadline deadline, std::stop_token stop) {
    try {
        guest().reboot(deadline);
    } catch (const guest::GuestLost&) {
        // It was faster than its answer.
    }
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
    if (!machine_->wait_down(left, stop)) {
        fail(stop.stop_requested() ? "its restart was cancelled" : "it did not go down in time");
    }
    if (!machine_->went_down_in_order()) {
        fail("its restart failed (" + machine_->why_down() + ")");
    }
    boot();
    wait_ready(deadline, stop);
}

Instance::Stopped VmInstance::stop(std::chrono::milliseconds grace) {
    if (!is_alive()) {
        kill();
        return Stopped::killed;
    }
    const Deadline deadline = Clock::now() + grace;
    try {
        guest().poweroff(deadline);
    } catch (const base::Error&) {
        try {
            // As the button of a machine would.
            machine_->qmp().execute("system_powerdown", {}, deadline);
        } catch (const QmpError&) {
            // It is ended below.
        }
    }
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
    Stopped how = Stopped::killed;
    if (machine_->wait_down(left) && machine_->went_down_in_order()) {
        how = Stopped::clean;
    }
    // What the guest wrote must be in the disk's file, also when it did not go down by itself.
    machine_->end(kFlushLimit);
    kill();
    return how;
}

void VmInstance::kill() noexcept {
    try {
        guest_.reset();
        machine_.reset();
        tpm_.reset();
        console_.reset();
    } catch (...) {
        // The rest goes with this process.
    }
}

PowerState VmInstance::state() {
    if (!is_alive()) {
        return PowerState::off;
    }
    return guest_ ? PowerState::running : PowerState::starting;
}

std::string VmInstance::console_tail(std::size_t lines) const {
    return tail_of_console(spec_.console_file, lines);
}

}  // namespace goldsmith::instances
