// ModifyImageAttributes: who may launch the distributed images. Offered: everybody (`all`) or
// nobody else; accounts and organisations come with the identity of several accounts.
#include <boost/json.hpp>

#include "actions/actions.h"
#include "actions/build_settings.h"
#include "db/database.h"
#include "state/amis.h"

namespace goldsmith::actions {

namespace {

namespace json = boost::json;
using workflow::Advance;

class ModifyImageAttributes final : public workflow::Action {
public:
    explicit ModifyImageAttributes(World& world) : world_(world) {}

    Advance advance(const workflow::StepContext& step) override {
        const BuildSettings settings = build_settings(step.plan);
        for (const PlannedDistribution& entry :
             settings.distributions.value_or(std::vector<PlannedDistribution>{})) {
            if (!entry.launch_users.empty()) {
                return workflow::Failed{
                    "region " + entry.region + ": launch permission for account " +
                        entry.launch_users.front() +
                        " cannot be given: this server shares images with everybody (userGroups: "
                        "all) or nobody so far",
                    {}};
            }
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
            const bool is_public = std::find(entry.launch_groups.begin(), entry.launch_groups.end(),
                                             "all") != entry.launch_groups.end();
            if (entry.region != region || !is_public) {
                continue;
            }
            world_.database.write([&](db::Transaction& transaction) {
                db::Connection& connection = transaction.connection();
                auto row =
                    state::find_ami(connection, region, std::string(image.at("amiId").as_string()));
                if (row) {
                    row->is_public = true;
                    state::update_ami(connection, *row);
                }
            });
        }
    }

    World& world_;
};

}  // namespace

std::shared_ptr<workflow::Action> make_modify_image_attributes(World& world) {
    return std::make_shared<ModifyImageAttributes>(world);
}

}  // namespace goldsmith::actions
