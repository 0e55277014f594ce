#include "store/disk_cache.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/error.h"
#include "base/files.h"
#include "base/process.h"
#include "store/cache_entry.h"
#include "store/process_lock.h"
#include "store/restore.h"

namespace goldsmith::store {

using std::filesystem::path;

struct CachedDisk::Impl {
    std::filesystem::path file;
    std::string digest;
    CacheEntry entry;
    std::vector<std::filesystem::path> chain;  // this file and what backs it, top first
    std::vector<ProcessLock> locks;            // shared ones, on each entry of the chain
    bool was_cached = true;
};

CachedDisk::CachedDisk(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
CachedDisk::CachedDisk(CachedDisk&&) noexcept = default;
CachedDisk& CachedDisk::operator=(CachedDisk&&) noexcept = default;
CachedDisk::~CachedDisk() = default;

const path& CachedDisk::path() const {
    return impl_->file;
}

const std::string& CachedDisk::format() const {
    return impl_->entry.format;
}

bool CachedDisk::was_cached() const {
    return impl_->was_cached;
}

path CachedDisk::link_into(const std::filesystem::path& directory) const {
    for (const std::filesystem::path& file : impl_->chain) {
        const std::filesystem::path target = directory / file.filename();
        if (::link(file.c_str(), target.c_str()) != 0 && errno != EEXIST) {
            throw base::SystemError("link " + file.string() + " as " + target.string());
        }
    }
    return directory / impl_->file.filename();
}

struct DiskCache::Impl {
    path directory;
    DiskCacheOptions options;
    std::string boot_id;

    path file_of(const std::string& digest, const CacheEntry& entry) const {
        return directory / (digest + "." + entry.format);
    }
    path meta_of(const std::string& digest) const { return directory / (digest + ".json"); }
    path lock_of(const std::string& digest) const { return directory / (digest + ".lock"); }
    // Not the same lock: users hold theirs for as long as their instances run.
    path maker_lock_of(const std::string& digest) const { return directory / (digest + ".make"); }

    // Nothing unless the entry is complete and its file was made since the machine started: files
    // are not synced, so after a power cut their content is unknown.
    std::optional<CacheEntry> entry_of(const std::string& digest) const {
        const auto text = base::read_file_if_exists(meta_of(digest));
        auto entry = text ? parse_cache_entry(*text) : std::nullopt;
        if (!entry || entry->boot_id != boot_id ||
            !std::filesystem::exists(file_of(digest, *entry))) {
            return std::nullopt;
        }
        return entry;
    }

    void write_entry(const std::string& digest, const CacheEntry& entry) const {
        base::write_file_atomically(meta_of(digest), encode(entry), 0644, base::Durability::fast);
    }

    // Locks an entry and what backs it, top first, and notes the use. Nothing if any of it is
    // absent.
    std::unique_ptr<CachedDisk::Impl> open(const std::string& digest) const {
        auto disk = std::make_unique<CachedDisk::Impl>();
        std::string at = digest;
        do {
            ProcessLock lock = ProcessLock::shared(lock_of(at));
            const auto entry = entry_of(at);
            if (!entry) {
                return nullptr;
            }
            ::utimensat(AT_FDCWD, meta_of(at).c_str(), nullptr, 0);
            if (disk->locks.empty()) {
                disk->digest = at;
                disk->entry = *entry;
                disk->file = file_of(at, *entry);
            }
            disk->chain.push_back(file_of(at, *entry));
            disk->locks.push_back(std::move(lock));
            at = entry->backing;
        } while (!at.empty());
        return disk;
    }

    // Removes an entry unless somebody uses it; answers the bytes freed.
    std::uint64_t evict(const std::string& digest) const {
        const auto maker = ProcessLock::try_exclusive(maker_lock_of(digest));
        const auto lock = maker ? ProcessLock::try_exclusive(lock_of(digest)) : std::nullopt;
        if (!lock) {
            return 0;
        }
        std::uint64_t freed = 0;
        ::unlink(meta_of(digest).c_str());  // first: without it the entry does not exist
        for (const char* format : {"raw", "qcow2"}) {
            const path file = directory / (digest + "." + format);
            struct stat status {};
            if (::stat(file.c_str(), &status) == 0 && ::unlink(file.c_str()) == 0) {
                freed += static_cast<std::uint64_t>(status.st_blocks) * 512;
            }
        }
        ::unlink(lock_of(digest).c_str());
        ::unlink(maker_lock_of(digest).c_str());
        return freed;
    }
};

namespace {

// False between two file systems.
bool move_file(const path& from, const path& to) {
    if (::rename(from.c_str(), to.c_str()) == 0) {
        return true;
    }
    if (errno == EXDEV) {
        return false;
    }
    throw base::SystemError("move " + from.string() + " into the cache");
}

void rebase_onto(const path& overlay, const path& backing, const std::string& format) {
    base::Command command;
    command.program = "qemu-img";
    // -u: the content is the same file's under another name, so only the header is to change.
    command.arguments = {
        "rebase",        "-u", "-f", "qcow2", "-F", format, "-b", backing.filename().string(),
        overlay.string()};
    base::run_checked(command);
}

}  // namespace

DiskCache::DiskCache(path directory, DiskCacheOptions options) : impl_(std::make_unique<Impl>()) {
    impl_->directory = std::filesystem::absolute(directory);
    impl_->options = options;
    base::make_directories(impl_->directory, 0700);
    impl_->boot_id = current_boot_id();
}

DiskCache::~DiskCache() = default;

std::optional<CachedDisk> DiskCache::find(const SnapshotManifest& manifest) {
    auto disk = impl_->open(manifest.content_digest());
    if (disk == nullptr) {
        return std::nullopt;
    }
    return CachedDisk(std::move(disk));
}

CachedDisk DiskCache::get(const RegionStore& region, const SnapshotId& id) {
    const std::string digest = region.snapshot(id).content_digest();
    if (auto disk = impl_->open(digest)) {
        return CachedDisk(std::move(disk));
    }
    std::unique_ptr<CachedDisk::Impl> disk;
    {
        const auto maker = ProcessLock::exclusive(impl_->maker_lock_of(digest));
        disk = impl_->open(digest);
        if (disk == nullptr) {
            const CacheEntry entry{.format = "raw", .boot_id = impl_->boot_id};
            restore(region, id, impl_->file_of(digest, entry));
            impl_->write_entry(digest, entry);
            disk = impl_->open(digest);
            if (disk == nullptr) {
                throw base::Error("the disk of snapshot " + id.str() + " vanished from the cache " +
                                  impl_->directory.string() + " while it was made");
            }
            disk->was_cached = false;
        }
    }
    trim(impl_->options.max_bytes);
    return CachedDisk(std::move(disk));
}

bool DiskCache::donate(const SnapshotManifest& manifest, const path& overlay,
                       const CachedDisk& base_disk) {
    const std::string digest = manifest.content_digest();
    const CachedDisk::Impl& backing = *base_disk.impl_;
    const unsigned layers = backing.entry.layers + 1;
    if (layers > impl_->options.max_layers || digest == backing.digest) {
        return false;
    }
    const auto maker = ProcessLock::exclusive(impl_->maker_lock_of(digest));
    if (impl_->open(digest) != nullptr) {
        return false;
    }
    const CacheEntry entry{
        .format = "qcow2", .boot_id = impl_->boot_id, .backing = backing.digest, .layers = layers};
    const path target = impl_->file_of(digest, entry);
    if (!move_file(overlay, target)) {
        return false;
    }
    rebase_onto(target, backing.file, backing.entry.format);
    impl_->write_entry(digest, entry);
    return true;
}

bool DiskCache::adopt(const SnapshotManifest& manifest, const path& raw) {
    if (std::filesystem::file_size(raw) != manifest.volume_size) {
        throw base::Error(raw.string() + " is not the disk of snapshot " + manifest.id.str() +
                          ": its size differs");
    }
    const std::string digest = manifest.content_digest();
    const auto maker = ProcessLock::exclusive(impl_->maker_lock_of(digest));
    const CacheEntry entry{.format = "raw", .boot_id = impl_->boot_id};
    if (impl_->open(digest) != nullptr || !move_file(raw, impl_->file_of(digest, entry))) {
        return false;
    }
    impl_->write_entry(digest, entry);
    return true;
}

std::uint64_t DiskCache::trim(std::uint64_t max_bytes) {
    remove_abandoned(impl_->directory);
    CacheListing listing = list_cache(impl_->directory);
    std::uint64_t freed = 0;
    // Leaves first, the least recently used first: what backs another entry cannot go before it.
    while (listing.bytes > max_bytes) {
        const auto oldest = listing.take_oldest_leaf();
        if (!oldest) {
            break;
        }
        const std::uint64_t bytes = impl_->evict(oldest->digest);
        if (bytes > 0) {
            listing.removed(oldest->digest);
            freed += bytes;
        }
    }
    return freed;
}

}  // namespace goldsmith::store
