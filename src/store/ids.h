#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

// Identifiers of everything a store keeps, as types, so that one is never passed for another.
// All are plain values; all members are const and safe to call from any thread.
namespace goldsmith::store {

// The block size at the API: what EBS snapshots use. Every stored chunk is one such block; the last
// block of a volume is padded with zeros.
inline constexpr std::size_t kBlockBytes = 512 * 1024;

// SHA-256 of the plain bytes of one block.
struct ChunkId {
    std::array<std::uint8_t, 32> bytes{};

    static ChunkId of(std::span<const std::byte> block);
    // Throws base::Error unless `hex` is 64 hexadecimal digits.
    static ChunkId from_hex(std::string_view hex);
    std::string hex() const;

    auto operator<=>(const ChunkId&) const = default;
};

// "<prefix>-" and 17 lower-case hexadecimal digits, the form of EC2 identifiers.
// `Tag` supplies the prefix; see SnapshotId and ImageId.
template <typename Tag>
class ResourceId {
public:
    // Throws base::Error when `text` has another form; the message quotes it.
    static ResourceId parse(std::string_view text);
    // The same token always gives the same identifier, so that work done twice names one thing.
    static ResourceId from_token(std::string_view token);

    const std::string& str() const { return text_; }
    auto operator<=>(const ResourceId&) const = default;

private:
    explicit ResourceId(std::string text) : text_(std::move(text)) {}
    std::string text_;
};

struct SnapshotTag {
    static constexpr std::string_view prefix = "snap-";
};
struct ImageTag {
    static constexpr std::string_view prefix = "ami-";
};
using SnapshotId = ResourceId<SnapshotTag>;
using ImageId = ResourceId<ImageTag>;

extern template class ResourceId<SnapshotTag>;
extern template class ResourceId<ImageTag>;

}  // namespace goldsmith::store

template <>
struct std::hash<goldsmith::store::ChunkId> {
    std::size_t operator()(const goldsmith::store::ChunkId& id) const noexcept {
        std::size_t first = 0;  // a SHA-256 is already uniform: its first bytes are a hash
        for (std::size_t i = 0; i < sizeof first; ++i) {
            first = first << 8 | id.bytes[i];
        }
        return first;
    }
};
