#include "service/imagebuilder/lifecycle_amis.h"

#include <algorithm>

#include "api/generated/imagebuilder/images_json.h"
#include "base/error.h"
#include "db/database.h"
#include "service/body.h"
#include "service/ec2/ami_changes.h"
#include "service/ec2/snapshot_removal.h"
#include "service/imagebuilder/lifecycle_rules.h"
#include "service/milliseconds.h"
#include "state/instances.h"
#include "state/tags.h"

namespace goldsmith::service::imagebuilder {

namespace ib = api::imagebuilder;

namespace {

using Exclusions = ib::LifecyclePolicyDetailExclusionRulesAmis;
using SnapshotResource = ib::LifecycleExecutionSnapshotResource;

/// Why the rules leave this AMI alone.
std::optional<std::string> exclusion(db::Connection& connection, const Exclusions& rules,
                                     const state::AmiRow& ami, base::Time now) {
    const auto regions = rules.regions.value_or(std::vector<std::string>{});
    if (std::find(regions.begin(), regions.end(), ami.region) != regions.end()) {
        return "Excluded by its region.";
    }
    if (rules.is_public.value_or(false) && ami.is_public) {
        return "Excluded: it is public.";
    }
    for (const std::string& account : rules.shared_accounts.value_or(std::vector<std::string>{})) {
        if (std::ranges::find(ami.launch_accounts, account) != ami.launch_accounts.end()) {
            return "Excluded: it is shared with " + account + ".";
        }
    }
    if (rules.tag_map) {
        if (auto why = excluding_tag(
                *rules.tag_map,
                state::tags_of(connection, state::ec2_arn(ami.region, "image", ami.image_id)))) {
            return why;
        }
    }
    if (rules.last_launched) {
        const auto launched = state::last_launch_ms(connection, ami.region, ami.image_id);
        const auto limit = time_before(now, rules.last_launched->value, rules.last_launched->unit);
        if (launched && from_ms(*launched) >= limit) {
            return "Excluded: it was launched at " + base::format_iso8601(from_ms(*launched)) + ".";
        }
    }
    return std::nullopt;
}

SnapshotResource snapshot_resource(const std::string& id,
                                   ib::LifecycleExecutionResourceStatus status,
                                   const std::optional<std::string>& reason = {}) {
    return {.snapshot_id = id,
            .state = ib::LifecycleExecutionResourceState{.status = status, .reason = reason}};
}

class AmiWork {
public:
    AmiWork(const Dependencies& dependencies, const state::LifecycleResourceRow& image,
            const LifecycleInstruction& instruction, base::Time now)
        : dependencies_(dependencies), image_(image), instruction_(instruction), now_(now) {}

    void act(const ib::Ami& ami, AmisOutcome& outcome) {
        row_ = {.execution_id = image_.execution_id,
                .parent = image_.resource_id,
                .resource_id = ami.image.value_or(""),
                .scope = {ami.account_id.value_or(image_.scope.account), ami.region.value_or("")},
                .action = image_.action,
                .status = "IN_PROGRESS",
                .started_ms = to_ms(now_)};
        try {
            if (const auto why = excluded()) {
                outcome.excluded = true;
                return put("SKIPPED", why);
            }
            if (row_.action == "DELETE") {
                return remove(outcome);
            }
            change();
            put("SUCCESS");
        } catch (const std::exception& error) {
            outcome.failed = true;
            put("FAILED", base::error_chain(error));
        }
    }

private:
    void put(const std::string& status, const std::optional<std::string>& reason = {}) {
        row_.status = status;
        row_.reason = reason;
        if (status != "IN_PROGRESS") {
            row_.ended_ms = to_ms(now_);
        }
        dependencies_.database.write([&](db::Transaction& transaction) {
            state::put_lifecycle_resource(transaction, row_);
        });
    }

    std::optional<std::string> excluded() {
        return dependencies_.database.read(
            [&](db::Connection& connection) -> std::optional<std::string> {
                const auto ami = state::find_ami(connection, row_.scope.region, row_.resource_id);
                return ami && instruction_.exclusions
                           ? exclusion(connection, *instruction_.exclusions, *ami, now_)
                           : std::nullopt;
            });
    }

