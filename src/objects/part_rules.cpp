#include "objects/part_rules.h"

#include <algorithm>

#include "base/checksum.h"
#include "base/encoding.h"

namespace goldsmith::objects {

std::vector<PartInfo> chosen_parts(const std::vector<PartInfo>& there,
                                   const std::vector<PartInfo>& wanted) {
    std::vector<PartInfo> chosen;
    for (const PartInfo& part : wanted) {
        if (!chosen.empty() && part.number <= chosen.back().number) {
            throw ObjectError(Problem::part_order,
                              "The list of parts was not in ascending order. Parts must be ordered "
                              "by part number.");
        }
        const auto found = std::ranges::find(there, part.number, &PartInfo::number);
        if (found == there.end() || found->etag != part.etag) {
            throw ObjectError(Problem::invalid_part,
                              "One or more of the specified parts could not be found. The part may "
                              "not have been uploaded, or the specified entity tag may not match "
                              "the part's entity tag: part " +
                                  std::to_string(part.number) + ".");
        }
        chosen.push_back(*found);
    }
    if (chosen.empty()) {
        throw ObjectError(Problem::invalid_part, "An upload is completed with at least one part.");
    }
    for (auto part = chosen.begin(); part + 1 != chosen.end(); ++part) {
        if (part->size_bytes < smallest_part_bytes) {
            throw ObjectError(
                Problem::part_too_small,
                "Your proposed upload is smaller than the minimum allowed size: part " +
                    std::to_string(part->number) + " has " + std::to_string(part->size_bytes) +
                    " bytes, all but the last need " + std::to_string(smallest_part_bytes) + ".");
        }
    }
    return chosen;
}

std::string etag_of_parts(const std::vector<PartInfo>& parts) {
    const auto md5 = base::make_checksum("md5");
    for (const PartInfo& part : parts) {
        md5->update(base::hex_decode(part.etag).value_or(part.etag));
    }
    return base::hex_encode(md5->finish()) + "-" + std::to_string(parts.size());
}

}  // namespace goldsmith::objects
