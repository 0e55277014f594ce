#include "disk_images/scratch.h"

#include <signal.h>
#include <unistd.h>

#include <cstdlib>

#include "base/error.h"
#include "base/hash.h"
#include "store/ids.h"
#include "store/region_set.h"

namespace goldsmith::disk_images {

namespace {

constexpr const char* kLock = "lock";
constexpr const char* kMark = "mark";
constexpr const char* kProcess = "process";

base::Path folder_of(const base::Path& parent, const std::string& token) {
    return parent / base::sha256_hex(token).substr(0, 32);
}

std::optional<ImportMark> read_mark(const base::Path& folder) {
    const auto text = base::read_file_if_exists(folder / kMark, 4096);
    const auto end = text ? text->find('\n') : std::string::npos;
    if (end == std::string::npos) {
        return std::nullopt;  // it had not begun to make anything
    }
    return ImportMark{text->substr(0, end), text->substr(end + 1)};
}

void remove_product(store::RegionSet& regions, const ImportMark& mark,
                    const std::function<bool(const std::string&, const std::string&)>& is_known) {
    const auto image = store::ImageId::from_token(mark.token);
    if (!regions.has(mark.region) || is_known(mark.region, image.str())) {
        return;
    }
    store::RegionStore& region = regions.at(mark.region);
    region.delete_image(image);
    try {
        region.delete_snapshot(store::SnapshotId::from_token(mark.token));
    } catch (const store::SnapshotInUse&) {
        // Somebody has made an image of it meanwhile.
    }
}

}  // namespace

Scratch::Scratch(const base::Path& parent, const ImportMark& mark)
    : path_(folder_of(parent, mark.token)) {
    base::make_directories(parent, 0700);
    base::make_directories(path_, 0700);
    lock_ = base::FileLock::try_acquire(path_ / kLock);
    if (!lock_) {
        throw base::Error("this import is under way already");
    }
    for (const std::string& name : base::list_directory(path_)) {
        if (name != kLock) {
            base::remove_tree(path_ / name);
        }
    }
    base::write_file_atomically(path_ / kProcess, std::to_string(::getpid()));
    base::write_file_atomically(path_ / kMark, mark.region + "\n" + mark.token);
}

Scratch::~Scratch() {
    try {
        base::remove_tree(path_);
    } catch (...) {
        // The next import or gc takes it away.
    }
}

bool import_is_running(const base::Path& parent, const std::string& token) {
    const base::Path lock = folder_of(parent, token) / kLock;
    return std::filesystem::exists(lock) && !base::FileLock::try_acquire(lock);
}

bool stop_import(const base::Path& parent, const std::string& token) {
    if (!import_is_running(parent, token)) {
        return false;
    }
    // The lock is held, so the process that wrote this lives.
    const auto text = base::read_file_if_exists(folder_of(parent, token) / kProcess, 32);
    const pid_t pid = text ? static_cast<pid_t>(std::strtol(text->c_str(), nullptr, 10)) : 0;
    if (pid > 1) {
        ::kill(pid, SIGTERM);
    }
    return true;
}

namespace {

/// Each dead import, locked, so that it stays dead.
void for_each_dead_import(const base::Path& parent,
                          const std::function<void(const base::Path& folder)>& use) {
    for (const std::string& name : base::list_directory(parent)) {
        const base::Path folder = parent / name;
        if (!std::filesystem::is_directory(folder)) {
            continue;
        }
        if (const auto lock = base::FileLock::try_acquire(folder / kLock)) {
            use(folder);
        }
    }
}

}  // namespace

std::vector<DeadImport> dead_imports(const base::Path& parent) {
    std::vector<DeadImport> dead;
    for_each_dead_import(parent, [&](const base::Path& folder) {
        dead.push_back({folder, read_mark(folder)});
    });
    return dead;
}

std::size_t sweep_imports(
    const base::Path& parent, store::RegionSet& regions,
    const std::function<bool(const std::string&, const std::string&)>& is_known) {
    std::size_t swept = 0;
    for_each_dead_import(parent, [&](const base::Path& folder) {
        if (const auto mark = read_mark(folder)) {
            remove_product(regions, *mark, is_known);
        }
        base::remove_tree(folder);
        ++swept;
    });
    return swept;
}

}  // namespace goldsmith::disk_images
