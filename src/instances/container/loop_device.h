// A loop device over a part of a file. It is marked "autoclear": the kernel detaches it when nobody
// has it open or mounted any more, so that a killed process leaves none behind. Needs root.
#pragma once

#include <cstdint>

#include "base/fd.h"
#include "base/files.h"

namespace goldsmith::instances {

class LoopDevice {
public:
    /// `scratch`: a folder in which a device node can be made where /dev has none.
    LoopDevice(const base::Path& file, std::uint64_t offset_bytes, std::uint64_t length_bytes,
               const base::Path& scratch);

    const base::Path& path() const { return path_; }
    /// Lets go of the device and waits until nobody uses it any more. Unmounting is not enough: the
    /// mount namespace of a machine that has just died holds the file system for a moment longer,
    /// and what is written then must still reach the file. Throws base::Error when it stays in use.
    void detach();

private:
    bool is_attached() const;

    base::Fd device_;
    base::Path path_;
    std::uint64_t backing_device_ = 0;
    std::uint64_t backing_inode_ = 0;
};

}  // namespace goldsmith::instances
