#include "store/pack_writer.h"

#include "base/error.h"
#include "base/random.h"

namespace goldsmith::store {

namespace {

std::string temporary_name() {
    base::SystemRandom random;
    return base::make_hex_id(random, 24) + ".pack";
}

}  // namespace

PackWriter::PackWriter(FileSystem& files, const std::filesystem::path& temporary_folder)
    : files_(files),
      temporary_(temporary_folder / temporary_name()),
      fd_(files.create(temporary_)) {
    files_.write(fd_.get(), encode_file_header(), 0);
}

PackWriter::~PackWriter() {
    if (!sealed_) {
        try {
            files_.remove(temporary_);
        } catch (...) {
            // It stays in the folder of temporary files, from where a garbage collection takes it.
        }
    }
}

std::uint64_t PackWriter::add(const RecordHeader& header, ByteView stored) {
    PackEntry entry{.id = header.id,
                    .offset = 0,
                    .stored_bytes = header.stored_bytes,
                    .plain_bytes = header.plain_bytes};
    std::uint64_t end = 0;
    {
        auto state = state_.lock();
        entry.offset = state->end;
        state->end += entry.record_bytes();
        state->entries.push_back(entry);
        end = state->end;
    }
    files_.write(fd_.get(), encode(header), entry.offset);
    files_.write(fd_.get(), stored, entry.offset + kRecordHeaderBytes);
    return end;
}

std::optional<std::string> PackWriter::seal(const std::filesystem::path& folder) {
    auto state = state_.lock();
    if (state->entries.empty()) {
        return std::nullopt;
    }
    const PackTail tail = encode_tail(state->entries, state->end);
    files_.write(fd_.get(), tail.bytes, state->end);
    files_.sync(fd_.get());
    files_.rename(temporary_, folder / (tail.name + ".pack"));
    sealed_ = true;
    return tail.name;
}

}  // namespace goldsmith::store
