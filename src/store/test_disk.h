#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/random.h"
#include "store/bytes.h"
#include "store/extent.h"
#include "store/ids.h"

// Made-up disks for the tests of store/.
namespace goldsmith::store::testing {

// A disk in memory that can be written to a sparse file and compared with one.
class TestDisk {
public:
    explicit TestDisk(std::uint64_t size, std::uint64_t seed = 1);

    // Random bytes (half of each page compressible) or zeros at a random place; remembered as
    // dirty.
    void scribble(std::size_t times, std::uint64_t max_bytes);
    void fill(Extent where, std::byte value);

    const Bytes& bytes() const { return bytes_; }
    // What was written since the last call.
    std::vector<Extent> take_dirty();

    // Sparse: pages of zeros become holes.
    void write_to(const std::filesystem::path& path) const;

private:
    std::uint64_t below(std::uint64_t limit);

    base::SeededRandom random_;
    Bytes bytes_;
    std::vector<Extent> dirty_;
};

Bytes read_bytes(const std::filesystem::path& path);
void write_bytes(const std::filesystem::path& path, ByteView bytes);
// Changes one byte of a file in place.
void flip_byte(const std::filesystem::path& path, std::uint64_t offset);

SnapshotId snap(const std::string& token);

}  // namespace goldsmith::store::testing
