// What an EC2 instance type means here: how many processors and how much memory a machine may use.
// Pure. The figures are EC2's own for the families t2, t3, t3a, t4g, m*, c* and r*.
#pragma once

#include <cstdint>
#include <string_view>

namespace goldsmith::actions {

struct InstanceSize {
    std::int32_t vcpus = 2;
    std::int32_t memory_mib = 8192;

    bool operator==(const InstanceSize&) const = default;
};

/// Unknown types get the size of m5.large.
InstanceSize instance_size(std::string_view type);

}  // namespace goldsmith::actions
