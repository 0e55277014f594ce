// Whether KVM really works: a guest of one boot sector enters 64-bit mode with paging and has
// to say so. A device node proves nothing: under nested virtualisation it may be there and hang
// every guest that is more than a boot sector in real mode.
#pragma once

#include <string>

namespace goldsmith::cli {

struct KvmProbe {
    bool works = false;
    std::string finding;  ///< for people
};

/// Takes a second when it works and at most ten when it does not.
KvmProbe probe_kvm();

/// The guest alone, under an accelerator of QEMU's. With "tcg" it works wherever QEMU does, which
/// is how the probe itself is tested.
KvmProbe run_probe_guest(const std::string& accelerator);

}  // namespace goldsmith::cli
