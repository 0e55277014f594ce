// From rows in the order of a key to one page of those that a filter lets through. Used by every
// List and Describe operation. Rows are read in batches, so that a filter which lets few through
// costs several small reads and never one of everything.
#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "api/paging.h"
#include "state/versioned_rows.h"

namespace goldsmith::service {

/// The key after which the page begins, for rows that are read newest first.
inline std::int64_t key_before(const api::PageRequest& page) {
    std::int64_t key = state::from_the_newest;
    if (page.after) {
        std::from_chars(page.after->data(), page.after->data() + page.after->size(), key);
    }
    return key;
}

/// Up to page.limit + 1 rows, as cut_page() wants them. `fetch(before, limit)` reads a batch in
/// descending order of `key_of(row)`; `keep(row)` is the filter.
template <class Fetch, class KeyOf, class Keep>
auto rows_of_page(const api::PageRequest& page, Fetch fetch, KeyOf key_of, Keep keep) {
    constexpr int batch = 100;
    decltype(fetch(std::int64_t{}, 0)) kept;
    std::int64_t before = key_before(page);
    for (;;) {
        auto rows = fetch(before, batch);
        const bool last = rows.size() < static_cast<std::size_t>(batch);
        for (auto& row : rows) {
            before = key_of(row);
            if (keep(row)) {
                kept.push_back(std::move(row));
                if (kept.size() > page.limit) {
                    return kept;
                }
            }
        }
        if (last) {
            return kept;
        }
    }
}

/// Every row, batch by batch, until `visit(row)` returns false.
template <class Fetch, class KeyOf, class Visit>
void visit_rows(Fetch fetch, KeyOf key_of, Visit visit) {
    constexpr int batch = 100;
    std::int64_t before = state::from_the_newest;
    for (;;) {
        const auto rows = fetch(before, batch);
        for (const auto& row : rows) {
            before = key_of(row);
            if (!visit(row)) {
                return;
            }
        }
        if (rows.size() < static_cast<std::size_t>(batch)) {
            return;
        }
    }
}

}  // namespace goldsmith::service
