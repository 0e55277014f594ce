// One page of a List operation: the token checked, rows read and filtered, the next token made.
// Used by every list of this service.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <string>
#include <utility>

#include "api/generated/imagebuilder/errors.h"
#include "api/paging.h"
#include "service/listing.h"

namespace goldsmith::service::imagebuilder {

/// `fetch(before, limit)` reads rows in descending order of `key_of(row)`; `keep(row)` is the
/// filter.
template <class Request, class Fetch, class KeyOf, class Keep>
auto list_page(const api::PageTokens& tokens, const api::CallContext& context,
               std::string_view operation, const Request& request, Fetch fetch, KeyOf key_of,
               Keep keep) {
    const auto scope = api::page_scope(operation, context, request);
    const auto page = api::page_request<api::imagebuilder::InvalidPaginationTokenException>(
        tokens, scope, request);
    auto rows = rows_of_page(page, fetch, key_of, keep);
    return api::cut_page(tokens, scope, page, std::move(rows),
                         [&](const auto& row) { return std::to_string(key_of(row)); });
}

inline constexpr auto row_id = [](const auto& row) { return row.id; };
inline constexpr auto version_order = [](const auto& row) { return row.version_order; };

}  // namespace goldsmith::service::imagebuilder
