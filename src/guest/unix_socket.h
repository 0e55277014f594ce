// Unix sockets for the guest protocol. All functions throw base::SystemError naming the path. Paths
// may be up to 107 bytes.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "base/fd.h"

namespace goldsmith::guest {

base::Fd connect_unix(const std::string& path);
/// Replaces a socket that is there already. Only root (our user) may connect.
base::Fd listen_unix(const std::string& path);
/// Waits for ever.
base::Fd accept_unix(int listener);
/// Nothing when nobody connected before the limit passed. Refuses (closes, and goes on waiting)
/// peers that are not root or our own user.
std::optional<base::Fd> accept_unix_for(int listener, std::chrono::milliseconds limit);

}  // namespace goldsmith::guest
