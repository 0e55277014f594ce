// Facts about the machine for `{{ context:... }}`.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"

namespace goldsmith::guest {

class RemoteAccess;
struct Patience;

/// accountId, region, osPlatform, osName, osVersion, date, dateTime, uuid, hostname. Throws
/// base::Error for facts that cannot be had.
std::string host_fact(std::string_view key, base::Time now, RemoteAccess& remote,
                      const Patience& patience);

/// The value of `key` in the text of an os-release file, unquoted; "" when absent.
std::string os_release_value(std::string_view text, std::string_view key);

}  // namespace goldsmith::guest
