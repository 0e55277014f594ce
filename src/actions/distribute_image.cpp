// DistributeImage: the new AMI in every region of the distribution: missing chunks first, the
// manifest after them, the rows last. Every copy's ids follow from the step's token, so a repeated
// call goes on where an interrupted one stopped.
#include <boost/json.hpp>

#include "actions/actions.h"
#include "actions/ami_name.h"
#include "actions/build_settings.h"
#include "actions/images.h"
#include "base/error.h"
#include "db/database.h"
#include "state/images.h"
#include "store/region_set.h"
#include "store/replicate.h"
#include "workflow/plan.h"

namespace goldsmith::actions {

namespace {

namespace json = boost::json;
using workflow::Advance;
using workflow::Completed;
using workflow::Failed;
using workflow::Pending;
using workflow::StepContext;

struct Copy {
    std::string region;
    std::string image_id;
    std::string name;
    std::string description;
    std::string error;  ///< empty: it is there
};

class DistributeImage final : public workflow::Action {
public:
    explicit DistributeImage(World& world) : world_(world) {}

    Advance advance(const StepContext& step) override {
        const BuildSettings settings = build_settings(step.plan);
        const std::string& id =
            settings.source_image_id.empty() ? step.output_image_id : settings.source_image_id;
        if (id.empty()) {
            return Failed{"there is no image to distribute: no step of the build created one", {}};
        }
        const store::ImageManifest source =
            world_.regions.at(settings.region).image(store::ImageId::parse(id));
        std::vector<Copy> copies;
        for (const PlannedDistribution& distribution : distributions(step, settings)) {
            if (step.stop.stop_requested()) {
                return Pending{std::chrono::milliseconds(0), false};
            }
            copies.push_back(distribute(step, settings, source, distribution));
        }
        return conclude(step, settings, copies);
    }

private:
    /// Whether the region gets a copy. The original of a build stays in its own region and gets its
    /// last name and tags there; somebody else's AMI (`source_image_id`) is never touched.
    static bool is_copy(const BuildSettings& settings, const std::string& region) {
        return region != settings.region || !settings.source_image_id.empty();
    }

    /// What the step was told, else the distribution configuration, else the build's own region.
    /// The original of a build stays where it is, so its region is always among them.
    static std::vector<PlannedDistribution> distributions(const StepContext& step,
                                                          const BuildSettings& settings) {
        std::vector<PlannedDistribution> list;
        if (const json::value* input = step.inputs.if_contains("distributions")) {
            for (const json::value& entry : input->as_array()) {
                list.push_back(from_input(entry.as_object()));
            }
        } else if (settings.distributions) {
            list = *settings.distributions;
        }
        const bool has_own = std::any_of(list.begin(), list.end(), [&](const auto& entry) {
            return entry.region == settings.region;
        });
        if (!has_own && settings.source_image_id.empty()) {
            PlannedDistribution own;
            own.region = settings.region;
            list.insert(list.begin(), own);
        }
        return list;
    }

    /// The step's input is flat where the API's configuration nests.
    static PlannedDistribution from_input(const json::object& entry) {
        json::object ami;
        for (const char* name : {"name", "description", "amiTags", "targetAccountIds"}) {
            if (const json::value* value = entry.if_contains(name)) {
                ami[name] = *value;
            }
        }
        return planned_distribution(
            {{"region", entry.at("region")}, {"amiDistributionConfiguration", std::move(ami)}});
    }

    Copy distribute(const StepContext& step, const BuildSettings& settings,
                    const store::ImageManifest& source, const PlannedDistribution& distribution) {
        Copy copy;
        copy.region = distribution.region;
        try {
            for (const std::string& account : distribution.target_accounts) {
                if (account != settings.account) {
                    throw base::Error("account " + account +
                                      " is not on this server: its distribution role cannot be "
                                      "assumed");
                }
            }
            ImageRegistration registration = registration_for(step, settings, source, distribution);
            copy_snapshots(step, settings, registration);
            register_image(world_, registration);
            copy.image_id = registration.image.id.str();
            copy.name = registration.image.name;
            copy.description = registration.image.description;
        } catch (const std::exception& error) {
            copy.error = base::error_chain(error);
        }
        return copy;
    }

