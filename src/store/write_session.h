#pragma once

#include <memory>
#include <unordered_set>
#include <vector>

#include "base/guarded.h"
#include "store/pack_writer.h"
#include "store/process_lock.h"
#include "store/region_store.h"

// One writer's chunks on their way into a region. Internal to store/.
namespace goldsmith::store {

// From construction until destruction no garbage collection deletes anything in the region, so what
// was found present stays present until the manifest that relies on it is published. claim() and
// add() are thread-safe. Destroyed without commit(), nothing of it is visible.
class WriteSession {
public:
    explicit WriteSession(RegionStore& region);
    ~WriteSession();
    WriteSession(const WriteSession&) = delete;
    WriteSession& operator=(const WriteSession&) = delete;

    // True exactly once for each chunk that the region lacks: the caller must add it, or the
    // session must not be committed.
    bool claim(const ChunkId& id);
    void add(const RecordHeader& header, ByteView stored);

    // Makes all chunks durable and visible.
    void commit();

private:
    struct State {
        std::unordered_set<ChunkId> claimed;
        std::vector<std::shared_ptr<PackWriter>> packs;  // the last one is being filled
    };

    std::shared_ptr<PackWriter> current_pack();
    void roll(const std::shared_ptr<PackWriter>& full);

    RegionStore& region_;
    ProcessLock lock_;
    base::Guarded<State> state_;
};

}  // namespace goldsmith::store
