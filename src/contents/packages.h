// The packages that a package manager's database names. Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace goldsmith::contents {

/// Version by name. A package that is there for several architectures has them in its name:
/// "libc6:i386".
using Packages = std::map<std::string, std::string>;

/// /var/lib/dpkg/status: what is installed, not what was.
Packages packages_of_dpkg(std::string_view status);
/// /lib/apk/db/installed.
Packages packages_of_apk(std::string_view installed);

}  // namespace goldsmith::contents
