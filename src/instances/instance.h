// How a machine exists: one interface over virtual machines, containers and a fake. A runner makes
// one instance from a prepared disk, waits until its agent answers, works through the agent,
// restarts it when asked and stops it so that the disk can be read. Implementations: vm/,
// container/, fake/. All pass instance_conformance.h.
//
// An Instance belongs to one thread, and that thread must live as long as the instance (its
// processes die with the thread that started them). Destroying an instance kills it and removes
// everything but the disk and the console file.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "base/error.h"
#include "base/files.h"
#include "guest/client.h"

namespace goldsmith::instances {

class Gateway;  // network/gateway.h

using guest::Deadline;

/// Where the root file system lies on the disk.
struct RootFileSystem {
    std::uint64_t offset_bytes = 0;
    std::uint64_t length_bytes = 0;
    /// mount(8)'s name: "ext4", "xfs", "btrfs".
    std::string type = "ext4";
    /// 1-based; 0 for a disk without a partition table.
    unsigned partition = 0;

    bool operator==(const RootFileSystem&) const = default;
};

/// Where machines that are ready are kept for later ones to go on from.
struct WarmStart {
    base::Path directory;
    std::uint64_t most_bytes = 0;
    /// What the disk holds and how large it is; equal for equal disks. Kept with a saved machine,
    /// so that whoever wrote it can tell later whether the machine is still of use.
    std::string disk_identity;
};

/// How a machine's firmware starts what is on its disk.
enum class Firmware {
    bios,
    uefi,
    /// UEFI that starts only what is signed with Microsoft's keys, as computers are sold.
    uefi_secure_boot,
};

struct InstanceSpec {
    /// "i-0123456789abcdef0"; also the name under which the guest's manager knows it.
    std::string id;
    /// Unique on the host; control groups are made at <controller>/goldsmith/<run_id>.
    std::string run_id;
    /// The instance's own disk (an overlay); nobody else may have it open.
    base::Path disk;
    std::string disk_format = "qcow2";
    RootFileSystem root;
    /// The disk was made larger than its image: extend the root to it.
    bool grow_root = false;
    unsigned vcpus = 1;
    std::uint64_t memory_mib = 1024;
    /// Drivers whose guests have no firmware ignore both.
    Firmware firmware = Firmware::bios;
    bool tpm = false;
    /// The disk outlives this machine's run: what the guest has flushed must be in it even when
    /// everything is killed.
    bool keeps_disk = false;
    /// An empty private folder for sockets and mount points.
    base::Path work_directory;
    /// What the machine prints on its console is appended here (bounded).
    base::Path console_file;
    /// The static executable that serves as agent; the guest sees it at kAgentProgram.
    base::Path agent_program;
    /// Between the guest and the world. None: the driver makes one with user-mode NAT, if its
    /// machines have a network at all.
    std::shared_ptr<Gateway> gateway;
    /// Go on from a saved machine where there is one, else save this one when it is ready. None:
    /// always boot. Drivers without saved machines ignore it.
    std::optional<WarmStart> warm_start;
};

/// Where the guest finds the agent program and its socket. On a memory file system: nothing of it
/// reaches the disk.
inline constexpr const char* kAgentDirectory = "/run/goldsmith";
inline constexpr const char* kAgentProgram = "/run/goldsmith/toe";

/// The machine could not be started, did not answer in time, or went down by itself. The message
/// ends with the last lines of its console.
class InstanceFailed : public base::Error {
public:
    using base::Error::Error;
};

enum class PowerState { off, starting, running };

class Instance {
public:
    virtual ~Instance() = default;

    /// Switches the machine on and returns at once. Throws InstanceFailed.
    virtual void start() = 0;
    /// Waits until the guest has booted and its agent has said hello; from then on guest() works.
    /// Also makes a new connection when the old one cannot be used any more; returns at once when
    /// it can. Throws InstanceFailed, also on a stop request.
    virtual void wait_ready(Deadline deadline, std::stop_token stop = {}) = 0;
    /// The connection to the agent. Throws InstanceFailed when there is none.
    virtual guest::GuestClient& guest() = 0;
    /// Really restarts the machine, as its own `reboot` would, and waits until it is ready again.
    /// May be called as often as wanted.
    virtual void reboot(Deadline deadline, std::stop_token stop = {}) = 0;

    /// When the machine is off because its guest restarted it, and the driver leaves that to us:
    /// brings it up again, waits until it is ready, and is true. False: it was switched off.
    virtual bool resume_restart(Deadline /*deadline*/, std::stop_token /*stop*/ = {}) {
        return false;
    }

    enum class Stopped { clean, killed };
    /// Shuts the guest down in its own way, or kills it when that takes longer than `grace`.
    /// Afterwards nobody uses the disk and all that was written is in it.
    virtual Stopped stop(std::chrono::milliseconds grace) = 0;
    /// As if the power failed. The disk may lack what was written last.
    virtual void kill() noexcept = 0;

    virtual PowerState state() = 0;
    /// The last lines of the console, for messages, without control characters.
    virtual std::string console_tail(std::size_t lines) const = 0;
    /// The guest's init as this host numbers it, for entering its namespaces with a terminal.
    /// Nothing where the guest is no process of this host, or is not running.
    virtual std::optional<pid_t> init_process() const { return std::nullopt; }

    /// What the machine's keeper knows of a guest that gives no sign of life ("the host's disk is
    /// full"); empty when it knows nothing.
    virtual std::string why_silent() { return {}; }

    /// What was asked for but cannot be given on this host ("no CPU limit: ..."), one per line.
    virtual std::vector<std::string> shortcomings() const { return {}; }
};

class InstanceDriver {
public:
    virtual ~InstanceDriver() = default;
    /// Why instances cannot be made on this host; nothing when they can.
    virtual std::optional<std::string> unavailable() const = 0;
    virtual std::unique_ptr<Instance> create(InstanceSpec spec) = 0;
};

}  // namespace goldsmith::instances
