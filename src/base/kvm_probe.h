// Whether KVM really works: a guest of one boot sector enters 64-bit mode with paging and has
// to say so. A device node proves nothing: under nested virtualisation it may be there and hang
// every guest that is more than a boot sector in real mode.
#pragma once

#include <chrono>
#include <string>

namespace goldsmith::base {

struct KvmProbe {
    bool works = false;
    std::string finding;  ///< for people
};

/// Takes a second when it works and at most five when it does not.
KvmProbe probe_kvm();

/// probe_kvm(), once per start of the host and version of QEMU: the finding is kept in
/// /run/goldsmith (root) or $XDG_RUNTIME_DIR/goldsmith, and probed anew where there is neither.
KvmProbe probe_kvm_once();

/// The guest alone, under an accelerator of QEMU's. With "tcg" it works wherever QEMU does, which
/// is how the probe itself is tested.
KvmProbe run_probe_guest(const std::string& accelerator,
                         std::chrono::seconds limit = std::chrono::seconds(10));

}  // namespace goldsmith::base
