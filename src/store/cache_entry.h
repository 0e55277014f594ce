#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What DiskCache writes down about its entries. Internal to store/.
//
//     <digest>.raw | <digest>.qcow2   the disk
//     <digest>.json                   the entry, written last; without it the disk does not exist
//     <digest>.lock                   shared by users, exclusive for eviction
//     <digest>.make                   exclusive for whoever makes the entry
namespace goldsmith::store {

struct CacheEntry {
    std::string format = {};   // "raw" or "qcow2"
    std::string boot_id = {};  // of the machine's start in which the file was written
    std::string backing = {};  // digest of the entry below; empty for raw
    unsigned layers = 0;       // of qcow2, this one included

    bool operator==(const CacheEntry&) const = default;
};

std::string encode(const CacheEntry& entry);
// Nothing for text of another form: such an entry is made again.
std::optional<CacheEntry> parse_cache_entry(std::string_view text);

std::string current_boot_id();

struct ListedEntry {
    std::string digest = {};
    std::string backing = {};
    std::int64_t used_ns = 0;  // Unix time of the last use
    std::uint64_t bytes = 0;   // of disk space
    bool tried = false;        // to evict it
};

// What the directory holds, for eviction. A disk without an entry counts as used long ago.
struct CacheListing {
    std::vector<ListedEntry> entries = {};
    std::uint64_t bytes = 0;

    // The least recently used entry that backs none; each is answered once.
    std::optional<ListedEntry> take_oldest_leaf();
    void removed(const std::string& digest);
};

CacheListing list_cache(const std::filesystem::path& directory);

// Removes temporary files that nobody has written to for an hour: their maker died.
void remove_abandoned(const std::filesystem::path& directory);

}  // namespace goldsmith::store
