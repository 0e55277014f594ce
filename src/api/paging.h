// Pages of a List operation. A token names the key after which the next page begins (keyset
// paging), so it stays valid while rows come and go; it is bound to the operation, the account, the
// region and the other parameters, and authenticated, so that a token from elsewhere or a changed
// one is refused. PageTokens is immutable and thread-safe.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/canonical.h"
#include "api/context.h"

namespace goldsmith::api {

/// Where a page begins and how long it is.
struct PageRequest {
    std::size_t limit{};
    std::optional<std::string> after;  // the key of the last item of the page before
};

class PageTokens {
public:
    /// Tokens are valid among objects made with the same secret (at least 16 bytes, or
    /// base::Error).
    explicit PageTokens(std::string secret);

    /// `scope` is what the token is bound to; see page_scope().
    std::string make(std::string_view scope, std::string_view last_key) const;
    /// The key; nothing unless make() made this token for this scope.
    std::optional<std::string> open(std::string_view scope, std::string_view token) const;

private:
    std::string secret_;
};

/// What a token of this request is bound to: everything but nextToken and the page's length.
std::string page_scope(std::string_view operation, const CallContext& context,
                       const boost::json::object& parameters);

template <class Request>
std::string page_scope(std::string_view operation, const CallContext& context,
                       const Request& request) {
    return page_scope(operation, context, to_json(request));
}

/// The page that `request` (with max_results and next_token) asks for. Throws TokenError, such as
/// imagebuilder::InvalidPaginationTokenException, for a token that is not ours.
template <class TokenError, class Request>
PageRequest page_request(const PageTokens& tokens, std::string_view scope, const Request& request,
                         std::size_t default_limit = 25) {
    PageRequest page{default_limit, std::nullopt};
    if (request.max_results) {
        page.limit = static_cast<std::size_t>(*request.max_results);
    }
    if (request.next_token) {
        page.after = tokens.open(scope, *request.next_token);
        if (!page.after) {
            throw TokenError(
                "The nextToken is not valid for this request. Repeat the call without nextToken, "
                "and "
                "keep the other parameters the same from page to page.");
        }
    }
    return page;
}

template <class Item>
struct Page {
    std::vector<Item> items;
    std::optional<std::string> next_token;  // only when more items follow
};

/// Cuts a page out of items that were fetched with one more than `page.limit` (or all of them that
/// follow `page.after`), in order. `key_of(item)` is the item's unique key in that order.
template <class Item, class KeyOf>
Page<Item> cut_page(const PageTokens& tokens, std::string_view scope, const PageRequest& page,
                    std::vector<Item> items, KeyOf key_of) {
    Page<Item> result;
    if (items.size() > page.limit && page.limit > 0) {
        items.erase(items.begin() + static_cast<std::ptrdiff_t>(page.limit), items.end());
        result.next_token = tokens.make(scope, key_of(items.back()));
    }
    result.items = std::move(items);
    return result;
}

}  // namespace goldsmith::api
