#pragma once

#include <memory>

#include "store/bytes.h"
#include "store/pack_format.h"

// Compression of single chunks.
namespace goldsmith::store {

// Keeps zstd's working memory between calls: one object per thread, not thread-safe.
class ChunkCodec {
public:
    explicit ChunkCodec(int level);
    ~ChunkCodec();
    ChunkCodec(const ChunkCodec&) = delete;
    ChunkCodec& operator=(const ChunkCodec&) = delete;

    struct Stored {
        Codec codec;
        ByteView bytes;  // into the codec's buffer or `plain`: valid until the next call
    };
    // Stays plain where compression saves nothing.
    Stored compress(ByteView plain);

    // Fills `plain` exactly; false if the bytes are not what the codec made of that many bytes.
    bool decompress(Codec codec, ByteView stored, std::span<std::byte> plain);

private:
    struct Contexts;
    std::unique_ptr<Contexts> contexts_;
    int level_;
    Bytes buffer_;
};

bool is_zero(ByteView bytes);

}  // namespace goldsmith::store
