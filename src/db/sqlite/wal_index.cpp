#include "db/sqlite/wal_index.h"

#include <sqlite3.h>

#include <atomic>

namespace goldsmith::db::sqlite {
namespace {

constexpr int region_bytes = 32 * 1024;  // SQLite maps the index in pieces of this size
constexpr int does_not_extend = 0;

CommitStamp copy_of(const std::uint32_t* words) {
    CommitStamp stamp;
    for (std::size_t i = 0; i < stamp.words.size(); ++i) {
        // Another process may be writing; an atomic reference to const does not exist yet.
        stamp.words[i] =
            std::atomic_ref(const_cast<std::uint32_t&>(words[i])).load(std::memory_order_acquire);
    }
    return stamp;
}

}  // namespace

WalIndex::WalIndex(sqlite3* handle) {
    sqlite3_file* file = nullptr;
    if (sqlite3_file_control(handle, "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK ||
        file == nullptr || file->pMethods == nullptr || file->pMethods->iVersion < 2 ||
        file->pMethods->xShmMap == nullptr) {
        return;
    }
    void volatile* region = nullptr;
    if (file->pMethods->xShmMap(file, 0, region_bytes, does_not_extend, &region) == SQLITE_OK) {
        header_ = static_cast<const std::uint32_t*>(const_cast<void*>(region));
    }
}

std::optional<CommitStamp> WalIndex::stamp() const {
    if (header_ == nullptr) {
        return std::nullopt;
    }
    const auto first = copy_of(header_);
    const auto second = copy_of(header_ + first.words.size());
    return first == second ? std::optional(first) : std::nullopt;
}

}  // namespace goldsmith::db::sqlite
