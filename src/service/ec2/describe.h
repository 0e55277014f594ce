// What EC2's Describe operations share: filters over tags, dry runs, pages and owners. Functions
// run on the connection they are given and throw EC2's own errors.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "api/context.h"
#include "api/generated/ec2/errors.h"
#include "api/generated/ec2/shared_types.h"
#include "api/list_filters.h"
#include "api/paging.h"
#include "service/listing.h"
#include "state/tags.h"

namespace goldsmith::service::ec2 {

/// The default of DescribeImages and the others is "everything"; pages come only when asked for.
inline constexpr std::size_t whole_list = 100'000;

/// Throws DryRunOperation when the request is one: the caller has the permission.
void stop_if_dry_run(const std::optional<bool>& dry_run);

std::vector<api::ec2::Tag> to_tags(const state::TagMap& tags);

/// The values of tags under the filters "tag-key" and "tag:<key>"; nothing for other names.
std::optional<std::vector<std::string>> tag_filter_values(const state::TagMap& tags,
                                                          std::string_view filter_name);

/// Whether an owner list (absent: everybody) lets a resource through: account ids, "self",
/// "amazon".
bool owner_matches(const api::CallContext& context,
                   const std::optional<std::vector<std::string>>& owners, std::string_view owner);

/// One page of rows in descending order of their id.
template <class Request, class Fetch, class Keep>
auto describe_page(const api::PageTokens& tokens, const api::CallContext& context,
                   std::string_view operation, const Request& request, Fetch fetch, Keep keep) {
    const auto scope = api::page_scope(operation, context, request);
    const auto page =
        api::page_request<api::ec2::InvalidNextToken>(tokens, scope, request, whole_list);
    const auto key = [](const auto& row) { return row.id; };
    auto rows = rows_of_page(page, fetch, key, keep);
    return api::cut_page(tokens, scope, page, std::move(rows),
                         [&](const auto& row) { return std::to_string(row.id); });
}

}  // namespace goldsmith::service::ec2
