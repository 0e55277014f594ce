// Why an installation of packages failed, said so that somebody can act on it. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "catalogue/apt_sources.h"

namespace goldsmith::catalogue {

/// One or two sentences from the output of mmdebstrap and apt: the archive that cannot be reached,
/// a full disk, missing keys or privileges. For anything else the last lines that report an error.
std::string explain_install_failure(std::string_view output, const std::vector<AptSource>& sources);

/// What to say when the host's apt names no Debian archive.
std::string no_sources_message(const CatalogueEntry& entry);

}  // namespace goldsmith::catalogue
