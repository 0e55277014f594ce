#include "store/live_chunks.h"

#include "base/error.h"
#include "base/files.h"
#include "store/bytes.h"
#include "store/region_layout.h"

namespace goldsmith::store {

using std::filesystem::path;

void visit_manifests(const RegionStore& region,
                     const std::function<void(const path&, const SnapshotManifest&)>& good,
                     const std::function<void(const path&, const std::string&)>& damaged) {
    for (const path& folder : {layout::snapshots(region.root()), layout::pins(region.root())}) {
        for (const std::string& name : base::list_directory(folder)) {
            const path file = folder / name;
            const auto text = base::read_file_if_exists(file);
            if (!text) {
                continue;  // it has just gone
            }
            try {
                good(file,
                     decode_snapshot_manifest(std::as_bytes(std::span(text->data(), text->size())),
                                              file.string()));
            } catch (const ManifestCorrupt& error) {
                damaged(file, base::error_chain(error));
            }
        }
    }
}

LiveChunks live_chunks(const RegionStore& region) {
    LiveChunks live;
    visit_manifests(
        region,
        [&](const path&, const SnapshotManifest& manifest) {
            for (const BlockRef& ref : manifest.blocks) {
                live.insert(ref.chunk);
            }
        },
        [](const path&, const std::string& reason) {
            throw ManifestCorrupt("garbage cannot be told from data: " + reason);
        });
    return live;
}

std::uint64_t packs_bytes(const RegionStore& region) {
    std::uint64_t bytes = 0;
    for (const std::string& name : base::list_directory(layout::packs(region.root()))) {
        std::error_code gone;
        const auto size = std::filesystem::file_size(layout::packs(region.root()) / name, gone);
        bytes += gone ? 0 : size;
    }
    return bytes;
}

}  // namespace goldsmith::store
