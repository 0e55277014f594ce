#include "documents/suggestion.h"

#include <algorithm>
#include <cctype>
#include <numeric>
#include <vector>

namespace goldsmith::documents {
namespace {

/// Insertions, deletions, changes and swaps of neighbours (optimal string alignment), case ignored.
std::size_t edit_distance(std::string_view a, std::string_view b) {
    auto lower = [](char c) { return std::tolower(static_cast<unsigned char>(c)); };
    std::vector<std::size_t> before;
    std::vector<std::size_t> above(b.size() + 1);
    std::iota(above.begin(), above.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::vector<std::size_t> row(b.size() + 1, i + 1);
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t change = above[j] + (lower(a[i]) == lower(b[j]) ? 0 : 1);
            row[j + 1] = std::min({change, above[j + 1] + 1, row[j] + 1});
            if (i > 0 && j > 0 && lower(a[i]) == lower(b[j - 1]) &&
                lower(a[i - 1]) == lower(b[j])) {
                row[j + 1] = std::min(row[j + 1], before[j - 1] + 1);
            }
        }
        before = std::move(above);
        above = std::move(row);
    }
    return above.back();
}

}  // namespace

std::string_view closest(std::string_view word, std::span<const std::string_view> candidates) {
    constexpr std::size_t longest_word = 128;
    std::string_view best;
    std::size_t best_distance = std::max<std::size_t>(1, word.size() / 3) + 1;
    if (word.size() > longest_word) {
        return best;
    }
    for (std::string_view candidate : candidates) {
        if (candidate.size() > longest_word) {
            continue;
        }
        const std::size_t distance = edit_distance(word, candidate);
        if (distance < best_distance) {
            best = candidate;
            best_distance = distance;
        }
    }
    return best;
}

std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates) {
    const std::string_view best = closest(word, candidates);
    return best.empty() ? "" : " Did you mean '" + std::string(best) + "'?";
}

}  // namespace goldsmith::documents
