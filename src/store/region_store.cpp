#include "store/region_store.h"

#include <algorithm>

#include "base/files.h"
#include "base/random.h"
#include "store/bytes.h"
#include "store/chunk_store.h"
#include "store/file_system.h"
#include "store/process_lock.h"
#include "store/region_layout.h"

namespace goldsmith::store {

namespace {

std::filesystem::path prepared(std::filesystem::path root) {
    root = std::filesystem::absolute(root);
    for (const auto& folder : {layout::packs(root), layout::snapshots(root), layout::images(root),
                               layout::pins(root), layout::temporary(root)}) {
        base::make_directories(folder);
    }
    return root;
}

StoreOptions completed(StoreOptions options) {
    if (options.file_system == nullptr) {
        options.file_system = real_file_system();
    }
    return options;
}

// The ids whose files, "<id><suffix>", stand in a folder; other files are not ours and left out.
template <typename Id>
std::vector<Id> ids_in(const std::filesystem::path& folder, std::string_view suffix) {
    std::vector<Id> ids;
    for (const std::string& name : base::list_directory(folder)) {
        if (name.ends_with(suffix)) {
            try {
                ids.push_back(Id::parse(name.substr(0, name.size() - suffix.size())));
            } catch (const base::Error&) {
                continue;
            }
        }
    }
    return ids;
}

}  // namespace

struct RegionStore::Impl {
    Impl(std::filesystem::path at, StoreOptions given)
        : root(prepared(std::move(at))),
          options(completed(std::move(given))),
          chunks(layout::packs(root)) {}

    std::filesystem::path root;
    StoreOptions options;
    ChunkStore chunks;

    // Writes a durable temporary file beside nothing that anybody reads.
    std::filesystem::path write_temporary(ByteView content) const {
        base::SystemRandom random;
        const auto path = layout::temporary(root) / (base::make_hex_id(random, 24) + ".manifest");
        FileSystem& files = *options.file_system;
        const base::Fd fd = files.create(path);
        files.write(fd.get(), content, 0);
        files.sync(fd.get());
        return path;
    }

    bool remove(const std::filesystem::path& file) const {
        const bool removed = options.file_system->remove(file);
        if (removed) {
            options.file_system->sync_directory(file.parent_path());
        }
        return removed;
    }
};

RegionStore::RegionStore(std::filesystem::path root, StoreOptions options)
    : impl_(std::make_unique<Impl>(std::move(root), std::move(options))) {}

RegionStore::~RegionStore() = default;

const std::filesystem::path& RegionStore::root() const {
    return impl_->root;
}

const StoreOptions& RegionStore::options() const {
    return impl_->options;
}

bool RegionStore::has_snapshot(const SnapshotId& id) const {
    return std::filesystem::exists(layout::snapshot(impl_->root, id));
}

std::optional<SnapshotManifest> RegionStore::find_snapshot(const SnapshotId& id) const {
    const auto path = layout::snapshot(impl_->root, id);
    const auto text = base::read_file_if_exists(path);
    if (!text) {
        return std::nullopt;
    }
    SnapshotManifest manifest = decode_snapshot_manifest(
        std::as_bytes(std::span(text->data(), text->size())), path.string());
    if (manifest.id != id) {
        throw ManifestCorrupt("the file " + path.string() + " holds the manifest of " +
                              manifest.id.str());
    }
    return manifest;
}

SnapshotManifest RegionStore::snapshot(const SnapshotId& id) const {
    if (auto manifest = find_snapshot(id)) {
        return *std::move(manifest);
    }
    throw SnapshotNotFound("snapshot " + id.str() + " does not exist in the store " +
                           impl_->root.string());
}

std::vector<SnapshotId> RegionStore::snapshots() const {
    return ids_in<SnapshotId>(layout::snapshots(impl_->root), ".manifest");
}

bool RegionStore::delete_snapshot(const SnapshotId& id) {
    for (const ImageId& image_id : images()) {
        const auto image = find_image(image_id);
        if (image &&
            std::any_of(image->block_devices.begin(), image->block_devices.end(),
                        [&](const BlockDevice& device) { return device.snapshot == id; })) {
            throw SnapshotInUse("snapshot " + id.str() + " is in use by image " + image_id.str() +
                                ": delete the image first");
        }
    }
    return impl_->remove(layout::snapshot(impl_->root, id));
}

void RegionStore::publish_snapshot(const SnapshotManifest& manifest) {
    FileSystem& files = *impl_->options.file_system;
    const auto temporary = impl_->write_temporary(encode(manifest));
    if (files.rename_new(temporary, layout::snapshot(impl_->root, manifest.id))) {
        files.sync_directory(layout::snapshots(impl_->root));
        return;
    }
    files.remove(temporary);
    if (snapshot(manifest.id).content_digest() != manifest.content_digest()) {
        throw base::Error("snapshot " + manifest.id.str() +
                          " exists already and holds another disk: choose another id");
    }
}

void RegionStore::put_image(const ImageManifest& image) {
    (void)image.root_device();
    for (const BlockDevice& device : image.block_devices) {
        if (!has_snapshot(device.snapshot)) {
            throw SnapshotNotFound("image " + image.id.str() + " refers to snapshot " +
                                   device.snapshot.str() + ", which is not in the store " +
                                   impl_->root.string());
        }
    }
    const std::string text = encode(image);
    const auto lock = ProcessLock::shared(layout::writers_lock(impl_->root));
    const auto temporary =
        impl_->write_temporary(std::as_bytes(std::span(text.data(), text.size())));
    impl_->options.file_system->rename(temporary, layout::image(impl_->root, image.id));
    impl_->options.file_system->sync_directory(layout::images(impl_->root));
}

std::optional<ImageManifest> RegionStore::find_image(const ImageId& id) const {
    const auto path = layout::image(impl_->root, id);
    const auto text = base::read_file_if_exists(path);
    if (!text) {
        return std::nullopt;
    }
    return decode_image_manifest(*text, path.string());
}

ImageManifest RegionStore::image(const ImageId& id) const {
    if (auto image = find_image(id)) {
        return *std::move(image);
    }
    throw ImageNotFound("image " + id.str() + " does not exist in the store " +
                        impl_->root.string());
}

std::vector<ImageId> RegionStore::images() const {
    return ids_in<ImageId>(layout::images(impl_->root), ".json");
}

bool RegionStore::delete_image(const ImageId& id) {
    return impl_->remove(layout::image(impl_->root, id));
}

std::vector<std::byte> RegionStore::read_chunk(const ChunkId& id) const {
    ChunkCodec codec(impl_->options.compression_level);
    Bytes plain;
    impl_->chunks.read_plain(id, codec, plain);
    return plain;
}

ChunkStore& RegionStore::chunks() const {
    return impl_->chunks;
}

FileSystem& RegionStore::file_system() const {
    return *impl_->options.file_system;
}

}  // namespace goldsmith::store
