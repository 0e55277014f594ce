#include "audit/chain.h"

#include <charconv>

#include "base/hash.h"

namespace goldsmith::audit {

namespace {

constexpr std::string_view chain_begin = ",\"goldsmithChain\":{\"sequence\":";
constexpr std::string_view previous_begin = ",\"previous\":\"";
constexpr std::string_view chain_end = "\"}}";
constexpr std::string_view link_begin = "{\"sequence\":";
constexpr std::string_view hash_begin = ",\"hash\":\"";

bool is_hash(std::string_view text) {
    return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == text.npos;
}

bool take(std::string_view& text, std::string_view prefix) {
    if (!text.starts_with(prefix)) {
        return false;
    }
    text.remove_prefix(prefix.size());
    return true;
}

std::optional<std::uint64_t> take_number(std::string_view& text) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc()) {
        return std::nullopt;
    }
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return number;
}

/// `<number><middle><64 hex><end>` and nothing more.
std::optional<Link> take_pair(std::string_view text, std::string_view middle,
                              std::string_view end) {
    const auto number = take_number(text);
    if (!number || !take(text, middle) || text.size() != 64 + end.size() ||
        !is_hash(text.substr(0, 64)) || text.substr(64) != end) {
        return std::nullopt;
    }
    return Link{*number, std::string(text.substr(0, 64))};
}

}  // namespace

std::string hash_of_line(std::string_view line) {
    return base::sha256_hex(line);
}

std::string chained_line(std::string_view record, const Link& previous) {
    std::string line;
    append_chained_line(line, record, previous);
    return line;
}

void append_chained_line(std::string& text, std::string_view record, const Link& previous) {
    text.append(record.substr(0, record.size() - 1));
    text.append(chain_begin).append(std::to_string(previous.sequence + 1));
    text.append(previous_begin).append(previous.hash).append(chain_end);
}

std::optional<Claim> claim_of(std::string_view line) {
    const auto at = line.rfind(chain_begin);
    if (at == std::string_view::npos) {
        return std::nullopt;
    }
    auto link = take_pair(line.substr(at + chain_begin.size()), previous_begin, chain_end);
    return link ? std::optional(Claim{link->sequence, std::move(link->hash)}) : std::nullopt;
}

std::string record_of(std::string_view line) {
    return std::string(line.substr(0, line.rfind(chain_begin))) + "}";
}

std::string link_text(const Link& link) {
    return std::string(link_begin) + std::to_string(link.sequence) + std::string(hash_begin) +
           link.hash + "\"}";
}

std::optional<Link> parse_link(std::string_view text) {
    text = text.substr(0, text.find_last_not_of(" \n") + 1);
    if (!take(text, link_begin)) {
        return std::nullopt;
    }
    return take_pair(text, hash_begin, "\"}");
}

}  // namespace goldsmith::audit
