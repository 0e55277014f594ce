#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "store/extent.h"

// Where an ingest reads a disk's bytes from.
namespace goldsmith::store {

// A disk whose bytes can be read at any offset. `read` is called from several threads at once.
// Implementations own their descriptors.
class DiskReader {
public:
    virtual ~DiskReader() = default;

    // The size that the guest sees, in bytes.
    virtual std::uint64_t size() const = 0;
    // Fills `into` with the bytes at `offset`; bytes past the end of the disk read as zeros.
    // Throws base::SystemError.
    virtual void read(std::uint64_t offset, std::span<std::byte> into) const = 0;
};

// What DiskReader::read does, on a descriptor.
void read_padded(int fd, std::uint64_t offset, std::span<std::byte> into);

// A raw file, a block device or a FUSE export. Throws base::SystemError if it cannot be opened.
std::unique_ptr<DiskReader> open_raw_disk(const std::filesystem::path& path);

// What `qemu-img map` says of an image: a reader that takes the guest's bytes straight out of the
// image's files (no FUSE, no NBD, nothing to stop afterwards), with the extents that differ.
struct ImageFileMap {
    std::unique_ptr<DiskReader> disk;
    std::vector<Extent> allocated;  // data anywhere in the chain: what a full ingest must read
    std::vector<Extent>
        dirty;  // held or zeroed by the top layer: what an ingest on a parent must read
};

// The image has clusters that are compressed, encrypted or elsewhere: it must be converted first.
class UnmappableImage : public base::Error {
    using base::Error::Error;
};

// Maps a raw or qcow2 image that nobody writes to any more (stop the machine first); `format` is
// qemu's name ("qcow2", "raw"). Throws UnmappableImage (never for an instance's overlay),
// base::Error when qemu-img fails.
ImageFileMap map_image_file(const std::filesystem::path& path, const std::string& format = "qcow2");

}  // namespace goldsmith::store
