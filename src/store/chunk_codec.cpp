#include "store/chunk_codec.h"

#include <zstd.h>

#include "base/error.h"

namespace goldsmith::store {

struct ChunkCodec::Contexts {
    ZSTD_CCtx* compress = ZSTD_createCCtx();
    ZSTD_DCtx* decompress = ZSTD_createDCtx();

    Contexts() = default;
    Contexts(const Contexts&) = delete;
    Contexts& operator=(const Contexts&) = delete;
    ~Contexts() {
        ZSTD_freeCCtx(compress);
        ZSTD_freeDCtx(decompress);
    }
};

ChunkCodec::ChunkCodec(int level) : contexts_(std::make_unique<Contexts>()), level_(level) {
    if (contexts_->compress == nullptr || contexts_->decompress == nullptr) {
        throw base::Error("out of memory for zstd");
    }
}

ChunkCodec::~ChunkCodec() = default;

ChunkCodec::Stored ChunkCodec::compress(ByteView plain) {
    buffer_.resize(ZSTD_compressBound(plain.size()));
    const std::size_t size = ZSTD_compressCCtx(contexts_->compress, buffer_.data(), buffer_.size(),
                                               plain.data(), plain.size(), level_);
    if (ZSTD_isError(size) != 0) {
        throw base::Error(std::string("zstd cannot compress a chunk: ") + ZSTD_getErrorName(size));
    }
    if (size >= plain.size()) {
        return {Codec::plain, plain};
    }
    return {Codec::zstd, ByteView(buffer_).first(size)};
}

bool ChunkCodec::decompress(Codec codec, ByteView stored, std::span<std::byte> plain) {
    if (codec == Codec::plain) {
        if (stored.size() != plain.size()) {
            return false;
        }
        std::memcpy(plain.data(), stored.data(), stored.size());
        return true;
    }
    const std::size_t size = ZSTD_decompressDCtx(contexts_->decompress, plain.data(), plain.size(),
                                                 stored.data(), stored.size());
    return size == plain.size();  // an error code is larger than any size
}

bool is_zero(ByteView bytes) {
    // A range equals itself shifted by one exactly if all its bytes are equal: memcmp is
    // vectorised.
    return bytes.empty() || (bytes[0] == std::byte{0} &&
                             std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0);
}

}  // namespace goldsmith::store
