#include "disk_images/digest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "disk_images/refusal.h"

namespace goldsmith::disk_images {
namespace {

// Of the three letters "abc": FIPS 180-2.
const std::string kSha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
const std::string kSha512 =
    "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feeb"
    "bd454d4423643ce80e2a9ac94fa54ca49f";
const std::string kSha1 = "a9993e364706816aba3e25717850c26c9cd0d89d";

TEST(Digest, ComputesWhatTheStandardSays) {
    for (const auto& [kind, hex] :
         {std::pair(DigestKind::sha1, kSha1), std::pair(DigestKind::sha256, kSha256),
          std::pair(DigestKind::sha512, kSha512)}) {
        Digester digester(kind);
        digester.update("ab", 2);
        digester.update("c", 1);
        EXPECT_EQ(digester.finish(), (Digest{kind, hex}));
    }
}

TEST(Digest, ReadsWhatPeopleWrite) {
    EXPECT_EQ(parse_digest("sha256:" + kSha256), (Digest{DigestKind::sha256, kSha256}));
    EXPECT_EQ(parse_digest(kSha512), (Digest{DigestKind::sha512, kSha512}));
    EXPECT_EQ(parse_digest("SHA256:" + kSha256).text(), "sha256:" + kSha256);
    for (const std::string& bad :
         {std::string(), std::string("sha256:"), "sha512:" + kSha256, "md5:" + kSha256, kSha1,
          "sha256:" + kSha256.substr(1) + "g", kSha256 + "00"}) {
        EXPECT_THROW(parse_digest(bad), base::Error) << bad;
    }
}

TEST(Digest, FindsAFileInAList) {
    const Digest expected{DigestKind::sha256, kSha256};
    const std::string other(64, '0');
    EXPECT_EQ(find_digest(other + "  a.img\n" + kSha256 + " *b.img\n", "b.img"), expected);
    EXPECT_EQ(find_digest(other + "  a.img\n" + kSha256 + "  ./b.img\r\n", "b.img"), expected);
    EXPECT_EQ(find_digest("# b.img: 1 bytes\nSHA256 (b.img) = " + kSha256 + "\n", "b.img"),
              expected);
    EXPECT_EQ(find_digest("SHA256(b.img)= " + kSha256 + "\n", "b.img"), expected);
    EXPECT_EQ(find_digest(kSha256 + "\n", "b.img"), expected);
    EXPECT_EQ(find_digest(kSha256 + "  a.img\n", "b.img"), std::nullopt);
    EXPECT_EQ(find_digest(other + "  xb.img\n" + other + "  b.img.old\n", "b.img"), std::nullopt);
    EXPECT_EQ(find_digest("<html>b.img</html>\n", "b.img"), std::nullopt);
    EXPECT_EQ(find_digest("", "b.img"), std::nullopt);
}

TEST(Digest, ListsWhatAListNames) {
    const std::string list =
        "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n"
        "# a (1).img: 7 bytes\nSHA256 (a (1).img) = " +
        kSha256 + "\n" + kSha512 + "  b.img\n" + kSha1 +
        " *c.img\n0123 d.img\n-----BEGIN PGP SIGNATURE-----\n\niQ=abc\n";
    std::vector<std::string> found;
    for (const auto& named : digests_in(list)) {
        found.push_back(named.name + " " + named.digest.text());
    }
    EXPECT_THAT(found, testing::ElementsAre("a (1).img sha256:" + kSha256,
                                            "b.img sha512:" + kSha512, "c.img sha1:" + kSha1));
}

TEST(Digest, RefusesWhatDiffers) {
    const Digest expected{DigestKind::sha256, kSha256};
    const Digest found{DigestKind::sha256, std::string(64, '0')};
    require_digest(expected, expected, "it");
    try {
        require_digest(expected, found, "'disk.img'");
        FAIL();
    } catch (const ImageRefused& refused) {
        EXPECT_THAT(refused.what(), ::testing::HasSubstr(kSha256));
        EXPECT_THAT(refused.what(), ::testing::HasSubstr("'disk.img'"));
    }
}

}  // namespace
}  // namespace goldsmith::disk_images
