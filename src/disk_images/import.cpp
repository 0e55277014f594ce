#include "disk_images/import.h"

#include <fcntl.h>

#include "base/error.h"
#include "disk_images/convert.h"
#include "disk_images/ova.h"
#include "disk_images/refusal.h"
#include "disk_images/root_tar.h"
#include "store/disk_reader.h"

namespace goldsmith::disk_images {

namespace {

constexpr const char* kRootDevice = "/dev/xvda";

class Importer {
public:
    Importer(const ImportRequest& request, store::RegionStore& region, const base::Path& scratch)
        : request_(request), region_(region), scratch_(scratch) {}

    ImportedImage import() {
        const Format format =
            recognise(FileBytes(request_.file), request_.file_name, request_.format);
        const base::Path disk = raw_disk(request_.file, format);
        say("inspecting", 0);
        Inspection inspection = inspect(disk);
        require_startable(inspection, disk, container_only_);
        store::IngestResult stored = store_disk(disk);
        ImportedImage imported{manifest(inspection, stored.manifest), format, std::move(inspection),
                               stored.stats};
        region_.put_image(imported.image);
        return imported;
    }

private:
    void say(const std::string& stage, int percent) const {
        if (request_.stop.stop_requested()) {
            throw base::Error("stopped on request");
        }
        if (request_.progress) {
            request_.progress(stage, percent);
        }
    }

    base::Path raw_disk(const base::Path& file, Format format) {
        say("checking", 0);
        switch (format) {
            case Format::tar:
                return disk_of_tar(file);
            case Format::ova: {
                const OvaDisk inner = take_disk_from_ova(file, scratch_, request_.stop);
                return raw_disk(inner.file, inner.format);
            }
            case Format::raw:
                check_raw(FileBytes(file), request_.limits);
                return file;
            case Format::qcow2:
            case Format::vmdk:
            case Format::vhd:
            case Format::vhdx:
                break;
        }
        return converted(file, format);
    }

    base::Path converted(const base::Path& file, Format format) {
        const CheckedImage checked = check_header(FileBytes(file), format, request_.limits);
        require_free_space(scratch_, checked.data_bytes);
        Conversion conversion;
        conversion.source = file;
        conversion.source_format = qemu_name(format);
        conversion.target = scratch_ / "disk.raw";
        conversion.target_format = "raw";
        conversion.virtual_bytes = checked.virtual_bytes;
        conversion.data_bytes = checked.data_bytes;
        conversion.progress = [this](int percent) { say("converting", percent); };
        conversion.stop = request_.stop;
        convert(conversion);
        return conversion.target;
    }

    base::Path disk_of_tar(const base::Path& file) {
        container_only_ = true;
        const TarContent content = check_root_tar(file, request_.limits, request_.stop);
        say("unpacking", 0);
        const base::Path disk = scratch_ / "disk.raw";
        const base::Path work = scratch_ / "work";
        base::make_directories(work, 0700);
        disk_of_root_tar(file, content, work, disk, request_.stop);
        return disk;
    }

    store::IngestResult store_disk(const base::Path& disk) {
        store::IngestRequest ingest{.id = store::SnapshotId::from_token(request_.token)};
        ingest.description = "Imported from " + request_.source;
        {
            const base::Fd fd = base::open_file(disk, O_RDONLY);
            ingest.extents = store::data_extents(fd.get());
        }
        ingest.progress = [this](std::uint64_t done, std::uint64_t all) {
            say("storing", static_cast<int>(done * 100 / std::max<std::uint64_t>(all, 1)));
        };
        return store::ingest(region_, *store::open_raw_disk(disk), ingest);
    }

    store::ImageManifest manifest(const Inspection& found,
                                  const store::SnapshotManifest& snapshot) const {
        store::ImageManifest image{.id = store::ImageId::from_token(request_.token)};
        image.name = request_.name;
        image.description = request_.description;
        image.architecture = chosen(request_.architecture, found.architecture, "x86_64");
        image.boot_mode = chosen(request_.boot_mode, found.boot_mode(), "");
        image.platform = found.platform;
        image.root_device_name = kRootDevice;
        image.block_devices.push_back({.device_name = kRootDevice,
                                       .snapshot = snapshot.id,
                                       .volume_size_gib = snapshot.volume_size_gib()});
        image.tags = request_.tags;
        image.source = request_.source;
        image.created_ms = snapshot.created_ms;
        return image;
    }

    static std::string chosen(const std::string& asked, const std::string& found,
                              const char* otherwise) {
        return !asked.empty() ? asked : !found.empty() ? found : otherwise;
    }

    const ImportRequest& request_;
    store::RegionStore& region_;
    base::Path scratch_;
    bool container_only_ = request_.container_only;
};

}  // namespace

ImportedImage import_image(const ImportRequest& request, store::RegionStore& region,
                           const base::Path& scratch) {
    try {
        return Importer(request, region, scratch).import();
    } catch (...) {
        base::throw_with_context(in_quotes(request.file_name) + " cannot be imported");
    }
}

Format check_image(const ImportRequest& request) {
    const FileBytes file(request.file);
    const Format format = recognise(file, request.file_name, request.format);
    if (format == Format::tar) {
        check_root_tar(request.file, request.limits, request.stop);
    } else if (format != Format::ova) {
        check_header(file, format, request.limits);
    }
    return format;
}

}  // namespace goldsmith::disk_images
