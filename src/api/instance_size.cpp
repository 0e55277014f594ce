#include "api/instance_size.h"

#include <algorithm>
#include <map>
#include <string>

namespace goldsmith::api {

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

std::optional<InstanceSize> known_instance_size(std::string_view type) {
    if (type == "m1.small") {  // what EC2 takes when a request names none
        return InstanceSize{1, 1740};
    }
    const std::size_t dot = type.find('.');
    // A family is a letter and a generation: "t3", "m6i", "c7gn".
    if (dot == std::string_view::npos || dot < 2 || type[1] < '1' || type[1] > '9') {
        return std::nullopt;
    }
    const std::string_view size = type.substr(dot + 1);
    if (type.front() == 't') {
        const auto found = burstable().find(size);
        return found == burstable().end() ? std::nullopt : std::optional(found->second);
    }
    const std::int32_t vcpus = vcpus_of(size);
    const std::int32_t per_vcpu = gib_per_vcpu(type.front());
    if (vcpus == 0 || per_vcpu == 0) {
        return std::nullopt;
    }
    return InstanceSize{vcpus, vcpus * per_vcpu * gib};
}

InstanceSize instance_size(std::string_view type) {
    return known_instance_size(type).value_or(InstanceSize{});
}

const std::vector<std::string>& offered_instance_types() {
    static const std::vector<std::string> types = [] {
        std::vector<std::string> list{"m1.small"};
        for (const char* family : {"t2", "t3", "t3a"}) {
            for (const auto& [size, meaning] : burstable()) {
                list.push_back(std::string(family) + "." + size);
            }
        }
        for (const char* family : {"c5", "c6i", "m5", "m6i", "r5", "r6i"}) {
            for (const char* size : {"large", "xlarge", "2xlarge", "4xlarge", "8xlarge"}) {
                list.push_back(std::string(family) + "." + size);
            }
        }
        std::sort(list.begin(), list.end());
        return list;
    }();
    return types;
}

}  // namespace goldsmith::api
