#include "service/ec2/snapshot_removal.h"

#include <algorithm>

#include "db/database.h"
#include "service/listing.h"
#include "state/amis.h"
#include "state/tags.h"
#include "store/region_set.h"

namespace goldsmith::service::ec2 {
namespace {

bool is_used(db::Connection& connection, const std::string& region, const std::string& id) {
    bool used = false;
    visit_rows([&](std::int64_t before,
                   int limit) { return state::page_amis(connection, region, before, limit); },
               [](const state::AmiRow& ami) { return ami.id; },
               [&](const state::AmiRow& ami) {
                   used = std::any_of(ami.devices.begin(), ami.devices.end(),
                                      [&](const auto& device) { return device.snapshot_id == id; });
                   return !used;
               });
    return used;
}

}  // namespace

SnapshotRemoval remove_snapshot(const Dependencies& dependencies, const state::Scope& scope,
                                const std::string& snapshot_id) {
    const auto outcome = dependencies.database.write([&](db::Transaction& transaction) {
        const auto row = state::find_snapshot(transaction, scope.region, snapshot_id);
        if (!row || row->owner != scope.account) {
            return SnapshotRemoval::not_found;
        }
        if (is_used(transaction, scope.region, snapshot_id)) {
            return SnapshotRemoval::in_use;
        }
        state::erase_snapshot(transaction, scope.region, snapshot_id);
        state::erase_tags(transaction, state::ec2_arn(scope.region, "snapshot", snapshot_id));
        return SnapshotRemoval::removed;
    });
    if (outcome == SnapshotRemoval::removed && dependencies.stores != nullptr) {
        dependencies.stores->at(scope.region)
            .delete_snapshot(store::SnapshotId::parse(snapshot_id));
    }
    return outcome;
}

}  // namespace goldsmith::service::ec2
