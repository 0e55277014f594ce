// WalIndex: sees whether anybody has committed, without asking SQLite
// (docs/decisions/0012-commit-stamps.md). Its header is what SQLite itself compares at the begin of
// every read: memory that all processes with the file open share, whose form is documented
// (sqlite.org/walformat.html, the WAL-index header). It stands there twice; a writer changes the
// second copy first, after its commit is on the disk.
#pragma once

#include <cstdint>
#include <optional>

#include "db/connection.h"

struct sqlite3;

namespace goldsmith::db::sqlite {

class WalIndex {
public:
    WalIndex() = default;
    /// Of an open handle in WAL mode that has read before, on the handle's thread. The object is
    /// usable while that handle is open.
    explicit WalIndex(sqlite3* handle);

    /// Nothing without a WAL, or while somebody is changing the header. Thread-safe.
    std::optional<CommitStamp> stamp() const;

private:
    const std::uint32_t* header_ = nullptr;
};

}  // namespace goldsmith::db::sqlite
