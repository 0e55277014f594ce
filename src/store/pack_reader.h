#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/fd.h"
#include "store/pack_format.h"

// Reading one pack: docs/formats/chunk-pack.md, "Reading".
namespace goldsmith::store {

// What a pack holds. It keeps nothing open.
struct PackInfo : std::enable_shared_from_this<PackInfo> {
    std::string name = {};
    std::filesystem::path path = {};
    std::vector<PackEntry> entries = {};  // in record order
    std::uint64_t file_bytes = 0;
    std::int64_t modified_ms = 0;  // Unix time
    bool damaged = false;  // footer or index is wrong: the entries come from a scan of the records
};

// Nothing if the file does not exist (any more). Throws base::SystemError.
std::optional<PackInfo> read_pack_info(const std::filesystem::path& path);

struct Record {
    RecordHeader header;
    Bytes stored;
};

// The record of an entry. Throws ChunkCorrupt if the header does not repeat the entry; the stored
// bytes are not verified yet. `fd` is the pack, opened.
Record read_record(int fd, const PackInfo& pack, const PackEntry& entry);

// The message of a ChunkCorrupt.
std::string describe_corrupt(const ChunkId& id, const PackInfo& pack, const std::string& reason);

}  // namespace goldsmith::store
