#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/guarded.h"
#include "store/chunk_codec.h"
#include "store/pack_reader.h"

// The packs of a region and the index over them. Internal to store/.
namespace goldsmith::store {

// Where a chunk is. Keeps the pack's description alive, not its file.
struct ChunkPlace {
    std::shared_ptr<const PackInfo> pack;
    PackEntry entry;
};

// Thread-safe. The index is in memory (about 120 bytes for each chunk) and made from the packs'
// ends; other processes' packs are noticed by refresh(), which a read does by itself when a chunk
// seems absent.
class ChunkStore {
public:
    explicit ChunkStore(std::filesystem::path packs_folder);

    const std::filesystem::path& folder() const { return folder_; }

    // Learns of packs that appeared and forgets those that vanished.
    void refresh();

    bool contains(const ChunkId& id) const;
    std::optional<ChunkPlace> find(const ChunkId& id) const;
    std::vector<std::shared_ptr<const PackInfo>> packs() const;

    // The record as stored. Throws ChunkMissing, ChunkCorrupt.
    Record read(const ChunkId& id, std::shared_ptr<const PackInfo>* pack = nullptr);
    // The plain bytes, verified against the id. `plain` is resized. Throws ChunkMissing,
    // ChunkCorrupt.
    void read_plain(const ChunkId& id, ChunkCodec& codec, Bytes& plain);

private:
    // 64 bytes with its key, where a ChunkPlace would take twice as much.
    struct Slot {
        const PackInfo* pack;  // in `packs`
        std::uint32_t entry;   // of its entries
    };

    struct State {
        std::unordered_map<std::string, std::shared_ptr<const PackInfo>> packs;  // by name
        std::unordered_map<ChunkId, Slot> places;

        void add(std::shared_ptr<const PackInfo> pack);
    };

    std::optional<ChunkPlace> find_or_refresh(const ChunkId& id);

    std::filesystem::path folder_;
    base::Guarded<State> state_;
};

// Decompresses and verifies; nothing if that fails.
bool decode_record(const Record& record, ChunkCodec& codec, Bytes& plain);

}  // namespace goldsmith::store
