#include "guest/secret_finder.h"

#include <algorithm>
#include <boost/json.hpp>
#include <cstring>

#include "base/encoding.h"

namespace goldsmith::guest {
namespace {

/// Shorter lines and encoded forms would match by chance.
constexpr std::size_t shortest_part = 4;
constexpr std::size_t window_bit_count = std::size_t{1} << 16;

std::uint64_t word_at(const char* at) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);
    return word;
}

std::size_t bit_of(std::uint64_t word) {
    return static_cast<std::size_t>((word * 0x9e3779b97f4a7c15ULL) >> 48U);
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/// A text without its percent-encoding, and where each of its characters came from.
struct Decoded {
    std::string text;
    std::vector<std::size_t> origin;  ///< one more than characters
};

Decoded percent_decoded(std::string_view text, bool plus_is_blank) {
    Decoded decoded;
    for (std::size_t at = 0; at < text.size();) {
        decoded.origin.push_back(at);
        const bool encoded = text[at] == '%' && at + 2 < text.size() &&
                             hex_digit(text[at + 1]) >= 0 && hex_digit(text[at + 2]) >= 0;
        if (encoded) {
            decoded.text +=
                static_cast<char>(hex_digit(text[at + 1]) * 16 + hex_digit(text[at + 2]));
            at += 3;
        } else {
            decoded.text += plus_is_blank && text[at] == '+' ? ' ' : text[at];
            ++at;
        }
    }
    decoded.origin.push_back(text.size());
    return decoded;
}

/// bash -x shows a value that holds a quote like this, within quotes.
std::string traced(std::string_view value) {
    std::string result;
    for (const char c : value) {
        result += c == '\'' ? std::string("'\\''") : std::string(1, c);
    }
    return result;
}

std::string json_escaped(std::string_view value) {
    const std::string quoted = boost::json::serialize(boost::json::string_view(value));
    return quoted.substr(1, quoted.size() - 2);
}

/// Calls `take` with every occurrence, overlapping ones included.
template <typename Take>
bool each_occurrence(std::string_view text, const std::string& form, const Take& take) {
    for (std::size_t at = text.find(form); at != std::string_view::npos;
         at = text.find(form, at + 1)) {
        if (!take(TextRange(at, at + form.size()))) {
            return false;
        }
    }
    return true;
}

}  // namespace

void SecretFinder::add(std::string_view value) {
    while (!value.empty() && (value.back() == '\n' || value.back() == '\r')) {
        value.remove_suffix(1);
    }
    if (value.empty()) {
        return;
    }
    add_text(value);
    add_base64(value);
    if (value.find('\n') == std::string_view::npos) {
        return;
    }
    for (std::size_t begin = 0; begin < value.size();) {
        const std::size_t end = std::min(value.find('\n', begin), value.size());
        std::string_view line = value.substr(begin, end - begin);
        if (line.ends_with('\r')) {
            line.remove_suffix(1);
        }
        if (line.size() >= shortest_part) {
            add_text(line);
        }
        begin = end + 1;
    }
}

void SecretFinder::add_text(std::string_view value) {
    add_form(std::string(value));
    if (std::ranges::find(values_, value) == values_.end()) {
        values_.emplace_back(value);
        has_blank_ = has_blank_ || value.find(' ') != std::string_view::npos;
    }
    add_form(json_escaped(value));
    add_form(traced(value));
    if (value.size() >= shortest_part) {
        add_form(base::percent_encode(value));
    }
}

void SecretFinder::add_form(std::string form) {
    if (!form.empty() && std::ranges::find(forms_, form) == forms_.end()) {
        forms_.push_back(std::move(form));
    }
}

