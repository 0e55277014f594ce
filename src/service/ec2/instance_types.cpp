#include "service/ec2/instance_types.h"

#include "api/generated/ec2/instance_types_json.h"
#include "api/instance_size.h"
#include "service/ec2/short_lists.h"

namespace goldsmith::service::ec2 {

namespace ec2 = api::ec2;

namespace {

ListedItem<ec2::InstanceTypeInfo> type_item(const std::string& type) {
    const api::InstanceSize size = api::instance_size(type);
    const bool burstable = type.front() == 't';
    const bool current = !type.starts_with("m1.") && !type.starts_with("t2.");
    const auto text = [](bool value) { return std::vector<std::string>{value ? "true" : "false"}; };
    return {.id = type,
            .item = {.instance_type = type,
                     .current_generation = current,
                     .free_tier_eligible = false,
                     .supported_usage_classes = std::vector<std::string>{"on-demand"},
                     .supported_root_device_types = std::vector<std::string>{"ebs"},
                     .supported_virtualization_types = std::vector<std::string>{"hvm"},
                     .bare_metal = false,
                     .hypervisor = current ? "nitro" : "xen",
                     .processor_info = ec2::ProcessorInfo{.supported_architectures =
                                                              std::vector<ec2::Architecture>{
                                                                  ec2::Architecture::x86_64}},
                     .v_cpu_info = ec2::VCpuInfo{.default_v_cpus = size.vcpus},
                     .memory_info = ec2::MemoryInfo{.size_in_mi_b = size.memory_mib},
                     .instance_storage_supported = false,
                     .hibernation_supported = false,
                     .burstable_performance_supported = burstable,
                     .dedicated_hosts_supported = false,
                     .auto_recovery_supported = true,
                     .supported_boot_modes = std::vector<std::string>{"legacy-bios", "uefi"}},
            .values = {{"bare-metal", {"false"}},
                       {"burstable-performance-supported", text(burstable)},
                       {"current-generation", text(current)},
                       {"instance-storage-supported", {"false"}},
                       {"instance-type", {type}},
                       {"memory-info.size-in-mib", {std::to_string(size.memory_mib)}},
                       {"processor-info.supported-architecture", {"x86_64"}},
                       {"vcpu-info.default-vcpus", {std::to_string(size.vcpus)}}}};
}

}  // namespace

ec2::DescribeInstanceTypesResponse InstanceTypeFamily::describe_instance_types(
    const api::CallContext& context, const ec2::DescribeInstanceTypesRequest& request) {
    stop_if_dry_run(request.dry_run);
    std::vector<std::string> types = api::offered_instance_types();
    // What is asked for by name may also be a size that is known and not listed.
    for (const std::string& type : request.instance_types.value_or(std::vector<std::string>{})) {
        if (api::known_instance_size(type) && std::ranges::find(types, type) == types.end()) {
            types.push_back(type);
        }
    }
    std::vector<ListedItem<ec2::InstanceTypeInfo>> items;
    for (const std::string& type : types) {
        items.push_back(type_item(type));
    }
    auto selected = select_items<ec2::InvalidInstanceType>(std::move(items), request.instance_types,
                                                           request.filters, "instance type");
    auto page = page_items(dependencies_.page_tokens, context, "DescribeInstanceTypes", request,
                           std::move(selected));
    return {.instance_types = std::move(page.items), .next_token = page.next_token};
}

}  // namespace goldsmith::service::ec2
