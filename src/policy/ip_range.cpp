#include "policy/ip_range.h"

#include <arpa/inet.h>

#include <charconv>
#include <cstring>

namespace goldsmith::policy {

std::optional<IpRange> IpRange::parse(const std::string& text) {
    IpRange range;
    const auto slash = text.find('/');
    const std::string address = text.substr(0, slash);
    range.family_ = address.find(':') == std::string::npos ? AF_INET : AF_INET6;
    const unsigned all_bits = range.family_ == AF_INET ? 32 : 128;
    // inet_pton() would read up to an embedded zero byte and accept what stands before it.
    if (address.find('\0') != std::string::npos ||
        ::inet_pton(range.family_, address.c_str(), range.address_.data()) != 1) {
        return std::nullopt;
    }
    range.prefix_bits_ = all_bits;
    if (slash != std::string::npos) {
        const char* begin = text.data() + slash + 1;
        const char* end = text.data() + text.size();
        const auto [rest, error] = std::from_chars(begin, end, range.prefix_bits_);
        if (begin == end || error != std::errc() || rest != end || range.prefix_bits_ > all_bits) {
            return std::nullopt;
        }
    }
    return range;
}

bool IpRange::contains(const std::string& address) const {
    const auto other = parse(address);
    if (!other || other->family_ != family_ || address.find('/') != std::string::npos) {
        return false;
    }
    const std::size_t whole = prefix_bits_ / 8;
    const unsigned rest = prefix_bits_ % 8;
    if (std::memcmp(address_.data(), other->address_.data(), whole) != 0) {
        return false;
    }
    const auto mask = static_cast<unsigned char>(0xff00U >> rest);
    return rest == 0 || (address_.at(whole) & mask) == (other->address_.at(whole) & mask);
}

}  // namespace goldsmith::policy
