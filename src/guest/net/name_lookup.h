// Host names to addresses, from /etc/hosts and DNS only: a static program must not load the name
// service modules of the system that it happens to run on. A look-up that nobody waits for any more
// is left to end by itself.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "guest/patience.h"

namespace goldsmith::guest {

struct SocketAddress {
    sockaddr_storage storage{};
    socklen_t size = 0;
};

/// Never empty. Throws ConnectionFailure, and as Patience::check.
std::vector<SocketAddress> look_up(const std::string& host, std::uint16_t port,
                                   std::chrono::milliseconds limit, const Patience& patience);

}  // namespace goldsmith::guest
