#include "instances/vm/machine_state.h"

#include <fcntl.h>

#include <thread>

#include "base/error.h"
#include "instances/vm/firmware.h"

namespace goldsmith::instances {

namespace {

using namespace std::chrono_literals;

constexpr auto kSaveLimit = 120s;
constexpr auto kLoadLimit = 60s;
constexpr auto kControlLimit = 20s;
constexpr auto kLook = 10ms;
/// QEMU's own limit is for networks.
constexpr std::int64_t kBytesPerSecond = 16LL << 30;

Qmp::Clock::time_point soon() {
    return Qmp::Clock::now() + kControlLimit;
}

std::string status_of(Qmp& qmp, const std::string& query) {
    const boost::json::value answer = qmp.execute(query, {}, soon());
    const boost::json::value* status =
        answer.is_object() ? answer.as_object().if_contains("status") : nullptr;
    return status != nullptr && status->is_string() ? std::string(status->as_string()) : "";
}

void write_memory(Qmp& qmp, const base::Path& file) {
    const base::Fd fd = base::open_file(file, O_WRONLY | O_CREAT | O_EXCL, 0600);
    qmp.execute("migrate-set-parameters", {{"max-bandwidth", kBytesPerSecond}}, soon());
    qmp.execute_with(fd.get(), "getfd", {{"fdname", "state"}}, soon());
    qmp.execute("migrate", {{"uri", "fd:state"}}, soon());
    const auto deadline = Qmp::Clock::now() + kSaveLimit;
    for (std::string status; status != "completed"; status = status_of(qmp, "query-migrate")) {
        if (status == "failed" || status == "cancelled" || Qmp::Clock::now() > deadline) {
            throw base::Error("QEMU did not save the machine (" + status + ")");
        }
        std::this_thread::sleep_for(kLook);
    }
}

/// Lets a machine that was stopped go on, whatever happened meanwhile.
class Paused {
public:
    explicit Paused(Qmp& qmp) : qmp_(qmp) { qmp_.execute("stop", {}, soon()); }
    ~Paused() {
        try {
            qmp_.execute("cont", {}, soon());
        } catch (const base::Error&) {
            // It has died; whoever waits for it finds that.
        }
    }
    Paused(const Paused&) = delete;
    Paused& operator=(const Paused&) = delete;

private:
    Qmp& qmp_;
};

}  // namespace

void save_machine(Machine& machine, const base::Path& folder, const base::Path& disk,
                  const base::Path& work) {
    const Paused paused(machine.qmp());
    write_memory(machine.qmp(), folder / "memory");
    // All that the guest wrote is in the file now: the end of a migration gives the disk away.
    std::filesystem::copy_file(disk, folder / "disk.qcow2");
    std::filesystem::copy_file(work / kSeedFile, folder / kSeedFile);
    if (std::filesystem::exists(work / kFirmwareVariables)) {
        std::filesystem::copy_file(work / kFirmwareVariables, folder / kFirmwareVariables);
    }
}

void restore_beside_disk(const base::Path& folder, const base::Path& work) {
    for (const char* name : {kSeedFile, kFirmwareVariables}) {
        if (std::filesystem::exists(folder / name)) {
            std::filesystem::copy_file(folder / name, work / name,
                                       std::filesystem::copy_options::overwrite_existing);
        }
    }
}

std::unique_ptr<Machine> resume_machine(QemuSettings settings, const base::Path& folder,
                                        const base::Path& work, const Gateway& gateway,
                                        const Console& console) {
    const base::Fd memory = base::open_file(folder / "memory", O_RDONLY);
    settings.incoming_fd = memory.get();
    settings.port_from_start = true;
    auto machine = std::make_unique<Machine>(std::move(settings), work, gateway, console,
                                             std::vector<int>{memory.get()});
    const auto deadline = Qmp::Clock::now() + kLoadLimit;
    while (status_of(machine->qmp(), "query-status") == "inmigrate") {
        if (!machine->is_alive() || Qmp::Clock::now() > deadline) {
            throw base::Error("QEMU did not load the saved machine");
        }
        std::this_thread::sleep_for(kLook);
    }
    machine->qmp().execute("cont", {}, soon());
    return machine;
}

}  // namespace goldsmith::instances
