#include "runner/kept_instance.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/error.h"

namespace goldsmith::runner {

namespace {

constexpr const char* kSetUp = "set-up";

}  // namespace

KeptInstance::KeptInstance(base::Path folder) : folder_(std::move(folder)) {
    base::make_directories(folder_, 0700);
}

bool KeptInstance::has_disk() const {
    return std::filesystem::exists(disk());
}

bool KeptInstance::is_set_up() const {
    return std::filesystem::exists(folder_ / kSetUp);
}

void KeptInstance::mark_set_up() {
    base::write_file_atomically(folder_ / kSetUp, "", 0600);
}

void KeptInstance::sync() const {
    for (const std::string& name : base::list_directory(folder_)) {
        const base::Fd file = base::open_file(folder_ / name, O_RDONLY);
        if (::fdatasync(file.get()) != 0) {
            throw base::SystemError("write " + (folder_ / name).string() + " out");
        }
    }
    base::sync_directory(folder_);
}

}  // namespace goldsmith::runner
