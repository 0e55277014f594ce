// What completing an upload demands of its parts, and the ETag of the whole. Pure.
#pragma once

#include <string>
#include <vector>

#include "objects/object_store.h"

namespace goldsmith::objects {

/// The parts of `there` (ascending) that `wanted` names. Throws invalid_part, part_order,
/// part_too_small.
std::vector<PartInfo> chosen_parts(const std::vector<PartInfo>& there,
                                   const std::vector<PartInfo>& wanted);

/// "<MD5 of the parts' MD5s>-<number of parts>"
std::string etag_of_parts(const std::vector<PartInfo>& parts);

}  // namespace goldsmith::objects
