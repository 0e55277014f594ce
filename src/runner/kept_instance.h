// KeptInstance: the folder of an instance that outlives its runs (docs/formats/run-directory.md):
// its disk, what backs the disk, its console. Each start of the machine is a run of its own over
// this folder; whoever owns the instance removes it. One thread. Failures are base::Error.
#pragma once

#include "base/files.h"

namespace goldsmith::runner {

class KeptInstance {
public:
    /// Creates the folder.
    explicit KeptInstance(base::Path folder);

    const base::Path& folder() const { return folder_; }
    base::Path disk() const { return folder_ / "disk.qcow2"; }
    base::Path console() const { return folder_ / "console.log"; }
    bool has_disk() const;

    /// Whether the machine has been set up once: its file system grown, its user data executed.
    bool is_set_up() const;
    void mark_set_up();

    /// The disk, what backs it and their names survive a power cut from here on.
    void sync() const;

private:
    base::Path folder_;
};

}  // namespace goldsmith::runner
