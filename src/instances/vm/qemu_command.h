// The command line of a virtual machine, as a pure function of everything that matters. Paths
// without a slash are in the machine's work folder, which is QEMU's working folder.
#pragma once

#include <optional>
#include <string>

#include "base/files.h"
#include "base/process.h"
#include "instances/instance.h"

namespace goldsmith::instances {

enum class Accelerator { kvm, tcg };

struct QemuSettings {
    Accelerator accelerator = Accelerator::tcg;
    std::string name;
    /// The machine's identity as the firmware shows it.
    std::string uuid;
    unsigned vcpus = 1;
    std::uint64_t memory_mib = 1024;
    base::Path disk;
    std::string disk_format = "qcow2";
    Firmware firmware = Firmware::bios;
    /// For UEFI: its code, which many machines share, and this machine's variables.
    base::Path firmware_code;
    base::Path firmware_variables;
    /// The connected socket to a TPM; see tpm.h.
    std::optional<int> tpm_fd;
    /// A file with SMBIOS type 11 strings; none when empty.
    std::string credentials_file;
    /// The connected socket over which QEMU takes commands.
    int qmp_fd = -1;
    /// The port of the agent is there from the start, not plugged in later.
    bool port_from_start = false;
    /// A saved state that the machine goes on from; it begins when told to.
    std::optional<int> incoming_fd;
};

inline constexpr const char* kSeedFile = "seed.img";
inline constexpr const char* kAgentSocket = "agent.sock";
/// Identities of devices, for commands over QMP.
inline constexpr const char* kAgentChardev = "agent";
inline constexpr const char* kSerialBus = "serial0.0";
inline constexpr const char* kAgentDevice = "agentport";

/// QEMU with a user-mode network of its own, which is to run inside a Gateway: what the guest
/// sends leaves as QEMU's sockets.
base::Command qemu_command(const QemuSettings& settings, const base::Path& work);

}  // namespace goldsmith::instances
