// IpRange: an IPv4 or IPv6 address, or a CIDR block of them ("10.0.0.0/8", "2001:db8::/32"). A
// value, thread-safe.
#pragma once

#include <array>
#include <optional>
#include <string>

namespace goldsmith::policy {

class IpRange {
public:
    /// Nothing when `text` is neither an address nor a CIDR block.
    static std::optional<IpRange> parse(const std::string& text);
    /// False for what is no address, and for one of the other family.
    bool contains(const std::string& address) const;

private:
    std::array<unsigned char, 16> address_{};
    int family_ = 0;
    unsigned prefix_bits_ = 0;
};

}  // namespace goldsmith::policy
