// The folder of downloaded packages that makes the next build fast.
#pragma once

#include <string>
#include <vector>

#include "base/files.h"
#include "catalogue/base_image.h"

namespace goldsmith::catalogue {

/// The start of a package's file name as apt forms it: "zlib1g_1%3a1.2.13_".
std::string archive_prefix(const InstalledPackage& package);

/// Removes what the build that ended with these packages did not use, so that the folder does not
/// grow with every update of the distribution.
void prune_package_cache(const base::Path& folder, const std::vector<InstalledPackage>& used);

}  // namespace goldsmith::catalogue
