// Whether KVM really works: a guest of one boot sector is run and has to say so. A device node
// proves nothing: under nested virtualisation it may be there and hang every guest.
#pragma once

#include <string>

namespace goldsmith::cli {

struct KvmProbe {
    bool works = false;
    std::string finding;  ///< for people
};

/// Takes a second when it works and at most ten when it does not.
KvmProbe probe_kvm();

}  // namespace goldsmith::cli
