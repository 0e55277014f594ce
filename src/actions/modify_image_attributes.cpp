// ModifyImageAttributes: who may launch the distributed images: everybody (`all`) and accounts.
// Organisations are not offered.
#include <algorithm>
#include <boost/json.hpp>
#include <optional>
#include <set>

#include "actions/actions.h"
#include "actions/build_settings.h"
#include "db/database.h"
#include "state/amis.h"
#include "workflow/plan.h"

namespace goldsmith::actions {

namespace {

namespace json = boost::json;
using workflow::Advance;

/// Organizations are in the configuration alone: nobody plans with them.
std::optional<workflow::Failed> organizations_refused(const json::object& settings) {
    const auto member = [](const json::value* value, const char* name) {
        const json::object* object = value == nullptr ? nullptr : value->if_object();
        return object == nullptr ? nullptr : object->if_contains(name);
    };
    const json::value* list = member(settings.if_contains("distribution"), "distributions");
    if (list == nullptr || !list->is_array()) {
        return std::nullopt;
    }
    for (const json::value& entry : list->as_array()) {
        const json::value* permission =
            member(member(&entry, "amiDistributionConfiguration"), "launchPermission");
        for (const char* name : {"organizationArns", "organizationalUnitArns"}) {
            const json::value* arns = member(permission, name);
            if (arns != nullptr && arns->is_array() && !arns->as_array().empty()) {
                return workflow::Failed{
                    "the launch permission '" + std::string(name) +
                        "' cannot be given: this server has no organizations; name accounts "
                        "(userIds) or everybody (userGroups: all)",
                    {}};
            }
        }
    }
    return std::nullopt;
}

class ModifyImageAttributes final : public workflow::Action {
public:
    explicit ModifyImageAttributes(World& world) : world_(world) {}

    Advance advance(const workflow::StepContext& step) override {
        const BuildSettings settings = build_settings(step.plan);
        if (auto refused = organizations_refused(step.plan.settings)) {
            return std::move(*refused);
        }
        json::array modified;
        for (const json::value& value : step.inputs.at("distributedImages").as_array()) {
            json::object image = value.as_object();
            share(settings, image);
            image["step"] = "Completed";
            modified.push_back(std::move(image));
        }
        return workflow::Completed{{{"modifiedImages", std::move(modified)}}};
    }

private:
    void share(const BuildSettings& settings, const json::object& image) {
        const std::string region(image.at("region").as_string());
        for (const PlannedDistribution& entry :
             settings.distributions.value_or(std::vector<PlannedDistribution>{})) {
            if (entry.region == region) {
                permit(region, std::string(image.at("amiId").as_string()), entry);
            }
        }
    }

    void permit(const std::string& region, const std::string& image_id,
                const PlannedDistribution& entry) {
        const auto& groups = entry.launch_groups;
        const bool is_public = std::find(groups.begin(), groups.end(), "all") != groups.end();
        if (!is_public && entry.launch_users.empty()) {
            return;
        }
        world_.database.write([&](db::Transaction& transaction) {
            auto row = state::find_ami(transaction, region, image_id);
            if (!row) {
                return;
            }
            row->is_public = row->is_public || is_public;
            std::set<std::string> accounts(row->launch_accounts.begin(),
                                           row->launch_accounts.end());
            accounts.insert(entry.launch_users.begin(), entry.launch_users.end());
            row->launch_accounts.assign(accounts.begin(), accounts.end());
            state::update_ami(transaction, *row);
        });
    }

    World& world_;
};

}  // namespace

std::shared_ptr<workflow::Action> make_modify_image_attributes(World& world) {
    return std::make_shared<ModifyImageAttributes>(world);
}

}  // namespace goldsmith::actions
