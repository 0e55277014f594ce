// A trusted platform module in software (swtpm), for one machine and as long as it is on. What it
// keeps lies in the machine's work folder: restarts find it again, and it goes with the machine.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/fd.h"
#include "base/files.h"
#include "base/process.h"

namespace goldsmith::instances {

/// A TPM that keeps its state below `work` and speaks to QEMU over the connected socket `fd`.
base::Command tpm_command(const base::Path& work, int fd);

class Tpm {
public:
    /// Starts it. Throws base::Error.
    explicit Tpm(const base::Path& work);

    /// QEMU's end of the connection. It ends when QEMU closes it.
    int fd() const { return qemu_end_.get(); }

    /// Why a machine can have none on this host; nothing when it can.
    static std::optional<std::string> unavailable();

private:
    base::Fd qemu_end_;
    std::unique_ptr<base::Child> program_;
};

}  // namespace goldsmith::instances