    /// An AMI that is gone already needs no change.
    void change() {
        dependencies_.database.write([&](db::Transaction& transaction) {
            auto ami = state::find_ami(transaction, row_.scope.region, row_.resource_id);
            if (!ami) {
                return;
            }
            if (row_.action == "DEPRECATE") {
                ec2::deprecate_ami(transaction, std::move(*ami),
                                   instruction_.deprecation_ms.value_or(to_ms(now_)));
            } else if (row_.action == "DISABLE") {
                ec2::disable_ami(transaction, std::move(*ami));
            } else {
                ec2::enable_ami(transaction, std::move(*ami));
            }
        });
    }

    /// The snapshots are recorded before the AMI goes: afterwards nothing else names them.
    void remove(AmisOutcome& outcome) {
        std::vector<std::string> snapshots;
        if (instruction_.snapshots) {
            snapshots = snapshots_to_remove();
            record(snapshots);
        }
        ec2::remove_ami(dependencies_, row_.scope, row_.resource_id);
        std::vector<SnapshotResource> done;
        for (const std::string& id : snapshots) {
            const bool in_use =
                ec2::remove_snapshot(dependencies_, row_.scope, id) == ec2::SnapshotRemoval::in_use;
            outcome.excluded = outcome.excluded || in_use;
            done.push_back(
                in_use ? snapshot_resource(id, ib::LifecycleExecutionResourceStatus::skipped,
                                           "Another AMI uses it.")
                       : snapshot_resource(id, ib::LifecycleExecutionResourceStatus::success));
        }
        if (!done.empty()) {
            row_.snapshots = boost::json::serialize(api::tree_of(done));
        }
        put("SUCCESS");
    }

    void record(const std::vector<std::string>& snapshots) {
        std::vector<SnapshotResource> list;
        for (const std::string& id : snapshots) {
            list.push_back(
                snapshot_resource(id, ib::LifecycleExecutionResourceStatus::in_progress));
        }
        row_.snapshots = boost::json::serialize(api::tree_of(list));
        put("IN_PROGRESS");
    }

    /// From the AMI, or from the row of an attempt that was interrupted after the AMI had gone.
    std::vector<std::string> snapshots_to_remove() {
        return dependencies_.database.read([&](db::Connection& connection) {
            std::vector<std::string> ids;
            if (const auto ami = state::find_ami(connection, row_.scope.region, row_.resource_id)) {
                return ec2::snapshots_of(*ami);
            }
            for (const auto& row : state::page_lifecycle_resources(connection, row_.execution_id,
                                                                   row_.parent, 0, 10'000)) {
                if (row.resource_id == row_.resource_id && row.scope == row_.scope &&
                    row.snapshots) {
                    for (const auto& one : api::read<std::vector<SnapshotResource>>(
                             boost::json::parse(*row.snapshots))) {
                        ids.push_back(one.snapshot_id.value_or(""));
                    }
                }
            }
            return ids;
        });
    }

    const Dependencies& dependencies_;
    const state::LifecycleResourceRow& image_;
    const LifecycleInstruction& instruction_;
    base::Time now_;
    state::LifecycleResourceRow row_{};
};

}  // namespace

AmisOutcome act_on_amis(const Dependencies& dependencies, const state::ImageRow& image,
                        const state::LifecycleResourceRow& resource,
                        const LifecycleInstruction& instruction, base::Time now) {
    AmisOutcome outcome;
    if (!instruction.amis || !image.output_resources) {
        return outcome;
    }
    AmiWork work(dependencies, resource, instruction, now);
    const auto outputs = from_body<ib::OutputResources>(*image.output_resources);
    for (const ib::Ami& ami : outputs.amis.value_or(std::vector<ib::Ami>{})) {
        work.act(ami, outcome);
    }
    return outcome;
}

}  // namespace goldsmith::service::imagebuilder
