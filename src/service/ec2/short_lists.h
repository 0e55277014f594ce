// Describe operations over lists that are not rows and fit into memory: ids that must exist,
// filters, pages. Pure.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/generated/ec2/errors.h"
#include "api/list_filters.h"
#include "service/ec2/describe.h"

namespace goldsmith::service::ec2 {

/// What a thing has under the names of filters.
using FilterValues = std::map<std::string_view, std::vector<std::string>>;

template <class Item>
struct ListedItem {
    std::string id{};
    Item item{};
    FilterValues values{};
};

/// The items that the filters let through and that `ids` (absent: everything) names. A filter's
/// name must be one of the items' or a tag's. `Missing` is thrown for an id that is not there.
template <class Missing, class Item, class Filters>
std::vector<Item> select_items(std::vector<ListedItem<Item>> items,
                               const std::optional<std::vector<std::string>>& ids,
                               const Filters& filters, const std::string& kind) {
    std::vector<api::FilterRule> rules{{"tag-key", api::Match::glob}, {"tag:*", api::Match::glob}};
    if (!items.empty()) {
        for (const auto& [name, values] : items.front().values) {
            rules.push_back({name, api::Match::glob});
        }
    }
    const auto checked = api::ListFilters::of<api::ec2::InvalidParameterValue>(filters, rules);
    for (const std::string& id : ids.value_or(std::vector<std::string>{})) {
        if (std::ranges::none_of(items, [&](const auto& each) { return each.id == id; })) {
            throw Missing("The " + kind + " '" + id + "' does not exist");
        }
    }
    std::vector<Item> selected;
    for (auto& [id, item, values] : items) {
        const bool named = !ids || ids->empty() || std::ranges::find(*ids, id) != ids->end();
        const auto& known = values;
        const auto values_of = [&](std::string_view name) {
            const auto found = known.find(name);
            return found == known.end() ? std::vector<std::string>{} : found->second;
        };
        if (named && checked.matches(values_of)) {
            selected.push_back(std::move(item));
        }
    }
    return selected;
}

/// One page of a list; the key of a page is a position in it.
template <class Request, class Item>
api::Page<Item> page_items(const api::PageTokens& tokens, const api::CallContext& context,
                           std::string_view operation, const Request& request,
                           std::vector<Item> items) {
    const auto scope = api::page_scope(operation, context, request);
    const auto page =
        api::page_request<api::ec2::InvalidNextToken>(tokens, scope, request, whole_list);
    std::size_t begin = 0;
    if (page.after) {
        begin = std::min<std::size_t>(std::stoul(*page.after), items.size());
    }
    items.erase(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(begin));
    api::Page<Item> result;
    if (items.size() > page.limit) {
        items.resize(page.limit);
        result.next_token = tokens.make(scope, std::to_string(begin + page.limit));
    }
    result.items = std::move(items);
    return result;
}

}  // namespace goldsmith::service::ec2
