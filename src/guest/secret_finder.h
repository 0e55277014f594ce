// SecretFinder: where known secret values stand in a text, as they are or in a form in which tools
// print them (base64, percent-encoded, JSON, the quoting of `set -x`). One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

namespace goldsmith::guest {

/// From one position of a text to another, which is not part of it.
using TextRange = std::pair<std::size_t, std::size_t>;

class SecretFinder {
public:
    /// Adds the value, and each of its lines: logs are written by the line. Empty values are
    /// ignored.
    void add(std::string_view value);

    /// Everything secret, sorted, without overlaps.
    std::vector<TextRange> find(std::string_view text) const;
    bool finds_any(std::string_view text) const;

    /// The greatest position up to `wanted` at which cutting `text` splits no form.
    std::size_t safe_cut(std::string_view text, std::size_t wanted) const;

    bool empty() const { return forms_.empty(); }

private:
    /// Called with each range; returns false to end the search.
    template <typename Take>
    bool search(std::string_view text, const Take& take) const;
    template <typename Take>
    bool search_base64(std::string_view text, const Take& take) const;

    void add_text(std::string_view value);
    void add_form(std::string form);
    void add_base64(std::string_view value);
    void add_windows(std::string_view encoded);

    std::vector<std::string> forms_;   ///< looked for as they are
    std::vector<std::string> values_;  ///< looked for behind percent-encoding
    bool has_blank_ = false;           ///< a value with a blank, which forms encode as '+'
    /// Tools wrap base64 at 64 or 76 characters, anywhere within a secret; every piece of this many
    /// characters is known. `window_bits_` answers for most texts that none is there.
    static constexpr std::size_t window_bytes = 8;
    std::unordered_set<std::uint64_t> windows_;
    std::vector<bool> window_bits_;
};

}  // namespace goldsmith::guest
