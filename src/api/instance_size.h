// What an EC2 instance type means here: how many processors and how much memory a machine may use.
// Pure. The figures are EC2's own for the families t2, t3, t3a, t4g, m*, c* and r*. Used by whoever
// starts machines and by EC2's DescribeInstanceTypes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace goldsmith::api {

struct InstanceSize {
    std::int32_t vcpus = 2;
    std::int32_t memory_mib = 8192;

    bool operator==(const InstanceSize&) const = default;
};

/// Unknown types get the size of m5.large.
InstanceSize instance_size(std::string_view type);
/// Nothing for a type whose size is not known.
std::optional<InstanceSize> known_instance_size(std::string_view type);

/// The types that are offered to whoever asks for all of them, sorted.
const std::vector<std::string>& offered_instance_types();

}  // namespace goldsmith::api
