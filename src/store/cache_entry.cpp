#include "store/cache_entry.h"

#include <sys/stat.h>

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>

#include "base/files.h"

namespace goldsmith::store {

namespace json = boost::json;

namespace {

constexpr std::size_t kDigestDigits = 64;

std::uint64_t disk_bytes(const std::filesystem::path& file) {
    struct stat status {};
    return ::stat(file.c_str(), &status) == 0 ? static_cast<std::uint64_t>(status.st_blocks) * 512
                                              : 0;
}

std::int64_t changed_ns(const std::filesystem::path& file) {
    struct stat status {};
    return ::stat(file.c_str(), &status) == 0
               ? status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec
               : 0;
}

bool backs(const std::vector<ListedEntry>& entries, const std::string& digest) {
    return std::any_of(entries.begin(), entries.end(),
                       [&](const ListedEntry& entry) { return entry.backing == digest; });
}

}  // namespace

std::string encode(const CacheEntry& entry) {
    return json::serialize(json::object{{"format", entry.format},
                                        {"boot_id", entry.boot_id},
                                        {"backing", entry.backing},
                                        {"layers", entry.layers}}) +
           "\n";
}

std::optional<CacheEntry> parse_cache_entry(std::string_view text) {
    try {
        const json::value parsed = json::parse({text.data(), text.size()});
        const json::object& object = parsed.as_object();
        CacheEntry entry{.format = std::string(object.at("format").as_string()),
                         .boot_id = std::string(object.at("boot_id").as_string()),
                         .backing = std::string(object.at("backing").as_string()),
                         .layers = object.at("layers").to_number<unsigned>()};
        const bool known = entry.format == "raw" || entry.format == "qcow2";
        return known ? std::optional(std::move(entry)) : std::nullopt;
    } catch (const std::exception&) {
        return std::nullopt;
    }
}

std::string current_boot_id() {
    std::string id = base::read_file("/proc/sys/kernel/random/boot_id");
    while (id.ends_with('\n')) {
        id.pop_back();
    }
    return id;
}

std::optional<ListedEntry> CacheListing::take_oldest_leaf() {
    ListedEntry* oldest = nullptr;
    for (ListedEntry& entry : entries) {
        const bool better = oldest == nullptr || entry.used_ns < oldest->used_ns;
        if (better && !entry.tried && !backs(entries, entry.digest)) {
            oldest = &entry;
        }
    }
    if (oldest == nullptr) {
        return std::nullopt;
    }
    oldest->tried = true;
    return *oldest;
}

void CacheListing::removed(const std::string& digest) {
    std::erase_if(entries, [&](const ListedEntry& entry) {
        if (entry.digest != digest) {
            return false;
        }
        bytes -= entry.bytes;
        return true;
    });
}

CacheListing list_cache(const std::filesystem::path& directory) {
    std::map<std::string, ListedEntry> found;
    for (const std::string& name : base::list_directory(directory)) {
        const std::string digest = name.substr(0, kDigestDigits);
        const std::string suffix = name.substr(std::min(name.size(), kDigestDigits));
        if (suffix == ".raw" || suffix == ".qcow2") {
            found[digest].bytes += disk_bytes(directory / name);
        } else if (suffix == ".json") {
            const auto text = base::read_file_if_exists(directory / name);
            const auto entry = text ? parse_cache_entry(*text) : std::nullopt;
            found[digest].backing = entry ? entry->backing : "";
            found[digest].used_ns = changed_ns(directory / name);
        }
    }
    CacheListing listing;
    for (auto& [digest, entry] : found) {
        entry.digest = digest;
        listing.bytes += entry.bytes;
        listing.entries.push_back(std::move(entry));
    }
    return listing;
}

void remove_abandoned(const std::filesystem::path& directory) {
    const std::int64_t now = std::chrono::duration_cast<std::chrono::nanoseconds>(
                                 std::chrono::system_clock::now().time_since_epoch())
                                 .count();
    constexpr std::int64_t kHourNs = 3600ll * 1'000'000'000;
    for (const std::string& name : base::list_directory(directory)) {
        if (name.find(".tmp") != std::string::npos &&
            changed_ns(directory / name) < now - kHourNs) {
            std::error_code somebody_was_faster;
            std::filesystem::remove(directory / name, somebody_was_faster);
        }
    }
}

}  // namespace goldsmith::store
