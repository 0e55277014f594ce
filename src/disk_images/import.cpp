#include "disk_images/import.h"

#include <fcntl.h>

#include "base/error.h"
#include "disk_images/refusal.h"
#include "store/disk_reader.h"

namespace goldsmith::disk_images {

namespace {

constexpr const char* kRootDevice = "/dev/xvda";

class Importer {
public:
    Importer(const ImportRequest& request, store::RegionStore& region, const base::Path& scratch)
        : request_(request), region_(region), scratch_(scratch) {}

    ImportedImage import() {
        RawDisk disk = make_raw_disk(request_, scratch_);
        store::IngestResult stored = store_disk(disk.path);
        ImportedImage imported{manifest(disk.inspection, stored.manifest), disk.format,
                               std::move(disk.inspection), stored.stats};
        region_.put_image(imported.image);
        return imported;
    }

private:
    store::IngestResult store_disk(const base::Path& disk) {
        store::IngestRequest ingest{.id = store::SnapshotId::from_token(request_.token)};
        ingest.description = "Imported from " + request_.source;
        {
            const base::Fd fd = base::open_file(disk, O_RDONLY);
            ingest.extents = store::data_extents(fd.get());
        }
        ingest.progress = [this](std::uint64_t done, std::uint64_t all) {
            tell_stage(request_, "storing",
                       static_cast<int>(done * 100 / std::max<std::uint64_t>(all, 1)));
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

}  // namespace goldsmith::disk_images
