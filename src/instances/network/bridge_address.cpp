#include "instances/network/bridge_address.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdio>

#include "base/error.h"

namespace goldsmith::instances {

namespace {

/// "10.9.0.7/24" and "10.9.0.7/16" are the same address.
std::string without_length(const std::string& address) {
    return address.substr(0, address.find('/'));
}

}  // namespace

std::optional<BridgeAddress> BridgeAddress::take(const std::string& bridge,
                                                 const std::vector<std::string>& addresses) {
    for (const std::string& address : addresses) {
        base::Fd mark(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
        if (!mark) {
            throw base::SystemError("mark an address of bridge " + bridge);
        }
        sockaddr_un name{};
        name.sun_family = AF_UNIX;
        const std::string text = "goldsmith " + bridge + " " + without_length(address);
        const std::size_t size = std::min(text.size(), sizeof name.sun_path - 1);
        std::copy_n(text.data(), size, name.sun_path + 1);  // behind a zero: an abstract name
        const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + size);
        if (::bind(mark.get(), reinterpret_cast<const sockaddr*>(&name), length) == 0) {
            return BridgeAddress(address, std::move(mark));
        }
        if (errno != EADDRINUSE) {
            throw base::SystemError("mark address " + address + " of bridge " + bridge);
        }
    }
    return std::nullopt;
}

std::string BridgeAddress::hardware_address() const {
    in_addr parsed{};
    ::inet_pton(AF_INET, without_length(text_).c_str(), &parsed);
    std::array<unsigned char, 4> bytes{};
    static_assert(sizeof parsed == sizeof bytes);
    std::copy_n(reinterpret_cast<const unsigned char*>(&parsed), bytes.size(), bytes.begin());
    std::array<char, 18> text{};
    std::snprintf(text.data(), text.size(), "02:67:%02x:%02x:%02x:%02x", bytes[0], bytes[1],
                  bytes[2], bytes[3]);
    return text.data();
}

}  // namespace goldsmith::instances
