#include "disk_images/export.h"

#include "base/error.h"
#include "disk_images/digest.h"
#include "disk_images/ova.h"

namespace goldsmith::disk_images {

namespace {

std::optional<store::DiskFormat> disk_format(Format format) {
    switch (format) {
        case Format::raw:
            return store::DiskFormat::raw;
        case Format::qcow2:
            return store::DiskFormat::qcow2;
        case Format::vmdk:
            return store::DiskFormat::vmdk;
        case Format::vhd:
            return store::DiskFormat::vhd;
        case Format::vhdx:
        case Format::ova:
        case Format::tar:
            break;
    }
    return std::nullopt;
}

store::ExportResult export_ova(const store::RegionStore& region, store::DiskCache& cache,
                               const store::ImageManifest& image, const base::Path& path) {
    // Beside the target: there is room for one copy, and a rename is enough at the end.
    const base::TempDir folder(".export", std::filesystem::absolute(path).parent_path());
    const base::Path disk = folder.path() / "disk.vmdk";
    const store::SnapshotId& snapshot = image.root_device().snapshot;
    const auto written = store::export_disk(region, cache, snapshot, store::DiskFormat::vmdk, disk);
    OvaMachine machine{.name = image.name, .disk_file = base::Path(path).stem().string() + ".vmdk"};
    machine.disk_file_bytes = written.bytes;
    machine.virtual_bytes = region.snapshot(snapshot).volume_size;
    machine.uefi = image.boot_mode.starts_with("uefi");
    machine.windows = image.platform == "Windows";
    machine.architecture = image.architecture;
    write_ova(path, machine, disk);
    return {path, std::filesystem::file_size(path), digest_of_file(path, DigestKind::sha256).hex};
}

}  // namespace

bool is_written(Format format) {
    return format == Format::ova || disk_format(format).has_value();
}

std::string written_format_names() {
    std::string names;
    for (const Format format :
         {Format::raw, Format::qcow2, Format::vmdk, Format::vhd, Format::ova}) {
        names += (names.empty() ? "" : ", ") + std::string(name_of(format));
    }
    return names;
}

store::ExportResult export_image(const store::RegionStore& region, store::DiskCache& cache,
                                 const store::ImageManifest& image, Format format,
                                 const base::Path& path) {
    if (format == Format::ova) {
        return export_ova(region, cache, image, path);
    }
    const auto written = disk_format(format);
    if (!written) {
        throw base::Error(std::string("images are not written as ") + name_of(format) +
                          "; written are: " + written_format_names());
    }
    return store::export_disk(region, cache, image.root_device().snapshot, *written, path);
}

}  // namespace goldsmith::disk_images
