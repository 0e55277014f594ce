#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/guarded.h"
#include "store/file_system.h"
#include "store/pack_format.h"

// Writing one pack: docs/formats/chunk-pack.md, "Writing".
namespace goldsmith::store {

// add() may be called by several threads at once; seal() by one, when they are done. Destroyed
// unsealed, it removes its temporary file. Throws base::SystemError.
class PackWriter {
public:
    // Creates a temporary file in `temporary_folder`. `files` must outlive this object.
    PackWriter(FileSystem& files, const std::filesystem::path& temporary_folder);
    ~PackWriter();
    PackWriter(const PackWriter&) = delete;
    PackWriter& operator=(const PackWriter&) = delete;

    // Answers the file's size so far.
    std::uint64_t add(const RecordHeader& header, ByteView stored);

    // Makes the content durable and gives the pack its name in `folder` (which the caller syncs,
    // once for several packs). Answers the name; nothing if no record was added.
    std::optional<std::string> seal(const std::filesystem::path& folder);

private:
    struct State {
        std::vector<PackEntry> entries;
        std::uint64_t end = kFileHeaderBytes;
    };

    FileSystem& files_;
    std::filesystem::path temporary_;
    base::Fd fd_;
    base::Guarded<State> state_;
    bool sealed_ = false;
};

}  // namespace goldsmith::store
