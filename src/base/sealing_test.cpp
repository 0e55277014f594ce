#include "base/sealing.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "base/error.h"
#include "base/random.h"

namespace goldsmith::base {
namespace {

TEST(Sealer, OpensWhatItSealedForTheSamePurposeOnly) {
    SystemRandom random;
    const Sealer sealer(std::string(32, 'k'), random);
    for (const std::string& text : {std::string(), std::string("secret"), std::string(5000, 'x')}) {
        const auto sealed = sealer.seal(text, "/a/name");
        EXPECT_EQ(sealer.open(sealed, "/a/name"), text);
        EXPECT_EQ(sealer.open(sealed, "/another"), std::nullopt);
        EXPECT_EQ(Sealer(std::string(32, 'K'), random).open(sealed, "/a/name"), std::nullopt);
        EXPECT_NE(sealer.seal(text, "/a/name"), sealed);
    }
}

TEST(Sealer, RefusesWhatWasChanged) {
    SystemRandom random;
    const Sealer sealer(std::string(32, 'k'), random);
    const auto bytes = *base64_decode(sealer.seal("secret", "p"));
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        auto changed = bytes;
        changed[at] = static_cast<char>(changed[at] ^ 1);
        EXPECT_EQ(sealer.open(base64_encode(changed), "p"), std::nullopt) << at;
    }
    EXPECT_EQ(sealer.open("no base64!", "p"), std::nullopt);
    EXPECT_EQ(sealer.open("AAAA", "p"), std::nullopt);
}

TEST(KeyFile, IsMadeOnceAndPrivate) {
    const TempDir folder;
    SystemRandom random;
    const auto key = ensure_key_file(folder.path() / "key", random);
    EXPECT_EQ(key.size(), 32U);
    EXPECT_EQ(ensure_key_file(folder.path() / "key", random), key);
    EXPECT_EQ(std::filesystem::status(folder.path() / "key").permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    write_file_atomically(folder.path() / "key", "spoilt");
    EXPECT_THROW(ensure_key_file(folder.path() / "key", random), Error);
}

}  // namespace
}  // namespace goldsmith::base
