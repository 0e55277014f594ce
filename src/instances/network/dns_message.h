// Just enough of the DNS wire format (RFC 1035) for a server that decides by name: the question of
// a query, the addresses of an answer, refusals. Pure; hostile bytes give "nothing".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace goldsmith::instances {

inline constexpr std::size_t kMostDnsBytes = 4096;
inline constexpr std::uint16_t kTypeA = 1;
inline constexpr std::uint16_t kTypeAaaa = 28;

struct DnsQuestion {
    std::uint16_t id = 0;
    /// Lower case, without the last dot; the root is "".
    std::string name;
    std::uint16_t type = 0;

    bool operator==(const DnsQuestion&) const = default;
};

struct DnsAddresses {
    std::vector<std::string> addresses;
    std::uint32_t ttl_seconds = 0;
};

enum class DnsResult : std::uint8_t { no_error = 0, server_failure = 2, refused = 5 };

/// Of a query with exactly one question of class IN, or of an answer to one.
std::optional<DnsQuestion> parse_question(std::string_view message);
/// The A records of an answer, with the smallest TTL; nothing when the message is not an answer
/// that can be read to its end. `most`: further ones are left out.
std::optional<DnsAddresses> parse_answer(std::string_view message, std::size_t most = 64);
/// An answer without records to a query that parse_question() accepts.
std::string empty_answer(std::string_view query, DnsResult result);
/// The same message under another id.
std::string with_id(std::string_view message, std::uint16_t id);

}  // namespace goldsmith::instances
