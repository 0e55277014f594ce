#include <algorithm>

#include "api/generated/ec2/dispatch.h"
#include "api/generated/ec2/regions.h"
#include "service/ec2/describe.h"
#include "service/ec2/image_tasks.h"
#include "service/ec2/instance_types.h"
#include "service/ec2/instances.h"
#include "service/ec2/launch_templates.h"
#include "service/ec2/machine_images.h"
#include "service/ec2/networks.h"
#include "service/ec2/snapshots.h"
#include "service/ec2/tags.h"
#include "service/endpoints.h"
#include "service/owning_endpoint.h"

namespace goldsmith::service {

namespace {

constexpr api::FilterRule region_filter_rules[] = {{"region-name", api::Match::glob},
                                                   {"endpoint", api::Match::glob}};

class RegionFamily final : public api::ec2::Regions {
public:
    explicit RegionFamily(const Dependencies& dependencies) : dependencies_(dependencies) {}

    api::ec2::DescribeRegionsResponse describe_regions(
        const api::CallContext&, const api::ec2::DescribeRegionsRequest& request) override {
        ec2::stop_if_dry_run(request.dry_run);
        const auto filters = api::ListFilters::of<api::ec2::InvalidParameterValue>(
            request.filters, region_filter_rules);
        const auto& known = dependencies_.regions;
        const auto names = request.region_names.value_or(std::vector<std::string>{});
        for (const std::string& name : names) {
            if (std::find(known.begin(), known.end(), name) == known.end()) {
                throw api::ec2::InvalidParameterValue("Invalid region provided: " + name);
            }
        }
        api::ec2::DescribeRegionsResponse response{.regions = std::vector<api::ec2::Region>{}};
        for (const std::string& name : known) {
            const std::string endpoint = "ec2." + name + ".amazonaws.com";
            const bool named =
                names.empty() || std::find(names.begin(), names.end(), name) != names.end();
            if (named && filters.matches([&](std::string_view filter) {
                    return std::vector<std::string>{filter == "endpoint" ? endpoint : name};
                })) {
                response.regions->push_back({.region_name = name,
                                             .endpoint = endpoint,
                                             .opt_in_status = "opt-in-not-required"});
            }
        }
        return response;
    }

private:
    const Dependencies& dependencies_;
};

struct Owned {
    Owned(const Dependencies& given, ec2::PassGate gate)
        : dependencies(given), pass_gate(std::move(gate)) {}

    Dependencies dependencies;
    ec2::PassGate pass_gate;
    ec2::TagFamily tags{dependencies};
    ec2::SnapshotFamily snapshots{dependencies};
    ec2::MachineImageFamily machine_images{dependencies};
    ec2::ImageTaskFamily image_tasks{dependencies};
    ec2::InstanceFamily instances{dependencies, pass_gate};
    ec2::LaunchTemplateFamily launch_templates{dependencies};
    ec2::NetworkFamily networks{dependencies};
    ec2::InstanceTypeFamily instance_types{dependencies};
    RegionFamily regions{dependencies};
};

}  // namespace

std::unique_ptr<api::Endpoint> make_ec2_endpoint(const Dependencies& dependencies,
                                                 ec2::PassGate pass_gate) {
    return std::make_unique<OwningEndpoint<Owned>>(
        std::make_unique<Owned>(dependencies, std::move(pass_gate)), [](Owned& owned) {
            return api::ec2::make_endpoint({.tags = &owned.tags,
                                            .snapshots = &owned.snapshots,
                                            .machine_images = &owned.machine_images,
                                            .image_tasks = &owned.image_tasks,
                                            .launch_templates = &owned.launch_templates,
                                            .instances = &owned.instances,
                                            .networks = &owned.networks,
                                            .instance_types = &owned.instance_types,
                                            .regions = &owned.regions});
        });
}

}  // namespace goldsmith::service
