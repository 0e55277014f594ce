// UEFI firmware for virtual machines: Debian's build of OVMF, code and an empty set of variables.
#pragma once

#include <optional>
#include <string>

#include "base/files.h"
#include "instances/instance.h"

namespace goldsmith::instances {

/// A machine's variables (boot entries, Secure Boot's keys), in its work folder.
inline constexpr const char* kFirmwareVariables = "uefi-variables.fd";

struct FirmwareFiles {
    base::Path code;
    /// Copied for each machine.
    base::Path variables;
};

/// Those of this host. Throws base::Error when it has none; not for BIOS, which is QEMU's own.
FirmwareFiles firmware_files(Firmware firmware);

/// Lays a machine's own variables into `work` unless it has some.
void prepare_variables(const FirmwareFiles& files, const base::Path& work);

}  // namespace goldsmith::instances
