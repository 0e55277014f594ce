#include "base/hash.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace goldsmith::base {
namespace {

TEST(Hash, KnownDigests) {
    EXPECT_EQ(sha256_hex("abc"),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    // RFC 4231, test case 2.
    EXPECT_EQ(to_hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(Hash, AKeyIsForgottenByTheNext) {
    const auto first = hmac_sha256("Jefe", "what do ya want for nothing?");
    // From Python's hmac module: an empty key and an empty message, a key longer than a block.
    EXPECT_EQ(to_hex(hmac_sha256({}, {})),
              "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
    EXPECT_EQ(to_hex(hmac_sha256(std::string(100, 'k'), "message")),
              "1c28735416d320163f56f81bdbb83d651eed508d184e6b8b03662740a533293e");
    EXPECT_EQ(hmac_sha256("Jefe", "what do ya want for nothing?"), first);
}

TEST(Hash, IncrementalEqualsWholeAndRestarts) {
    Sha256 hash;
    hash.update("a").update("bc");
    EXPECT_EQ(hash.finish(), sha256("abc"));
    EXPECT_EQ(hash.update("abc").finish(), sha256("abc"));
}

TEST(Hash, HexRoundTripAndRefusal) {
    EXPECT_EQ(digest_from_hex(sha256_hex("x")), sha256("x"));
    EXPECT_THROW(digest_from_hex("abcd"), Error);
    EXPECT_THROW(digest_from_hex(std::string(64, 'z')), Error);
}

TEST(Hash, ConstantTimeComparison) {
    EXPECT_TRUE(equal_in_constant_time("same", "same"));
    EXPECT_FALSE(equal_in_constant_time("same", "sane"));
    EXPECT_FALSE(equal_in_constant_time("same", "same "));
}

}  // namespace
}  // namespace goldsmith::base
