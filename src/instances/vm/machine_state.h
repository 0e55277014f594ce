// Saving a running machine into a folder, and starting QEMU from such a folder.
#pragma once

#include <memory>

#include "instances/vm/machine.h"

namespace goldsmith::instances {

/// Stops the machine, writes its state to `folder` as SavedStates keeps it (without the machine id)
/// and lets it go on. `disk` and the files in its `work` folder are those that it uses. Throws
/// base::Error; then it goes on as well, if it still can.
void save_machine(Machine& machine, const base::Path& folder, const base::Path& disk,
                  const base::Path& work);

/// Lays the files that a machine has besides its disk from the state in `folder` into `work`.
/// Throws std::filesystem::filesystem_error.
void restore_beside_disk(const base::Path& folder, const base::Path& work);

/// A machine that goes on from the state in `folder`. Its disk and seed files are already in place.
/// Throws base::Error.
std::unique_ptr<Machine> resume_machine(QemuSettings settings, const base::Path& folder,
                                        const base::Path& work, const Gateway& gateway,
                                        const Console& console);

}  // namespace goldsmith::instances