    static ImageRegistration registration_for(const StepContext& step,
                                              const BuildSettings& settings,
                                              const store::ImageManifest& source,
                                              const PlannedDistribution& distribution) {
        const auto started =
            std::chrono::time_point_cast<std::chrono::milliseconds>(step.started_at);
        const NameValues values{settings.image_build, settings.image_created_at.value_or(started)};
        ImageRegistration registration{source, distribution.region, settings.account, {}, "", ""};
        if (is_copy(settings, distribution.region)) {
            registration.image.id =
                store::ImageId::from_token(step.token + " " + distribution.region);
            registration.image.created_ms = started.time_since_epoch().count();
            registration.source_image_id = source.id.str();
            registration.source_image_region = settings.region;
            registration.tags = source.tags;
            if (!settings.source_image_id.empty()) {
                registration.image.name = default_ami_name(settings.image_name, values);
                registration.tags.insert_or_assign("Ec2ImageBuilderArn", settings.image_arn);
            }
        } else {
            registration.tags = source.tags;
        }
        if (!distribution.name.empty()) {
            registration.image.name = expand_ami_name(distribution.name, values);
        }
        registration.image.description = distribution.description;
        for (const auto& [key, value] : distribution.ami_tags) {
            registration.tags[key] = expand_ami_name(value, values);
        }
        return registration;
    }

    void copy_snapshots(const StepContext& step, const BuildSettings& settings,
                        ImageRegistration& registration) {
        if (!is_copy(settings, registration.region)) {
            return;
        }
        store::RegionStore& from = world_.regions.at(settings.region);
        store::RegionStore& to = world_.regions.at(registration.region);
        for (store::BlockDevice& device : registration.image.block_devices) {
            const auto id = store::SnapshotId::from_token(step.token + " " + registration.region +
                                                          " " + device.device_name);
            store::copy_snapshot(from, to, device.snapshot, id);
            device.snapshot = id;
        }
    }

    Advance conclude(const StepContext& step, const BuildSettings& settings,
                     const std::vector<Copy>& copies) {
        json::array distributed;
        json::array amis;
        std::string errors;
        for (const Copy& copy : copies) {
            const bool failed = !copy.error.empty();
            json::object entry{{"region", copy.region},
                               {"name", copy.name},
                               {"amiId", copy.image_id},
                               {"accountId", settings.account},
                               {"status", failed ? "Failed" : "Completed"},
                               {"step", "Completed"}};
            if (failed) {
                entry["errorMessage"] = copy.error;
                errors += (errors.empty() ? "" : "; ") + copy.region + ": " + copy.error;
            } else {
                amis.push_back(json::object{{"region", copy.region},
                                            {"image", copy.image_id},
                                            {"name", copy.name},
                                            {"description", copy.description},
                                            {"accountId", settings.account},
                                            {"state", {{"status", "AVAILABLE"}}}});
            }
            distributed.push_back(std::move(entry));
        }
        // Copies that succeeded remain, and are shown, even when another region failed.
        world_.database.write([&](db::Transaction& transaction) {
            state::set_output_resources(transaction.connection(), step.plan.image_arn,
                                        json::serialize(json::object{{"amis", std::move(amis)}}),
                                        world_.clock.now().time_since_epoch().count());
        });
        json::object outputs{{"distributedImages", std::move(distributed)}};
        if (!errors.empty()) {
            return Failed{"distribution failed in " + errors, std::move(outputs)};
        }
        return Completed{std::move(outputs)};
    }

    World& world_;
};

}  // namespace

std::shared_ptr<workflow::Action> make_distribute_image(World& world) {
    return std::make_shared<DistributeImage>(world);
}

}  // namespace goldsmith::actions
