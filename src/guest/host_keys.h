// SSH host keys of a machine that was resumed from a saved state: those that its boot made belong
// to the machine that was saved. Used by `toe awaken`.
#pragma once

#include <ctime>

#include "base/files.h"

namespace goldsmith::guest {

/// Makes the keys in `folder` (/etc/ssh) anew that are not older than `made_since` (Unix time);
/// keys that the image brought along stay. Kinds that take long to make (RSA, DSA) are only
/// removed: a server does without them. True when a key was touched; then the server has to read
/// them again. Throws base::Error.
bool renew_host_keys(const base::Path& folder, std::time_t made_since);

}  // namespace goldsmith::guest
