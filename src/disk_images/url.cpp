#include "disk_images/url.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <cstring>

namespace goldsmith::disk_images {

namespace {

bool is_local_v4(std::uint32_t address) {
    const std::uint32_t first = address >> 24;
    const std::uint32_t two = address >> 16;
    return first == 0 || first == 127 || two == 0xa9fe || first >= 224;
}

std::uint32_t v4_at(const in6_addr& address, std::size_t at) {
    std::uint32_t value = 0;
    std::memcpy(&value, address.s6_addr + at, 4);
    return ntohl(value);
}

bool is_local_v6(const in6_addr& address) {
    if (IN6_IS_ADDR_V4MAPPED(&address) || IN6_IS_ADDR_V4COMPAT(&address)) {
        return is_local_v4(v4_at(address, 12));
    }
    const bool nat64 = address.s6_addr[0] == 0 && address.s6_addr[1] == 0x64 &&
                       address.s6_addr[2] == 0xff && address.s6_addr[3] == 0x9b;
    if (nat64) {
        return is_local_v4(v4_at(address, 12));
    }
    const bool six_to_four = address.s6_addr[0] == 0x20 && address.s6_addr[1] == 0x02;
    if (six_to_four) {
        return is_local_v4(v4_at(address, 2));
    }
    // fd00:ec2::254 is where EC2's metadata service answers over IPv6.
    const bool metadata = v4_at(address, 0) == 0xfd000ec2;
    return metadata || IN6_IS_ADDR_UNSPECIFIED(&address) || IN6_IS_ADDR_LOOPBACK(&address) ||
           IN6_IS_ADDR_LINKLOCAL(&address) || IN6_IS_ADDR_MULTICAST(&address);
}

}  // namespace

bool is_web_url(std::string_view text) {
    return text.starts_with("http://") || text.starts_with("https://");
}

std::string file_name_of_url(std::string_view url) {
    const std::string_view path = url.substr(0, url.find_first_of("?#"));
    const auto slash = path.rfind('/');
    return std::string(slash == std::string_view::npos ? path : path.substr(slash + 1));
}

std::string shown_url(std::string_view url) {
    const auto begin = url.find("://");
    const auto end = begin == std::string_view::npos ? begin : url.find('/', begin + 3);
    const auto at = url.substr(0, end).rfind('@');
    std::string shown(url.substr(0, url.find_first_of("?#")));
    if (begin != std::string_view::npos && at != std::string_view::npos && at > begin) {
        shown.erase(begin + 3, at - begin - 2);
    }
    return shown;
}

bool is_local_address(const sockaddr* address) {
    if (address->sa_family == AF_INET) {
        sockaddr_in v4{};
        std::memcpy(&v4, address, sizeof v4);
        return is_local_v4(ntohl(v4.sin_addr.s_addr));
    }
    if (address->sa_family == AF_INET6) {
        sockaddr_in6 v6{};
        std::memcpy(&v6, address, sizeof v6);
        return is_local_v6(v6.sin6_addr);
    }
    return true;  // neither: nothing that an image comes from
}

}  // namespace goldsmith::disk_images
