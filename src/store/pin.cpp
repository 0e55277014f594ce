#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>

#include "base/fd.h"
#include "base/files.h"
#include "base/random.h"
#include "store/region_layout.h"
#include "store/region_store.h"

namespace goldsmith::store {

// A pin is a second name of the manifest's file, in pins/, with a shared lock on the file: a
// garbage collection counts pinned manifests like the others and sweeps the names whose lock nobody
// holds.
struct Pin::Impl {
    SnapshotManifest manifest;
    std::filesystem::path name;
    base::Fd lock;

    ~Impl() { ::unlink(name.c_str()); }
};

Pin::Pin(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Pin::Pin(Pin&&) noexcept = default;
Pin& Pin::operator=(Pin&&) noexcept = default;
Pin::~Pin() = default;

const SnapshotManifest& Pin::manifest() const {
    return impl_->manifest;
}

Pin RegionStore::pin(const SnapshotId& id) const {
    SnapshotManifest manifest = snapshot(id);
    base::SystemRandom random;
    const auto name = layout::pins(root()) / (id.str() + "-" + base::make_hex_id(random, 16));
    base::Fd fd = base::open_file(layout::snapshot(root(), id), O_RDONLY);
    if (::flock(fd.get(), LOCK_SH) != 0) {
        throw base::SystemError("lock the manifest of " + id.str());
    }
    // By the descriptor, not by the name: the file linked is the one that was locked.
    const std::string self = "/proc/self/fd/" + std::to_string(fd.get());
    if (::linkat(AT_FDCWD, self.c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) != 0) {
        if (errno == ENOENT) {
            throw SnapshotNotFound("snapshot " + id.str() + " was deleted a moment ago");
        }
        throw base::SystemError("pin snapshot " + id.str());
    }
    // Clang 14 has no aggregates in parentheses, which make_unique would need.
    return Pin(std::unique_ptr<Pin::Impl>(new Pin::Impl{std::move(manifest), name, std::move(fd)}));
}

}  // namespace goldsmith::store
