#include "store/snapshot_manifest.h"

#include <algorithm>
#include <boost/json.hpp>

#include "base/byte_size.h"
#include "base/hash.h"
#include "store/bytes.h"
#include "store/errors.h"

namespace goldsmith::store {

namespace json = boost::json;

namespace {

constexpr std::string_view kMagic = "GSSNAP01";
constexpr std::string_view kContentMagic = "GSDISK01";
constexpr std::size_t kEntryBytes = 4 + 32;  // block index, chunk id

void append_entries(Bytes& to, const std::vector<BlockRef>& blocks) {
    for (const BlockRef& ref : blocks) {
        append_number(to, ref.block);
        append_bytes(to, std::as_bytes(std::span(ref.chunk.bytes)));
    }
}

json::object header_of(const SnapshotManifest& manifest) {
    json::object header;
    header["id"] = manifest.id.str();
    header["volume_size"] = manifest.volume_size;
    header["block_size"] = kBlockBytes;
    if (manifest.parent) {
        header["parent"] = manifest.parent->str();
    }
    header["created_ms"] = manifest.created_ms;
    header["description"] = manifest.description;
    return header;
}

SnapshotManifest from_header(std::string_view text) {
    const json::value parsed = json::parse({text.data(), text.size()});
    const json::object& header = parsed.as_object();
    SnapshotManifest manifest{.id = SnapshotId::parse(header.at("id").as_string())};
    manifest.volume_size = header.at("volume_size").to_number<std::uint64_t>();
    if (header.at("block_size").to_number<std::uint64_t>() != kBlockBytes) {
        throw base::Error("its block size is not 524288");
    }
    if (const json::value* parent = header.if_contains("parent")) {
        manifest.parent = SnapshotId::parse(parent->as_string());
    }
    manifest.created_ms = header.at("created_ms").to_number<std::int64_t>();
    manifest.description = header.at("description").as_string();
    return manifest;
}

std::vector<BlockRef> take_entries(ByteCursor& cursor) {
    const auto count = cursor.number<std::uint32_t>();
    if (cursor.failed() || cursor.left() != count * kEntryBytes) {
        throw base::Error("the number of its entries does not fit its length");
    }
    std::vector<BlockRef> blocks(count);
    for (BlockRef& ref : blocks) {
        ref.block = cursor.number<std::uint32_t>();
        std::memcpy(ref.chunk.bytes.data(), cursor.take(32).data(), 32);
    }
    const auto not_ascending = [](const BlockRef& a, const BlockRef& b) {
        return a.block >= b.block;
    };
    if (std::adjacent_find(blocks.begin(), blocks.end(), not_ascending) != blocks.end()) {
        throw base::Error("its blocks are not in ascending order");
    }
    return blocks;
}

SnapshotManifest decode(ByteView bytes) {
    if (bytes.size() < 32 || std::memcmp(base::sha256(bytes.data(), bytes.size() - 32).data(),
                                         bytes.last(32).data(), 32) != 0) {
        throw base::Error("its checksum is wrong");
    }
    ByteCursor cursor(bytes.first(bytes.size() - 32));
    if (as_text(cursor.take(kMagic.size())) != kMagic) {
        throw base::Error("it does not begin with " + std::string(kMagic));
    }
    const auto header_bytes = cursor.number<std::uint32_t>();
    SnapshotManifest manifest = from_header(as_text(cursor.take(header_bytes)));
    manifest.blocks = take_entries(cursor);
    if (!manifest.blocks.empty() && manifest.blocks.back().block >= manifest.block_count()) {
        throw base::Error("it has a block beyond the end of the volume");
    }
    return manifest;
}

}  // namespace

std::string SnapshotManifest::content_digest() const {
    Bytes content;
    append_text(content, kContentMagic);
    append_number(content, volume_size);
    append_number(content, static_cast<std::uint32_t>(kBlockBytes));
    append_entries(content, blocks);
    return base::sha256_hex(as_text(content));
}

const ChunkId* SnapshotManifest::chunk_at(std::uint32_t block) const {
    const auto found = std::lower_bound(
        blocks.begin(), blocks.end(), block,
        [](const BlockRef& ref, std::uint32_t index) { return ref.block < index; });
    return found != blocks.end() && found->block == block ? &found->chunk : nullptr;
}

std::uint64_t SnapshotManifest::volume_size_gib() const {
    return base::ByteSize::bytes(volume_size).in_gib();
}

std::uint32_t SnapshotManifest::block_count() const {
    return static_cast<std::uint32_t>((volume_size + kBlockBytes - 1) / kBlockBytes);
}

std::vector<std::byte> encode(const SnapshotManifest& manifest) {
    const std::string header = json::serialize(header_of(manifest));
    Bytes bytes;
    bytes.reserve(64 + header.size() + manifest.blocks.size() * kEntryBytes);
    append_text(bytes, kMagic);
    append_number(bytes, static_cast<std::uint32_t>(header.size()));
    append_text(bytes, header);
    append_number(bytes, static_cast<std::uint32_t>(manifest.blocks.size()));
    append_entries(bytes, manifest.blocks);
    append_text(bytes, base::as_view(base::sha256(as_text(bytes))));
    return bytes;
}

SnapshotManifest decode_snapshot_manifest(std::span<const std::byte> bytes,
                                          const std::string& origin) {
    try {
        return decode(bytes);
    } catch (const std::exception& error) {
        std::throw_with_nested(ManifestCorrupt(
            "the snapshot manifest " + origin +
            " is damaged; copy the snapshot again from another region, or delete it"));
    }
}

}  // namespace goldsmith::store
