#include "service/ec2/ami_changes.h"

#include "db/database.h"
#include "state/tags.h"
#include "store/region_set.h"

namespace goldsmith::service::ec2 {

std::vector<std::string> snapshots_of(const state::AmiRow& ami) {
    std::vector<std::string> ids;
    for (const auto& device : ami.devices) {
        ids.push_back(device.snapshot_id);
    }
    return ids;
}

std::optional<state::AmiRow> remove_ami(const Dependencies& dependencies, const state::Scope& scope,
                                        const std::string& image_id) {
    const auto ami = dependencies.database.write(
        [&](db::Transaction& transaction) -> std::optional<state::AmiRow> {
            auto row = state::find_ami(transaction, scope.region, image_id);
            if (!row || row->owner != scope.account) {
                return std::nullopt;
            }
            state::erase_ami(transaction, row->region, row->image_id);
            state::erase_tags(transaction, state::ec2_arn(row->region, "image", row->image_id));
            return row;
        });
    // The row went first: a crash in between leaves a manifest that nobody lists, never a row
    // without its manifest.
    if (ami && dependencies.stores != nullptr) {
        dependencies.stores->at(ami->region).delete_image(store::ImageId::parse(ami->image_id));
    }
    return ami;
}

void disable_ami(db::Connection& connection, state::AmiRow ami) {
    ami.state = "disabled";
    ami.is_public = false;
    state::update_ami(connection, ami);
}

void deprecate_ami(db::Connection& connection, state::AmiRow ami, std::int64_t from_ms) {
    ami.deprecation_ms = from_ms;
    state::update_ami(connection, ami);
    state::put_tags(connection, state::ec2_arn(ami.region, "image", ami.image_id),
                    {{"DeprecatedBy", "EC2 Image Builder"}});
}

void enable_ami(db::Connection& connection, state::AmiRow ami) {
    ami.state = "available";
    ami.deprecation_ms.reset();
    state::update_ami(connection, ami);
    state::remove_tags(connection, state::ec2_arn(ami.region, "image", ami.image_id),
                       {"DeprecatedBy"});
}

}  // namespace goldsmith::service::ec2
