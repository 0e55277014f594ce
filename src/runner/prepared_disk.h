// The disk of one instance: an overlay on the parent snapshot's cached disk, made in a time that
// does not depend on the size of either. Used by Runner; one thread.
#pragma once

#include <optional>

#include "api/generated/runner/run_types.h"
#include "base/files.h"
#include "instances/instance.h"
#include "runner/kept_instance.h"
#include "store/disk_cache.h"
#include "store/region_store.h"

namespace goldsmith::runner {

class PreparedDisk {
public:
    /// Fetches the parent (from the store when the cache lacks it) and makes the overlay `path`.
    /// Throws base::Error.
    PreparedDisk(const api::runner::RunSpec& spec, const base::Path& path,
                 store::RegionStore& region, store::DiskCache& cache);

    /// The disk of an instance that outlives its runs: the one it has, else a new overlay whose
    /// backing files are in the instance's folder too, so that nothing of it depends on the cache.
    PreparedDisk(const api::runner::RunSpec& spec, const KeptInstance& instance,
                 store::RegionStore& region, store::DiskCache& cache);

    /// An overlay on a disk image file that nobody may write to meanwhile.
    PreparedDisk(const base::Path& image_file, const std::string& format, const base::Path& path);

    const base::Path& path() const { return path_; }
    /// The cached parent; only of an overlay on a snapshot.
    const store::CachedDisk& base() const { return base_.value(); }
    const instances::RootFileSystem& root() const { return root_; }
    /// The overlay is larger than the parent.
    bool is_larger() const { return is_larger_; }

private:
    void make_kept_overlay(const api::runner::RunSpec& spec, const KeptInstance& instance,
                           store::RegionStore& region, store::DiskCache& cache);

    base::Path path_;
    std::optional<store::CachedDisk> base_;
    instances::RootFileSystem root_;
    bool is_larger_ = false;
};

}  // namespace goldsmith::runner
