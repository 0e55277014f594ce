#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "store/region_store.h"

// Materialised disks, to be used as backing files of instances' overlays, so that an instance
// starts in O(1) once its image has been used on this host.
//
// Entries are keyed by SnapshotManifest::content_digest(), so copies of a snapshot in several
// regions share one. An entry is a raw file, or a frozen qcow2 overlay that a build donated, backed
// by another entry. Everything here can be made again from the store: deleting the directory while
// no instance runs loses only time. Several processes share one directory.
namespace goldsmith::store {

// A disk that stays in place while this object lives (it and its backing files are locked against
// eviction). Movable. Never write to the file.
class CachedDisk {
public:
    CachedDisk(CachedDisk&&) noexcept;
    CachedDisk& operator=(CachedDisk&&) noexcept;
    ~CachedDisk();

    const std::filesystem::path& path() const;  // absolute
    const std::string& format() const;          // qemu's name: "raw" or "qcow2"
    bool was_cached() const;                    // false: it was made by this call

    // Gives the disk and what backs it a second name in `directory` (hard links under the cache's
    // own names, so that their references to each other hold), for a disk that must outlive its
    // place in the cache. Answers the top one's name. Names that are there already stay. Throws
    // base::SystemError, also when the folder is on another file system.
    std::filesystem::path link_into(const std::filesystem::path& directory) const;

private:
    friend class DiskCache;
    struct Impl;
    explicit CachedDisk(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

struct DiskCacheOptions {
    std::uint64_t max_bytes = 20ull << 30;  // of disk space; entries in use may exceed it
    unsigned max_layers = 8;                // of qcow2 above the raw file
};

// Thread-safe.
class DiskCache {
public:
    // Creates the directory where absent. Throws base::SystemError.
    explicit DiskCache(std::filesystem::path directory, DiskCacheOptions options = {});
    ~DiskCache();

    // The disk of a snapshot; restores it where absent (one process does, the others wait for it)
    // and evicts the least recently used beyond the bound. Throws what restore() throws.
    CachedDisk get(const RegionStore& region, const SnapshotId& id);
    std::optional<CachedDisk> find(const SnapshotManifest& manifest);

    // Gives a stopped instance's overlay, of which `manifest` is the snapshot, to the cache: the
    // file is moved (same file system) and its backing reference made relative. `base` is the disk
    // on which the overlay was made. False, and the file left alone, when the chain would grow
    // beyond max_layers or the entry exists. Nobody may have the overlay open. Throws base::Error
    // when qemu-img fails.
    bool donate(const SnapshotManifest& manifest, const std::filesystem::path& overlay,
                const CachedDisk& base);

    // Gives a raw file that holds exactly the disk of `manifest` (the one it was ingested from) to
    // the cache: the file is moved, and the first instance need not restore it. False, and the file
    // left alone, when the entry exists or the cache is on another file system. Nobody may write to
    // it any more.
    bool adopt(const SnapshotManifest& manifest, const std::filesystem::path& raw);

    // Evicts down to `max_bytes`; answers the bytes freed. Entries in use, and what backs them,
    // stay.
    std::uint64_t trim(std::uint64_t max_bytes);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace goldsmith::store
