#include "actions/instance_size.h"

#include <map>
#include <string>

namespace goldsmith::actions {

namespace {

using Sizes = std::map<std::string, InstanceSize, std::less<>>;

constexpr std::int32_t gib = 1024;

const Sizes& burstable() {
    static const Sizes sizes = {{"nano", {2, gib / 2}},    {"micro", {2, gib}},
                                {"small", {2, 2 * gib}},   {"medium", {2, 4 * gib}},
                                {"large", {2, 8 * gib}},   {"xlarge", {4, 16 * gib}},
                                {"2xlarge", {8, 32 * gib}}};
    return sizes;
}

/// "large" 2, "xlarge" 4, "2xlarge" 8, ...; 0 when it is none of these.
std::int32_t vcpus_of(std::string_view size) {
    static const std::map<std::string, std::int32_t, std::less<>> table = {
        {"medium", 1},    {"large", 2},     {"xlarge", 4},    {"2xlarge", 8},   {"3xlarge", 12},
        {"4xlarge", 16},  {"6xlarge", 24},  {"8xlarge", 32},  {"9xlarge", 36},  {"12xlarge", 48},
        {"16xlarge", 64}, {"18xlarge", 72}, {"24xlarge", 96}, {"32xlarge", 128}};
    const auto found = table.find(size);
    return found == table.end() ? 0 : found->second;
}

std::int32_t gib_per_vcpu(char family) {
    switch (family) {
        case 'c':
            return 2;
        case 'm':
            return 4;
        case 'r':
            return 8;
        default:
            return 0;
    }
}

}  // namespace

InstanceSize instance_size(std::string_view type) {
    const std::size_t dot = type.find('.');
    if (dot == std::string_view::npos || dot == 0) {
        return {};
    }
    const std::string_view size = type.substr(dot + 1);
    if (type.front() == 't') {
        const auto found = burstable().find(size);
        return found == burstable().end() ? InstanceSize{} : found->second;
    }
    const std::int32_t vcpus = vcpus_of(size);
    const std::int32_t per_vcpu = gib_per_vcpu(type.front());
    if (vcpus == 0 || per_vcpu == 0) {
        return {};
    }
    return {vcpus, vcpus * per_vcpu * gib};
}

}  // namespace goldsmith::actions
