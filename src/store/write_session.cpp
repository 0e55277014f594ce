#include "store/write_session.h"

#include "store/chunk_store.h"
#include "store/region_layout.h"

namespace goldsmith::store {

WriteSession::WriteSession(RegionStore& region)
    : region_(region), lock_(ProcessLock::shared(layout::writers_lock(region.root()))) {
    // Only now, under the lock: what the index says from here on cannot be collected.
    region_.chunks().refresh();
}

WriteSession::~WriteSession() = default;

bool WriteSession::claim(const ChunkId& id) {
    if (region_.chunks().contains(id)) {
        return false;
    }
    return state_.lock()->claimed.insert(id).second;
}

std::shared_ptr<PackWriter> WriteSession::current_pack() {
    auto state = state_.lock();
    if (state->packs.empty() || state->packs.back() == nullptr) {
        state->packs.push_back(
            std::make_shared<PackWriter>(region_.file_system(), layout::temporary(region_.root())));
    }
    return state->packs.back();
}

void WriteSession::roll(const std::shared_ptr<PackWriter>& full) {
    auto state = state_.lock();
    if (state->packs.back() == full) {
        state->packs.push_back(nullptr);  // the next add() begins another
    }
}

void WriteSession::add(const RecordHeader& header, ByteView stored) {
    const std::shared_ptr<PackWriter> pack = current_pack();
    if (pack->add(header, stored) >= region_.options().pack_bytes) {
        roll(pack);
    }
}

void WriteSession::commit() {
    bool any = false;
    auto state = state_.lock();
    for (const std::shared_ptr<PackWriter>& pack : state->packs) {
        any = (pack != nullptr && pack->seal(layout::packs(region_.root()))) || any;
    }
    if (any) {
        region_.file_system().sync_directory(layout::packs(region_.root()));
        region_.chunks().refresh();
    }
    state->packs.clear();
}

}  // namespace goldsmith::store
