#include "runner/prepared_disk.h"

#include <algorithm>
#include <memory>

#include "base/error.h"
#include "base/process.h"
#include "store/disk_reader.h"
#include "store/partition_table.h"

namespace goldsmith::runner {

namespace {

constexpr std::uint64_t kGib = 1ULL << 30;
/// Less than this behind the root partition is not worth a new table.
constexpr std::uint64_t kLeastGrowth = 64ULL << 20;

std::unique_ptr<store::DiskReader> open_disk(const base::Path& file, const std::string& format) {
    return format == "raw" ? store::open_raw_disk(file) : store::map_image_file(file, format).disk;
}

std::string mount_type(store::FileSystemKind kind) {
    switch (kind) {
        case store::FileSystemKind::ext:
            return "ext4";
        case store::FileSystemKind::xfs:
            return "xfs";
        case store::FileSystemKind::btrfs:
            return "btrfs";
        case store::FileSystemKind::unknown:
        case store::FileSystemKind::squashfs:
        case store::FileSystemKind::erofs:
        case store::FileSystemKind::fat:
            break;
    }
    throw base::Error(
        std::string("the root file system of the image is of a kind that cannot be mounted: ") +
        store::name_of(kind));
}

instances::RootFileSystem find_root(const store::DiskReader& disk) {
    const auto partition = store::find_root_partition(store::read_partition_table(disk), disk);
    if (!partition) {
        throw base::Error("the image has no partition with a root file system");
    }
    return {partition->offset, partition->length,
            mount_type(store::probe_file_system(disk, partition->offset)), partition->number};
}

/// A backing file beside the overlay is named without its folder.
void make_overlay(const base::Path& overlay, const std::string& backing, const std::string& format,
                  std::uint64_t wanted_bytes) {
    base::RunOptions options;
    options.timeout = std::chrono::seconds(60);
    options.die_with_parent = true;
    base::run_checked({"qemu-img",
                       {"create", "-q", "-f", "qcow2", "-F", format, "-b", backing,
                        overlay.string(), std::to_string(wanted_bytes)},
                       {},
                       false,
                       {}},
                      options);
}

std::uint64_t wanted_bytes(const api::runner::RunSpec& spec) {
    return static_cast<std::uint64_t>(std::max(spec.disk_size_gib, 0)) * kGib;
}

}  // namespace

PreparedDisk::PreparedDisk(const api::runner::RunSpec& spec, const KeptInstance& instance,
                           store::RegionStore& region, store::DiskCache& cache)
    : path_(instance.disk()) {
    if (!instance.has_disk()) {
        make_kept_overlay(spec, instance, region, cache);
    }
    const auto disk = open_disk(path_, "qcow2");
    root_ = find_root(*disk);
    // Growing twice does no harm; a machine that has been set up has its size.
    is_larger_ = !instance.is_set_up() &&
                 disk->size() > root_.offset_bytes + root_.length_bytes + kLeastGrowth;
}

void PreparedDisk::make_kept_overlay(const api::runner::RunSpec& spec, const KeptInstance& instance,
                                     store::RegionStore& region, store::DiskCache& cache) {
    const store::CachedDisk parent =
        cache.get(region, store::SnapshotId::parse(spec.parent_snapshot));
    const base::Path backing = parent.link_into(instance.folder());
    const std::uint64_t size = open_disk(backing, parent.format())->size();
    const base::Path unfinished = instance.folder() / "disk.qcow2.new";
    make_overlay(unfinished, backing.filename().string(), parent.format(),
                 std::max(wanted_bytes(spec), size));
    std::filesystem::rename(unfinished, path_);
}

PreparedDisk::PreparedDisk(const api::runner::RunSpec& spec, const base::Path& path,
                           store::RegionStore& region, store::DiskCache& cache)
    : path_(path), base_(cache.get(region, store::SnapshotId::parse(spec.parent_snapshot))) {
    const auto disk = open_disk(base_->path(), base_->format());
    root_ = find_root(*disk);
    const std::uint64_t wanted = wanted_bytes(spec);
    is_larger_ = wanted > disk->size();
    make_overlay(path_, base_->path().string(), base_->format(), std::max(wanted, disk->size()));
}

PreparedDisk::PreparedDisk(const base::Path& image_file, const std::string& format,
                           const base::Path& path)
    : path_(path) {
    const auto disk = open_disk(image_file, format);
    root_ = find_root(*disk);
    make_overlay(path_, image_file.string(), format, disk->size());
}

}  // namespace goldsmith::runner
