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
    /// Writes everything out and lets go of the device.
    void detach();

private:
    base::Fd device_;
    base::Path path_;
};

}  // namespace goldsmith::instances
