// Files that documents name: opened only when they are regular files. A pipe, a device or a socket
// could keep the run waiting, or reading, for ever.
#pragma once

#include <cstdint>
#include <string>

#include "base/fd.h"
#include "base/files.h"

namespace goldsmith::guest {

/// As base::open_file. Throws base::Error for what is no regular file.
base::Fd open_regular_file(const base::Path& path, int flags, mode_t mode = 0644);

/// The whole file; larger than `limit_bytes` is an error. Throws base::Error.
std::string read_regular_file(const base::Path& path, std::uint64_t limit_bytes);

/// Throws base::Error when something else than a regular file is there; nothing may be there.
void require_regular_file(const base::Path& path);

}  // namespace goldsmith::guest
