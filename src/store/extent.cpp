#include "store/extent.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/error.h"
#include "store/ids.h"

namespace goldsmith::store {

std::vector<Extent> normalised(std::vector<Extent> extents, std::uint64_t limit) {
    std::sort(extents.begin(), extents.end(),
              [](const Extent& a, const Extent& b) { return a.offset < b.offset; });
    std::vector<Extent> merged;
    for (const Extent& extent : extents) {
        if (extent.offset >= limit || extent.length == 0) {
            continue;
        }
        const std::uint64_t end = extent.offset + std::min(extent.length, limit - extent.offset);
        if (!merged.empty() && extent.offset <= merged.back().end()) {
            merged.back().length = std::max(merged.back().end(), end) - merged.back().offset;
        } else {
            merged.push_back({extent.offset, end - extent.offset});
        }
    }
    return merged;
}

std::vector<std::uint32_t> blocks_of(const std::vector<Extent>& extents,
                                     std::uint64_t volume_size) {
    std::vector<std::uint32_t> blocks;
    std::uint64_t next = 0;  // the first block not listed yet
    for (const Extent& extent : normalised(extents, volume_size)) {
        next = std::max(next, extent.offset / kBlockBytes);
        for (; next * kBlockBytes < extent.end(); ++next) {
            blocks.push_back(static_cast<std::uint32_t>(next));
        }
    }
    return blocks;
}

std::vector<Extent> data_extents(int fd) {
    const off_t end = ::lseek(fd, 0, SEEK_END);
    if (end < 0) {
        throw base::SystemError("find the size of a disk");
    }
    std::vector<Extent> extents;
    off_t at = 0;
    while (at < end) {
        const off_t data = ::lseek(fd, at, SEEK_DATA);
        if (data < 0 && errno == ENXIO) {
            break;  // only a hole is left
        }
        if (data < 0 && errno == EINVAL) {
            return {{0, static_cast<std::uint64_t>(end)}};  // holes are unknown here
        }
        const off_t hole = data < 0 ? -1 : ::lseek(fd, data, SEEK_HOLE);
        if (hole < 0) {
            throw base::SystemError("find the allocated parts of a disk");
        }
        extents.push_back(
            {static_cast<std::uint64_t>(data), static_cast<std::uint64_t>(hole - data)});
        at = hole;
    }
    return extents;
}

}  // namespace goldsmith::store
