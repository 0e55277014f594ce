// The pages of a List operation with owner Shared: resources of other accounts that their policies
// let the caller see, in the order in which they were shared. Used by the families of what can be
// shared.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "api/arn.h"
#include "service/imagebuilder/lists.h"
#include "state/resource_policies.h"
#include "state/versioned_rows.h"

namespace goldsmith::service::imagebuilder {

enum class SharedItems {
    builds,    // every build, or every version of what has no builds
    versions,  // of each version the highest build that can be seen
    names,     // of each name the highest version and build that can be seen
};

/// The resource behind a policy, if the caller may see it and it is one of the wanted items.
std::optional<state::VersionedRow> shared_row(db::Connection& connection,
                                              const api::CallContext& context,
                                              const state::VersionedRows& rows,
                                              const state::ResourcePolicyRow& policy,
                                              SharedItems items);

template <class Request, class Keep>
api::Page<state::VersionedRow> shared_page(db::Connection& connection,
                                           const api::PageTokens& tokens,
                                           const api::CallContext& context,
                                           std::string_view operation, const Request& request,
                                           const state::VersionedRows& rows, api::ResourceType type,
                                           SharedItems items, Keep keep) {
    const auto fetch = [&](std::int64_t before, int limit) {
        return state::page_policies_of_others(connection, {context.account, context.region},
                                              api::to_string(type), before, limit);
    };
    const auto visible = [&](const state::ResourcePolicyRow& policy) {
        const auto row = shared_row(connection, context, rows, policy, items);
        return row && keep(*row);
    };
    auto page = list_page(tokens, context, operation, request, fetch, row_id, visible);
    api::Page<state::VersionedRow> result{.items = {}, .next_token = std::move(page.next_token)};
    for (const auto& policy : page.items) {
        result.items.push_back(*shared_row(connection, context, rows, policy, items));
    }
    return result;
}

}  // namespace goldsmith::service::imagebuilder
