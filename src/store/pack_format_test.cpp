#include "store/pack_format.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include "base/encoding.h"
#include "base/files.h"
#include "store/chunk_codec.h"
#include "store/errors.h"
#include "store/pack_reader.h"
#include "store/pack_writer.h"
#include "store/test_disk.h"

namespace goldsmith::store {
namespace {

using testing::flip_byte;
using testing::read_bytes;
using testing::write_bytes;

Bytes text_bytes(std::string_view text) {
    Bytes bytes;
    append_text(bytes, text);
    return bytes;
}

void add_plain(PackWriter& writer, std::string_view text) {
    const Bytes bytes = text_bytes(text);
    const auto size = static_cast<std::uint32_t>(bytes.size());
    writer.add({ChunkId::of(bytes), Codec::plain, size, size}, bytes);
}

class PackTest : public ::testing::Test {
protected:
    std::filesystem::path write_pack(const std::vector<std::string>& chunks) {
        PackWriter writer(*files_, dir_.path());
        for (const std::string& chunk : chunks) {
            add_plain(writer, chunk);
        }
        return dir_.path() / (writer.seal(dir_.path()).value() + ".pack");
    }

    base::TempDir dir_;
    std::shared_ptr<FileSystem> files_ = real_file_system();
};

// The worked example of docs/formats/chunk-pack.md.
TEST_F(PackTest, BytesAreThoseOfTheFormat) {
    const auto path = write_pack({"abc"});
    const std::string id = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    const std::string index = id +
                              "1000000000000000"
                              "03000000"
                              "03000000";
    const ChunkId digest = ChunkId::of(text_bytes(*base::hex_decode(index)));
    const std::string expected =
        "47535041434b3031"
        "0000000000000000"  // file header
        "43484e4b"
        "00000000"
        "03000000"
        "03000000" +
        id + "616263" + index +
        "4753494e44455831"
        "4300000000000000"
        "0100000000000000" +
        digest.hex() + "4753504b454e4431";
    EXPECT_EQ(base::hex_encode(as_text(read_bytes(path))), expected);
    EXPECT_EQ(path.stem().string(), digest.hex().substr(0, 32));
    EXPECT_EQ(digest.hex().substr(0, 8), "5ebee49d");
}

TEST_F(PackTest, ReadsWhatItWrote) {
    const auto pack = read_pack_info(write_pack({"abc", "", "a longer chunk"}));
    ASSERT_TRUE(pack);
    EXPECT_FALSE(pack->damaged);
    ASSERT_EQ(pack->entries.size(), 3u);
    const base::Fd fd = base::open_file(pack->path, O_RDONLY);
    EXPECT_EQ(as_text(read_record(fd.get(), *pack, pack->entries[2]).stored), "a longer chunk");
}

TEST_F(PackTest, AnEmptyPackIsNeverMade) {
    {
        PackWriter writer(*files_, dir_.path());
        EXPECT_EQ(writer.seal(dir_.path()), std::nullopt);
    }
    EXPECT_TRUE(base::list_directory(dir_.path()).empty());
}

TEST_F(PackTest, AnUnsealedPackLeavesNothing) {
    {
        PackWriter writer(*files_, dir_.path());
        add_plain(writer, "abc");
    }
    EXPECT_TRUE(base::list_directory(dir_.path()).empty());
}

TEST_F(PackTest, TheIndexIsRebuiltFromTheRecordsAtAnyDamageOfTheTail) {
    const auto path = write_pack({"abc", "defg"});
    const auto whole = read_pack_info(path);
    const Bytes good = read_bytes(path);
    const auto tail =
        static_cast<std::size_t>(whole->entries[1].offset + whole->entries[1].record_bytes());
    for (std::size_t i = tail; i < good.size(); ++i) {
        Bytes torn(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(i));
        write_bytes(path, torn);
        const auto pack = read_pack_info(path);
        EXPECT_TRUE(pack->damaged) << "cut at " << i;
        EXPECT_EQ(pack->entries, whole->entries) << "cut at " << i;
        write_bytes(path, good);
        flip_byte(path, i);
        EXPECT_TRUE(read_pack_info(path)->damaged) << "byte " << i;
    }
}

TEST_F(PackTest, ATornRecordIsNotThere) {
    const auto path = write_pack({"abc", "defg"});
    const auto whole = read_pack_info(path);
    const Bytes good = read_bytes(path);
    const std::size_t second = whole->entries[1].offset;
    for (std::size_t size : {second + kRecordHeaderBytes + 3, second + 5, second}) {
        write_bytes(path, ByteView(good).first(size));
        const auto pack = read_pack_info(path);
        EXPECT_TRUE(pack->damaged);
        ASSERT_EQ(pack->entries.size(), 1u) << size;
        EXPECT_EQ(pack->entries[0], whole->entries[0]);
    }
}

TEST_F(PackTest, ADamagedRecordHeaderIsCorrupt) {
    const auto path = write_pack({"abc"});
    for (std::size_t i = 0; i < kRecordHeaderBytes; ++i) {
        if (i >= 5 && i < 8) {
            continue;  // reserved bytes of the codec are tested with it: they are part of its
                       // number
        }
        const Bytes good = read_bytes(path);
        const auto pack = read_pack_info(path);
        flip_byte(path, kFileHeaderBytes + i);
        const base::Fd fd = base::open_file(path, O_RDONLY);
        EXPECT_THROW(read_record(fd.get(), *pack, pack->entries[0]), ChunkCorrupt) << i;
        write_bytes(path, good);
    }
}

TEST(ChunkCodecTest, CompressesWhatCanBeCompressed) {
    ChunkCodec codec(1);
    const Bytes text(kBlockBytes, std::byte{'x'});
    const auto stored = codec.compress(text);
    EXPECT_EQ(stored.codec, Codec::zstd);
    EXPECT_LT(stored.bytes.size(), 1000u);
    const Bytes kept(stored.bytes.begin(), stored.bytes.end());
    Bytes plain(kBlockBytes);
    EXPECT_TRUE(codec.decompress(Codec::zstd, kept, plain));
    EXPECT_EQ(plain, text);
    EXPECT_FALSE(codec.decompress(Codec::zstd, ByteView(kept).first(10), plain));
    EXPECT_FALSE(codec.decompress(Codec::plain, kept, plain));
    Bytes shorter(kBlockBytes - 1);
    EXPECT_FALSE(codec.decompress(Codec::zstd, kept, shorter));
}

TEST(ChunkCodecTest, KeepsRandomBytesPlain) {
    ChunkCodec codec(1);
    Bytes noise(kBlockBytes);
    base::SeededRandom(3).fill(noise.data(), noise.size());
    EXPECT_EQ(codec.compress(noise).codec, Codec::plain);
}

TEST(ChunkCodecTest, KnowsZeros) {
    Bytes bytes(kBlockBytes);
    EXPECT_TRUE(is_zero(bytes));
    EXPECT_TRUE(is_zero({}));
    for (std::size_t i : {std::size_t{0}, std::size_t{1}, kBlockBytes / 2, kBlockBytes - 1}) {
        bytes[i] = std::byte{1};
        EXPECT_FALSE(is_zero(bytes)) << i;
        bytes[i] = std::byte{0};
    }
    EXPECT_FALSE(is_zero(Bytes(9, std::byte{7})));
}

}  // namespace
}  // namespace goldsmith::store
