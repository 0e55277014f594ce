// Where toe keeps what it needs only for a moment: scripts, output that does not fit in memory.
#pragma once

#include <string>

#include "base/fd.h"
#include "base/files.h"

namespace goldsmith::guest {

/// A private folder in the first of $TMPDIR, /tmp, /var/tmp, /run and /dev/shm that can be written:
/// read-only roots have a writable folder somewhere. Throws base::Error saying what to do.
base::TempDir make_scratch_folder();

/// A file without a name in one of these folders, for reading and writing.
base::Fd make_scratch_file();

}  // namespace goldsmith::guest
