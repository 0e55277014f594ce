#include "service/imagebuilder/shared_lists.h"

#include "service/imagebuilder/references.h"
#include "service/imagebuilder/sharing.h"

namespace goldsmith::service::imagebuilder {

namespace {

/// Whether a higher build (of any version, or of this version) can be seen too.
bool is_outdone(db::Connection& connection, const api::CallContext& context,
                const state::VersionedRows& rows, const state::VersionedRow& row,
                SharedItems items) {
    for (const api::Version& version : rows.versions(connection, row.scope, row.slug)) {
        if (version <= row.version) {
            return false;  // they come highest first
        }
        if (items == SharedItems::versions &&
            version.without_build() != row.version.without_build()) {
            continue;
        }
        const auto higher = rows.find(connection, row.scope, row.slug, version);
        if (higher && may_see(connection, context, arn_of(*higher))) {
            return true;
        }
    }
    return false;
}

}  // namespace

std::optional<state::VersionedRow> shared_row(db::Connection& connection,
                                              const api::CallContext& context,
                                              const state::VersionedRows& rows,
                                              const state::ResourcePolicyRow& policy,
                                              SharedItems items) {
    const auto arn = api::Arn::parse(policy.arn);
    auto version = arn ? api::parse_version(arn->version) : std::nullopt;
    if (!version) {
        return std::nullopt;
    }
    version->build = arn->build;
    auto row = rows.find(connection, policy.scope, arn->slug, *version);
    if (!row || !may_see(connection, context, *arn) ||
        (items != SharedItems::builds && is_outdone(connection, context, rows, *row, items))) {
        return std::nullopt;
    }
    return row;
}

}  // namespace goldsmith::service::imagebuilder
