#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "store/errors.h"
#include "store/image_manifest.h"
#include "store/snapshot_manifest.h"

// One region: a directory of packs, snapshot manifests and image manifests.
//
//     <root>/packs/<32 hex>.pack       chunks                       docs/formats/chunk-pack.md
//     <root>/snapshots/snap-*.manifest docs/formats/snapshot-manifest.md <root>/images/ami-*.json
//     docs/formats/image-manifest.md <root>/pins/                     snapshots that somebody still
//     reads after their deletion <root>/tmp/                      files being written; whoever
//     finds them unlocked may delete <root>/writers.lock              shared by writers, exclusive
//     for the deletions of a GC
//
// Several processes and threads may use one directory at once. Nothing is visible before the
// manifest that names it is durable; a manifest, once visible, is complete and never changes.
namespace goldsmith::store {

class ChunkStore;  // packs and their index; internal to store/
class FileSystem;  // the mutating system calls, replaceable in tests; see file_system.h

// Keeps a snapshot's chunks from being collected while it lives, even if the snapshot is deleted
// meanwhile. Movable. Dies with the process: a pin that nobody holds is swept by the next GC.
class Pin {
public:
    Pin(Pin&&) noexcept;
    Pin& operator=(Pin&&) noexcept;
    ~Pin();

    const SnapshotManifest& manifest() const;

private:
    friend class RegionStore;
    struct Impl;
    explicit Pin(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

struct StoreOptions {
    int compression_level = 1;                     // zstd; negative levels are faster still
    std::uint64_t pack_bytes = 256u << 20;         // a writer begins another pack beyond this
    unsigned threads = 0;                          // of one ingest or restore; 0 = one per core
    std::shared_ptr<FileSystem> file_system = {};  // null = the real one
};

// Thread-safe. Cheap to open (reads the end of each pack); keep one per region and process.
class RegionStore {
public:
    // Creates the directory and its folders where absent. Throws base::SystemError.
    explicit RegionStore(std::filesystem::path root, StoreOptions options = {});
    ~RegionStore();
    RegionStore(const RegionStore&) = delete;
    RegionStore& operator=(const RegionStore&) = delete;

    const std::filesystem::path& root() const;
    const StoreOptions& options() const;

    // Snapshots. The list is sorted by id. Deleting what is absent is no error (answer false);
    // deleting what an image names is (SnapshotInUse).
    bool has_snapshot(const SnapshotId& id) const;
    SnapshotManifest snapshot(
        const SnapshotId& id) const;  // throws SnapshotNotFound, ManifestCorrupt
    std::optional<SnapshotManifest> find_snapshot(const SnapshotId& id) const;
    std::vector<SnapshotId> snapshots() const;
    bool delete_snapshot(const SnapshotId& id);
    Pin pin(const SnapshotId& id) const;  // throws SnapshotNotFound

    // Images. put_image replaces; it throws SnapshotNotFound if a block device's snapshot is
    // absent.
    void put_image(const ImageManifest& image);
    ImageManifest image(const ImageId& id) const;  // throws ImageNotFound, ManifestCorrupt
    std::optional<ImageManifest> find_image(const ImageId& id) const;
    std::vector<ImageId> images() const;
    bool delete_image(const ImageId& id);  // leaves its snapshots

    // The plain bytes of one block (kBlockBytes), verified. Throws ChunkMissing, ChunkCorrupt.
    // This is what the EBS direct API's GetSnapshotBlock serves.
    std::vector<std::byte> read_chunk(const ChunkId& id) const;

    // Internal to store/: the parts from which ingest, restore, replication, gc and fsck are made.
    ChunkStore& chunks() const;
    FileSystem& file_system() const;
    void publish_snapshot(const SnapshotManifest& manifest);  // chunks must be durable already

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace goldsmith::store
