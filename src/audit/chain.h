// The chain that ties the lines of the audit log together (docs/formats/audit-log.md): each line
// carries its number and the hash of the line before. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace goldsmith::audit {

/// A line by its number and hash; number 0 with 64 zeros stands before the first line.
struct Link {
    std::uint64_t sequence = 0;
    std::string hash = std::string(64, '0');

    bool operator==(const Link&) const = default;
};

/// The SHA-256 of a whole line without its line break, in hexadecimal.
std::string hash_of_line(std::string_view line);

/// `record` (a JSON object) as the line that follows `previous`, without a line break.
std::string chained_line(std::string_view record, const Link& previous);
/// The same, behind what `text` holds.
void append_chained_line(std::string& text, std::string_view record, const Link& previous);

/// What a line says of itself: its own number, and the hash of the line before.
struct Claim {
    std::uint64_t sequence = 0;
    std::string previous;
};
/// Nothing when the line does not end in a chain member of exactly our form.
std::optional<Claim> claim_of(std::string_view line);

/// The record of a line, without the chain member.
std::string record_of(std::string_view line);

/// The form of `head` and `pruned`.
std::string link_text(const Link& link);
std::optional<Link> parse_link(std::string_view text);

}  // namespace goldsmith::audit
