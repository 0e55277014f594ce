#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "store/region_store.h"

// Verifying a region: every pack, every chunk, every manifest.
namespace goldsmith::store {

struct FsckProblem {
    enum class Kind {
        corrupt_chunk,
        corrupt_pack,
        corrupt_manifest,
        missing_chunk,
        missing_snapshot
    };
    Kind kind;
    std::string subject = {};  // the chunk's, pack's or manifest's name
    std::string detail =
        {};  // a sentence for people: what is wrong, which snapshots suffer, what to do
};

struct FsckReport {
    std::vector<FsckProblem> problems = {};
    std::uint64_t packs = 0;
    std::uint64_t chunks = 0;
    std::uint64_t snapshots = 0;
    std::uint64_t images = 0;
    std::uint64_t orphan_chunks = 0;  // unreferenced: no problem, gc reclaims them
    std::uint64_t orphan_bytes = 0;

    bool clean() const { return problems.empty(); }
};

std::string_view name(FsckProblem::Kind kind);

// Reads every byte of the region, on all cores, and changes nothing. Problems are results, never
// exceptions; throws base::SystemError only if the region cannot be read at all.
FsckReport fsck(const RegionStore& region);

}  // namespace goldsmith::store
