#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/bytes.h"
#include "store/ids.h"

// The bytes of a pack: docs/formats/chunk-pack.md. Pure functions over values.
namespace goldsmith::store {

inline constexpr std::string_view kPackMagic = "GSPACK01";
inline constexpr std::string_view kRecordMagic = "CHNK";
inline constexpr std::string_view kFooterMagic = "GSINDEX1";
inline constexpr std::string_view kEndMagic = "GSPKEND1";
inline constexpr std::size_t kFileHeaderBytes = 8 + 8;  // magic, reserved
inline constexpr std::size_t kRecordHeaderBytes =
    4 + 4 + 4 + 4 + 32;                                          // magic, codec, plain, stored, id
inline constexpr std::size_t kIndexEntryBytes = 32 + 8 + 4 + 4;  // id, offset, stored, plain
inline constexpr std::size_t kFooterBytes =
    8 + 8 + 8 + 32 + 8;  // magic, offset, count, digest, magic

enum class Codec : std::uint8_t { plain = 0, zstd = 1 };

struct RecordHeader {
    ChunkId id = {};
    Codec codec = Codec::plain;
    std::uint32_t plain_bytes = 0;
    std::uint32_t stored_bytes = 0;

    bool operator==(const RecordHeader&) const = default;
};

struct PackEntry {
    ChunkId id = {};
    std::uint64_t offset = 0;  // of the record, from the start of the file
    std::uint32_t stored_bytes = 0;
    std::uint32_t plain_bytes = 0;

    std::uint64_t record_bytes() const { return kRecordHeaderBytes + stored_bytes; }
    bool operator==(const PackEntry&) const = default;
};

struct PackTail {
    Bytes bytes;            // index and footer, to be appended after the last record
    std::string name = {};  // of the pack: 32 hexadecimal digits
};

struct Footer {
    std::uint64_t index_offset = 0;
    std::uint64_t entry_count = 0;
    ChunkId index_digest = {};

    // 32 hexadecimal digits.
    std::string pack_name() const { return index_digest.hex().substr(0, 32); }
};

Bytes encode_file_header();
Bytes encode(const RecordHeader& header);
PackTail encode_tail(const std::vector<PackEntry>& entries, std::uint64_t index_offset);

// Decoders of hostile bytes: nothing when they are not of the form. None allocates by a number that
// it read.
bool is_file_header(ByteView bytes);
std::optional<RecordHeader> decode_record_header(ByteView bytes);
std::optional<Footer> decode_footer(ByteView bytes, std::uint64_t file_bytes);
std::optional<std::vector<PackEntry>> decode_index(ByteView bytes, const Footer& footer);

}  // namespace goldsmith::store
