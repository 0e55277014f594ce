// Pages of log groups and streams, whose names are the keys. Used by both families.
#pragma once

#include <string>
#include <vector>

#include "api/generated/logs/errors.h"
#include "api/paging.h"

namespace goldsmith::service::logs {

template <class Request>
api::PageRequest page_of(const api::PageTokens& tokens, const std::string& scope,
                         const Request& request) {
    constexpr std::size_t default_limit = 50;
    api::PageRequest page{default_limit, std::nullopt};
    if (request.limit) {
        page.limit = static_cast<std::size_t>(*request.limit);
    }
    if (request.next_token) {
        page.after = tokens.open(scope, *request.next_token);
        if (!page.after) {
            throw api::logs::InvalidParameterException("The specified nextToken is invalid.");
        }
    }
    return page;
}

/// Drops the items of earlier pages: those that are not after the key. Names are the keys, so that
/// pages stay right while streams come and go.
template <class Items, class After>
void skip(Items& items, const api::PageRequest& page, After after) {
    if (page.after) {
        std::erase_if(items, [&](const auto& item) { return !after(item, *page.after); });
    }
}

}  // namespace goldsmith::service::logs
