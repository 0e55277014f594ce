#include "runner/capsule.h"

#include <filesystem>

namespace goldsmith::runner {

void keep_capsule(const api::runner::RunSpec& spec, const base::Path& run_directory) {
    if (!spec.keep_on_failure.value_or(false) || !spec.capsule_directory) {
        return;
    }
    const base::Path capsule = *spec.capsule_directory;
    base::make_directories(capsule, 0700);
    for (const char* name : {"disk.qcow2", "console.log"}) {
        if (std::filesystem::exists(run_directory / name)) {
            std::filesystem::rename(run_directory / name, capsule / name);
        }
    }
    for (const char* name : {"spec.json", "runner.log"}) {
        if (const auto text = base::read_file_if_exists(run_directory / name)) {
            base::write_file_atomically(capsule / name, *text, 0600);
        }
    }
}

}  // namespace goldsmith::runner
