#include "store/pack_format.h"

#include "base/hash.h"

namespace goldsmith::store {

namespace {

void append_id(Bytes& to, const ChunkId& id) {
    append_bytes(to, std::as_bytes(std::span(id.bytes)));
}

ChunkId take_id(ByteCursor& cursor) {
    ChunkId id;
    const ByteView bytes = cursor.take(id.bytes.size());
    if (!bytes.empty()) {
        std::memcpy(id.bytes.data(), bytes.data(), id.bytes.size());
    }
    return id;
}

// A record must lie wholly between the file header and the index.
bool fits(const PackEntry& entry, std::uint64_t index_offset) {
    return entry.offset >= kFileHeaderBytes && entry.offset <= index_offset &&
           entry.record_bytes() <= index_offset - entry.offset && entry.plain_bytes <= kBlockBytes;
}

}  // namespace

Bytes encode_file_header() {
    Bytes bytes;
    append_text(bytes, kPackMagic);
    bytes.resize(kFileHeaderBytes);
    return bytes;
}

Bytes encode(const RecordHeader& header) {
    Bytes bytes;
    bytes.reserve(kRecordHeaderBytes);
    append_text(bytes, kRecordMagic);
    append_number(bytes, static_cast<std::uint32_t>(header.codec));
    append_number(bytes, header.plain_bytes);
    append_number(bytes, header.stored_bytes);
    append_id(bytes, header.id);
    return bytes;
}

PackTail encode_tail(const std::vector<PackEntry>& entries, std::uint64_t index_offset) {
    PackTail tail;
    tail.bytes.reserve(entries.size() * kIndexEntryBytes + kFooterBytes);
    for (const PackEntry& entry : entries) {
        append_id(tail.bytes, entry.id);
        append_number(tail.bytes, entry.offset);
        append_number(tail.bytes, entry.stored_bytes);
        append_number(tail.bytes, entry.plain_bytes);
    }
    const Footer footer{.index_offset = index_offset,
                        .entry_count = entries.size(),
                        .index_digest = ChunkId::of(tail.bytes)};
    append_text(tail.bytes, kFooterMagic);
    append_number(tail.bytes, footer.index_offset);
    append_number(tail.bytes, footer.entry_count);
    append_id(tail.bytes, footer.index_digest);
    append_text(tail.bytes, kEndMagic);
    tail.name = footer.pack_name();
    return tail;
}

bool is_file_header(ByteView bytes) {
    return bytes.size() >= kFileHeaderBytes && as_text(bytes).starts_with(kPackMagic);
}

std::optional<RecordHeader> decode_record_header(ByteView bytes) {
    ByteCursor cursor(bytes);
    const bool magic_fits = as_text(cursor.take(kRecordMagic.size())) == kRecordMagic;
    RecordHeader header;
    const auto codec = cursor.number<std::uint32_t>();
    header.plain_bytes = cursor.number<std::uint32_t>();
    header.stored_bytes = cursor.number<std::uint32_t>();
    header.id = take_id(cursor);
    if (cursor.failed() || !magic_fits || codec > static_cast<std::uint32_t>(Codec::zstd) ||
        header.plain_bytes > kBlockBytes || header.stored_bytes > 2 * kBlockBytes) {
        return std::nullopt;
    }
    header.codec = static_cast<Codec>(codec);
    return header;
}

std::optional<Footer> decode_footer(ByteView bytes, std::uint64_t file_bytes) {
    ByteCursor cursor(bytes);
    const bool magic_fits = as_text(cursor.take(kFooterMagic.size())) == kFooterMagic;
    Footer footer;
    footer.index_offset = cursor.number<std::uint64_t>();
    footer.entry_count = cursor.number<std::uint64_t>();
    footer.index_digest = take_id(cursor);
    const bool end_fits = as_text(cursor.take(kEndMagic.size())) == kEndMagic;
    if (cursor.failed() || !magic_fits || !end_fits || footer.index_offset > file_bytes ||
        footer.entry_count > file_bytes / kIndexEntryBytes ||
        footer.index_offset + footer.entry_count * kIndexEntryBytes + kFooterBytes != file_bytes) {
        return std::nullopt;
    }
    return footer;
}

std::optional<std::vector<PackEntry>> decode_index(ByteView bytes, const Footer& footer) {
    if (bytes.size() != footer.entry_count * kIndexEntryBytes ||
        ChunkId::of(bytes) != footer.index_digest) {
        return std::nullopt;
    }
    ByteCursor cursor(bytes);
    std::vector<PackEntry> entries(footer.entry_count);
    for (PackEntry& entry : entries) {
        entry.id = take_id(cursor);
        entry.offset = cursor.number<std::uint64_t>();
        entry.stored_bytes = cursor.number<std::uint32_t>();
        entry.plain_bytes = cursor.number<std::uint32_t>();
        if (!fits(entry, footer.index_offset)) {
            return std::nullopt;
        }
    }
    return entries;
}

}  // namespace goldsmith::store
