#pragma once

#include <cstdint>
#include <vector>

// Byte ranges of a disk.
namespace goldsmith::store {

struct Extent {
    std::uint64_t offset = 0;  // bytes
    std::uint64_t length = 0;  // bytes

    std::uint64_t end() const { return offset + length; }
    bool operator==(const Extent&) const = default;
};

// Sorted, merged where they touch, cut at `limit` bytes, empty ones left out.
std::vector<Extent> normalised(std::vector<Extent> extents, std::uint64_t limit);

// Indexes of the blocks of kBlockBytes that the extents touch: sorted, each once.
std::vector<std::uint32_t> blocks_of(const std::vector<Extent>& extents, std::uint64_t volume_size);

// The ranges of an open file that are not holes (SEEK_DATA). A file system that does not know holes
// answers with one extent. The file position of `fd` is moved. Throws base::SystemError.
std::vector<Extent> data_extents(int fd);

}  // namespace goldsmith::store
