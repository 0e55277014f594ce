// Mounts that belong to an object, within a mount namespace that belongs to this process: when the
// process dies, however it dies, the kernel removes them all.
#pragma once

#include <string>

#include "base/files.h"

namespace goldsmith::instances {

/// Gives the calling thread (and threads and processes it starts later) mounts of its own. Call
/// once, from the main thread, before other threads exist. Needs root; throws base::SystemError.
void enter_private_mount_namespace();

class Mount {
public:
    Mount() = default;
    /// mount(2). Throws base::SystemError.
    Mount(const std::string& source, base::Path target, const std::string& type,
          unsigned long flags, const std::string& options);
    Mount(Mount&& other) noexcept;
    Mount& operator=(Mount&& other) noexcept;
    ~Mount();

    const base::Path& target() const { return target_; }
    /// Unmounts; everything written is on the device then. Waits up to `limit` for users that are
    /// just dying. Throws base::SystemError.
    void unmount();
    /// The mount was taken away by somebody else.
    void forget() { target_.clear(); }

private:
    base::Path target_;
};

/// A bind mount of a file or folder (with what is mounted below it).
Mount bind_mount(const base::Path& source, base::Path target);

}  // namespace goldsmith::instances
