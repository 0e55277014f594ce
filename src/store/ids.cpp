#include "store/ids.h"

#include <algorithm>

#include "base/error.h"
#include "base/hash.h"

namespace goldsmith::store {

namespace {

constexpr std::size_t kDigits = 17;

bool is_lower_hex(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

}  // namespace

ChunkId ChunkId::of(std::span<const std::byte> block) {
    return {base::sha256(block.data(), block.size())};
}

ChunkId ChunkId::from_hex(std::string_view hex) {
    return {base::digest_from_hex(hex)};
}

std::string ChunkId::hex() const {
    return base::to_hex(bytes);
}

template <typename Tag>
ResourceId<Tag> ResourceId<Tag>::parse(std::string_view text) {
    const std::string_view digits = text.substr(std::min(text.size(), Tag::prefix.size()));
    if (!text.starts_with(Tag::prefix) || digits.size() != kDigits ||
        !std::all_of(digits.begin(), digits.end(), is_lower_hex)) {
        throw base::Error("'" + std::string(text.substr(0, 80)) + "' is not of the form " +
                          std::string(Tag::prefix) + "<17 lower-case hexadecimal digits>");
    }
    return ResourceId(std::string(text));
}

template <typename Tag>
ResourceId<Tag> ResourceId<Tag>::from_token(std::string_view token) {
    // The prefix is part of what is hashed so that one token gives unrelated ids of several kinds.
    const std::string digest = base::sha256_hex(std::string(Tag::prefix) + std::string(token));
    return ResourceId(std::string(Tag::prefix) + digest.substr(0, kDigits));
}

template class ResourceId<SnapshotTag>;
template class ResourceId<ImageTag>;

}  // namespace goldsmith::store
