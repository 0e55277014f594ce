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

}  // namespace

PreparedDisk::PreparedDisk(const api::runner::RunSpec& spec, const base::Path& path,
                           store::RegionStore& region, store::DiskCache& cache)
    : path_(path), base_(cache.get(region, store::SnapshotId::parse(spec.parent_snapshot))) {
    const auto disk = open_disk(base_->path(), base_->format());
    root_ = find_root(*disk);
    const auto wanted = static_cast<std::uint64_t>(std::max(spec.disk_size_gib, 0)) * kGib;
    is_larger_ = wanted > disk->size();
    make_overlay(base_->path(), base_->format(), std::max(wanted, disk->size()));
}

PreparedDisk::PreparedDisk(const base::Path& image_file, const std::string& format,
                           const base::Path& path)
    : path_(path) {
    const auto disk = open_disk(image_file, format);
    root_ = find_root(*disk);
    make_overlay(image_file, format, disk->size());
}

void PreparedDisk::make_overlay(const base::Path& backing, const std::string& format,
                                std::uint64_t wanted_bytes) {
    base::RunOptions options;
    options.timeout = std::chrono::seconds(60);
    options.die_with_parent = true;
    base::run_checked({"qemu-img",
                       {"create", "-q", "-f", "qcow2", "-F", format, "-b", backing.string(),
                        path_.string(), std::to_string(wanted_bytes)},
                       {},
                       false,
                       {}},
                      options);
}

}  // namespace goldsmith::runner
