// A capsule: what is kept of a failed instance when its owner asked for that (terminate on failure
// = false): its disk, its console, the runner's log. It holds no process.
#pragma once

#include "api/generated/runner/run_types.h"
#include "base/files.h"

namespace goldsmith::runner {

/// Moves disk and console, copies the log, into the capsule's folder. The instance must be off.
/// Does nothing unless the specification asks for it. Throws base::Error.
void keep_capsule(const api::runner::RunSpec& spec, const base::Path& run_directory);

}  // namespace goldsmith::runner
