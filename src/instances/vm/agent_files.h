// How the agent gets into a virtual machine, as texts. Two ways, neither of which writes to the
// guest's disk:
//
// credentials   systemd (252 and newer) takes credentials from the firmware's SMBIOS strings, and
//               systemd-tmpfiles makes files below /run from one of them: the agent's unit, and a
//               udev rule that starts it when the agent's port appears. The host plugs the port in.
// cloud-init    the seed disk is a NoCloud data source whose boot command starts the agent. Slower
//               (Python under emulation), but works with every system that has cloud-init.
//
// In both the agent's executable comes from the seed disk and is copied to kAgentProgram. Pure.
#pragma once

#include <string>

namespace goldsmith::instances {

/// The virtio-serial port that the agent opens, and its device node in the guest.
inline constexpr const char* kAgentPort = "org.goldsmith.agent";
/// Serial number of the seed disk, by which the guest finds it.
inline constexpr const char* kSeedSerial = "goldsmith-seed";
/// Volume label of a seed disk that cloud-init must find, and of one that it must not.
inline constexpr const char* kCloudInitLabel = "CIDATA";
inline constexpr const char* kPlainLabel = "GOLDSMITH";

/// The agent's unit: after the default target, from the seed disk, for ever. `host_name` is for a
/// system that has none of its own.
std::string vm_agent_unit(const std::string& host_name);

/// An SMBIOS type 11 string, "io.systemd.credential.binary:tmpfiles.extra=...".
std::string agent_credential(const std::string& host_name);

struct CloudInitFiles {
    std::string user_data;
    std::string meta_data;
    /// Run by the boot command from the mounted seed disk.
    std::string start_script;
};

/// `grow_root`: the disk is larger than its image.
CloudInitFiles cloud_init_files(const std::string& instance_id, bool grow_root);

}  // namespace goldsmith::instances
