#include "catalogue/apt_sources.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace goldsmith::catalogue {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const CatalogueEntry& debian() {
    return catalogue().front();
}

TEST(AptSources, ReadsOneLineSourcesWithOptionsAndComments) {
    const auto sources = parse_one_line_sources(
        "# a comment\n"
        "deb http://mirror.test/debian bookworm main contrib # tail\n"
        "deb [ arch=amd64 signed-by=/k.gpg trusted=yes ] https://m.test/debian stable main\n"
        "deb-src http://mirror.test/debian bookworm main\n"
        "nonsense line\n"
        "deb http://only-a-uri.test\n"
        "deb [unclosed http://x.test a main\n");
    ASSERT_EQ(sources.size(), 3U);
    EXPECT_THAT(sources[0].components, ElementsAre("main", "contrib"));
    EXPECT_THAT(sources[1].uris, ElementsAre("https://m.test/debian"));
    EXPECT_EQ(sources[1].signed_by, "/k.gpg");
    EXPECT_TRUE(sources[1].trusted);
    EXPECT_THAT(sources[2].types, ElementsAre("deb-src"));
}

TEST(AptSources, ReadsDeb822StanzasWithContinuationsAndLeavesOutDisabledOnes) {
    const auto sources = parse_deb822_sources(
        "Types: deb deb-src\n"
        "URIs: http://a.test/debian\n"
        "# http://comment.test/debian\n"
        "Suites: bookworm\n"
        " bookworm-updates\n"
        "Components: main\n"
        "Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg\n"
        "\n"
        "Enabled: no\nTypes: deb\nURIs: http://b.test/debian\nSuites: sid\nComponents: main\n"
        "\n"
        "types: deb\nuris: http://c.test/debian\nsuites: sid\ncomponents: main\n"
        "Signed-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n");
    ASSERT_EQ(sources.size(), 2U);
    EXPECT_THAT(sources[0].suites, ElementsAre("bookworm", "bookworm-updates"));
    EXPECT_EQ(sources[0].signed_by, "/usr/share/keyrings/debian-archive-keyring.gpg");
    EXPECT_EQ(sources[1].signed_by, "(embedded)");
}

TEST(AptSources, TakesTheDebianArchivesOfTheReleaseAndNoOtherVendors) {
    const auto host = parse_one_line_sources(
        "deb http://mirror.test/debian bookworm main contrib non-free\n"
        "deb http://mirror.test/debian bookworm-updates main\n"
        "deb http://mirror.test/debian bookworm-backports main\n"
        "deb http://mirror.test/debian-security bookworm-security main\n"
        "deb [signed-by=/usr/share/keyrings/vendor.gpg] https://vendor.test/debian bookworm main\n"
        "deb https://vendor.test/apt bookworm main\n"
        "deb https://docker.test/linux/debian bookworm stable\n"
        "deb-src http://source.test/debian bookworm main\n"
        "deb http://second.test/debian bookworm main\n");
    EXPECT_EQ(to_deb822(choose_debian_sources(host, debian())),
              "Types: deb\n"
              "URIs: http://mirror.test/debian\n"
              "Suites: bookworm bookworm-updates\n"
              "Components: main\n"
              "Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg\n"
              "\n"
              "Types: deb\n"
              "URIs: http://mirror.test/debian-security\n"
              "Suites: bookworm-security\n"
              "Components: main\n"
              "Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg\n");
}

TEST(AptSources, AHostOnAnotherReleaseNamesTheMirrorToo) {
    const auto host = parse_one_line_sources(
        "deb http://mirror.test/debian trixie main\n"
        "deb http://mirror.test/debian-security trixie-security main\n");
    EXPECT_EQ(to_one_line(choose_debian_sources(host, debian())),
              "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] "
              "http://mirror.test/debian bookworm main\n"
              "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] "
              "http://mirror.test/debian-security bookworm-security main\n");
}

TEST(AptSources, AMirrorOfOnesOwnThatIsTrustedStaysTrusted) {
    const auto host =
        parse_one_line_sources("deb [trusted=yes] http://own.test/debian bookworm main\n");
    EXPECT_EQ(to_one_line(choose_debian_sources(host, debian())),
              "deb [trusted=yes] http://own.test/debian bookworm main\n");
}

TEST(AptSources, AnotherDistributionGivesNone) {
    const auto host =
        parse_one_line_sources("deb http://archive.ubuntu.test/ubuntu noble main universe\n");
    EXPECT_THAT(choose_debian_sources(host, debian()), IsEmpty());
}

TEST(AptSources, ANamedMirrorReplacesTheHosts) {
    EXPECT_EQ(to_one_line(sources_on_mirror("http://near.test/debian/", "", debian())),
              "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] "
              "http://near.test/debian bookworm main\n"
              "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] "
              "http://near.test/debian bookworm-updates main\n"
              "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] "
              "http://near.test/debian-security bookworm-security main\n");
    EXPECT_EQ(sources_on_mirror("http://a.test/d", "http://b.test/s", debian())[1].uris[0],
              "http://b.test/s");
}

TEST(AptSources, ReadsBothFormsFromAHost) {
    const base::TempDir host;
    const auto apt = host.path() / "etc/apt";
    base::make_directories(apt / "sources.list.d");
    base::write_file_atomically(apt / "sources.list", "deb http://a.test/debian sid main\n");
    base::write_file_atomically(apt / "sources.list.d/b.list",
                                "deb http://b.test/debian sid main\n");
    base::write_file_atomically(apt / "sources.list.d/c.sources",
                                "Types: deb\nURIs: http://c.test/debian\nSuites: sid\n");
    base::write_file_atomically(apt / "sources.list.d/d.list.save",
                                "deb http://d.test/d sid main\n");
    const auto sources = read_host_apt_sources(host.path());
    ASSERT_EQ(sources.size(), 3U);
    EXPECT_EQ(sources[2].uris[0], "http://c.test/debian");
}

}  // namespace
}  // namespace goldsmith::catalogue
