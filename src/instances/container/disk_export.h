// A disk image of any format as a raw file: qemu-storage-daemon's FUSE export. The file exists in
// our private mount namespace only and goes when the daemon does. Unless the disk is kept, flushes
// go no further than the page cache: a build's disk is worth nothing after a crash of the host, and
// its content is made durable when it is ingested.
#pragma once

#include <memory>
#include <string>

#include "base/files.h"
#include "base/process.h"

namespace goldsmith::instances {

/// The command that exports `disk` as `mount_point`; pure.
base::Command export_command(const base::Path& disk, const std::string& format,
                             const base::Path& mount_point, bool keeps_disk);

class DiskExport {
public:
    /// Returns when the file can be used. `work` is a folder for the mount point and messages.
    /// Throws base::Error with what the daemon said.
    DiskExport(const base::Path& disk, const std::string& format, const base::Path& work,
               bool keeps_disk = false);
    ~DiskExport();
    DiskExport(const DiskExport&) = delete;
    DiskExport& operator=(const DiskExport&) = delete;

    const base::Path& path() const { return mount_point_; }
    /// Ends the daemon in order: all that was written is in the image then. Throws base::Error when
    /// it had to be killed or failed.
    void stop();

private:
    void wait_until_exported();

    base::Path mount_point_;
    base::Path messages_;
    std::unique_ptr<base::Child> daemon_;
};

}  // namespace goldsmith::instances
