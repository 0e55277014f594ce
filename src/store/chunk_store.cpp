#include "store/chunk_store.h"

#include <fcntl.h>

#include <cerrno>
#include <set>

#include "base/error.h"
#include "base/files.h"
#include "store/errors.h"

namespace goldsmith::store {

ChunkStore::ChunkStore(std::filesystem::path packs_folder) : folder_(std::move(packs_folder)) {
    refresh();
}

void ChunkStore::State::add(std::shared_ptr<const PackInfo> pack) {
    for (std::uint32_t i = 0; i < pack->entries.size(); ++i) {
        places.try_emplace(pack->entries[i].id, Slot{pack.get(), i});
    }
    const std::string& name = pack->name;
    packs.emplace(name, std::move(pack));
}

void ChunkStore::refresh() {
    std::set<std::string> present;
    for (const std::string& file : base::list_directory(folder_)) {
        if (file.ends_with(".pack")) {
            present.insert(file.substr(0, file.size() - std::string_view(".pack").size()));
        }
    }
    auto state = state_.lock();
    const bool vanished = std::erase_if(state->packs, [&](const auto& pack) {
                              return !present.contains(pack.first);
                          }) > 0;
    if (vanished) {
        const auto kept = std::exchange(state->packs, {});
        state->places.clear();
        for (const auto& [name, pack] : kept) {
            state->add(pack);
        }
    }
    for (const std::string& name : present) {
        if (!state->packs.contains(name)) {
            if (auto pack = read_pack_info(folder_ / (name + ".pack"))) {
                state->add(std::make_shared<const PackInfo>(std::move(*pack)));
            }
        }
    }
}

bool ChunkStore::contains(const ChunkId& id) const {
    auto state = state_.lock();
    return state->places.contains(id);
}

std::optional<ChunkPlace> ChunkStore::find(const ChunkId& id) const {
    auto state = state_.lock();
    const auto found = state->places.find(id);
    if (found == state->places.end()) {
        return std::nullopt;
    }
    const Slot& slot = found->second;
    return ChunkPlace{slot.pack->shared_from_this(), slot.pack->entries[slot.entry]};
}

std::vector<std::shared_ptr<const PackInfo>> ChunkStore::packs() const {
    std::vector<std::shared_ptr<const PackInfo>> all;
    auto state = state_.lock();
    for (const auto& [name, pack] : state->packs) {
        all.push_back(pack);
    }
    return all;
}

std::optional<ChunkPlace> ChunkStore::find_or_refresh(const ChunkId& id) {
    auto place = find(id);
    if (!place) {
        refresh();
        place = find(id);
    }
    return place;
}

Record ChunkStore::read(const ChunkId& id, std::shared_ptr<const PackInfo>* pack) {
    // Twice: a garbage collection in another process may have moved the chunk to another pack
    // between the look into the index and the opening of the file.
    for (int attempt = 0; attempt < 2; ++attempt) {
        const auto place = find_or_refresh(id);
        if (!place) {
            break;
        }
        const base::Fd fd(::open(place->pack->path.c_str(), O_RDONLY | O_CLOEXEC));
        if (!fd && errno != ENOENT) {
            throw base::SystemError("open the pack " + place->pack->path.string());
        }
        if (!fd) {
            refresh();
            continue;
        }
        if (pack != nullptr) {
            *pack = place->pack;
        }
        return read_record(fd.get(), *place->pack, place->entry);
    }
    throw ChunkMissing("chunk " + id.hex() + " is in no pack of " + folder_.string());
}

void ChunkStore::read_plain(const ChunkId& id, ChunkCodec& codec, Bytes& plain) {
    std::shared_ptr<const PackInfo> pack;
    const Record record = read(id, &pack);
    if (!decode_record(record, codec, plain)) {
        throw ChunkCorrupt(describe_corrupt(id, *pack, "its bytes do not hash to its name"));
    }
}

bool decode_record(const Record& record, ChunkCodec& codec, Bytes& plain) {
    plain.resize(record.header.plain_bytes);
    return codec.decompress(record.header.codec, record.stored, plain) &&
           ChunkId::of(plain) == record.header.id;
}

}  // namespace goldsmith::store