/// The part of base64 text that stays the same wherever `value` stands in the encoded bytes: one
/// form for each of the three alignments, in both alphabets.
void SecretFinder::add_base64(std::string_view value) {
    if (value.size() < shortest_part) {
        return;
    }
    constexpr std::size_t unstable_front[] = {0, 2, 3};
    for (std::size_t offset = 0; offset < 3; ++offset) {
        const std::string padded = std::string(offset, '\0') + std::string(value);
        std::string text = base::base64_encode(padded);
        text.resize(std::min(text.size(), padded.size() * 8 / 6));
        text.erase(0, unstable_front[offset]);
        for (int alphabet = 0; alphabet < 2; ++alphabet) {
            if (text.size() >= shortest_part) {
                add_form(text);
                add_windows(text);
            }
            std::ranges::replace(text, '+', '-');
            std::ranges::replace(text, '/', '_');
        }
    }
}

void SecretFinder::add_windows(std::string_view encoded) {
    window_bits_.resize(window_bit_count);
    for (std::size_t at = 0; at + window_bytes <= encoded.size(); ++at) {
        const std::uint64_t word = word_at(encoded.data() + at);
        windows_.insert(word);
        window_bits_[bit_of(word)] = true;
    }
}

template <typename Take>
bool SecretFinder::search_base64(std::string_view text, const Take& take) const {
    if (windows_.empty()) {
        return true;
    }
    for (std::size_t at = 0; at + window_bytes <= text.size(); ++at) {
        const std::uint64_t word = word_at(text.data() + at);
        if (window_bits_[bit_of(word)] && windows_.contains(word) &&
            !take(TextRange(at, at + window_bytes))) {
            return false;
        }
    }
    return true;
}

template <typename Take>
bool SecretFinder::search(std::string_view text, const Take& take) const {
    for (const std::string& form : forms_) {
        if (!each_occurrence(text, form, take)) {
            return false;
        }
    }
    if (!search_base64(text, take)) {
        return false;
    }
    const bool percent = text.find('%') != std::string_view::npos;
    const bool plus = has_blank_ && text.find('+') != std::string_view::npos;
    for (const bool plus_is_blank : {false, true}) {
        if (values_.empty() || (plus_is_blank ? !plus : !percent)) {
            continue;
        }
        const Decoded decoded = percent_decoded(text, plus_is_blank);
        const auto take_origin = [&](TextRange range) {
            return take(TextRange(decoded.origin[range.first], decoded.origin[range.second]));
        };
        for (const std::string& value : values_) {
            if (!each_occurrence(decoded.text, value, take_origin)) {
                return false;
            }
        }
    }
    return true;
}

std::vector<TextRange> SecretFinder::find(std::string_view text) const {
    std::vector<TextRange> found;
    search(text, [&found](TextRange range) {
        if (!found.empty() && range.first >= found.back().first &&
            range.first <= found.back().second) {
            found.back().second = std::max(found.back().second, range.second);
        } else {
            found.push_back(range);
        }
        return true;
    });
    std::ranges::sort(found);
    std::vector<TextRange> merged;
    for (const TextRange& range : found) {
        if (!merged.empty() && range.first <= merged.back().second) {
            merged.back().second = std::max(merged.back().second, range.second);
        } else {
            merged.push_back(range);
        }
    }
    return merged;
}

bool SecretFinder::finds_any(std::string_view text) const {
    return !search(text, [](TextRange) { return false; });
}

std::size_t SecretFinder::safe_cut(std::string_view text, std::size_t wanted) const {
    std::size_t cut = std::min(wanted, text.size());
    for (bool moved = true; moved && cut > 0;) {
        moved = false;
        for (const std::string& form : forms_) {
            const std::size_t from = cut > form.size() ? cut - form.size() : 0;
            // A form that begins before the cut ends before twice its length.
            const std::string_view around = text.substr(from, 2 * form.size());
            for (std::size_t at = around.find(form); at != std::string_view::npos;
                 at = around.find(form, at + 1)) {
                if (from + at < cut && from + at + form.size() > cut) {
                    cut = from + at;
                    moved = true;
                    break;
                }
            }
        }
    }
    return cut;
}

}  // namespace goldsmith::guest
