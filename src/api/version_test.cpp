#include "api/version.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace goldsmith::api {
namespace {

Version v(std::string_view text) {
    return parse_version(text).value();
}

TEST(Version, ReadsAndWrites) {
    EXPECT_EQ(v("1.2.3").text(), "1.2.3");
    EXPECT_EQ(v("1.2.3/4").text(), "1.2.3/4");
    EXPECT_EQ(v("1.2.3/4").semantic_text(), "1.2.3");
    EXPECT_EQ(v("2019.12.03"), (Version{2019, 12, 3, 0}));
    EXPECT_EQ(v("1073741823.0.0").major, version_node_limit);
}

TEST(Version, RefusesWhatIsNone) {
    for (const auto* text :
         {"", "1", "1.2", "1.2.3.4", "1.2.", ".1.2", "1.2.x", "1.2.3/", "1.2.3/0", "1.2.3/x",
          "-1.2.3", "+1.2.3", " 1.2.3", "1.2.3 ", "1073741824.0.0", "99999999999999999999.0.0",
          "1.2.3/4/5", "1,2,3", "0x1.2.3"}) {
        EXPECT_FALSE(parse_version(text)) << text;
    }
}

TEST(Version, PacksLikeTheNotifications) {
    EXPECT_EQ(v("1.0.0/3").packed(), "1237940039285380274899124227");
    EXPECT_EQ(Version{}.packed(), "0");
}

TEST(Version, OrdersNumericallyNodeByNode) {
    EXPECT_LT(v("1.9.0"), v("1.10.0"));
    EXPECT_LT(v("1.0.0/2"), v("1.0.0/10"));
    EXPECT_LT(v("1.0.0/99"), v("1.0.1/1"));
}

TEST(Version, AnyVersionSurvivesItsText) {
    std::mt19937 random(7);  // NOLINT: the same numbers every time
    std::uniform_int_distribution<std::uint32_t> node(0, version_node_limit);
    for (int i = 0; i < 1000; ++i) {
        const Version version{node(random), node(random), node(random), node(random)};
        EXPECT_EQ(parse_version(version.text()), version);
        const Version other{node(random) % 3, node(random) % 3, node(random) % 3, 1};
        const Version another{node(random) % 3, node(random) % 3, node(random) % 3, 1};
        EXPECT_EQ(other < another, other.packed().size() == another.packed().size()
                                       ? other.packed() < another.packed()
                                       : other.packed().size() < another.packed().size());
    }
}

TEST(VersionPattern, MatchesItsPrefix) {
    const auto minor = VersionPattern::parse("1.2.x").value();
    EXPECT_TRUE(minor.is_wildcard());
    EXPECT_TRUE(minor.matches(v("1.2.9/4")));
    EXPECT_FALSE(minor.matches(v("1.3.0")));
    EXPECT_TRUE(VersionPattern::any().matches(v("9.9.9")));
    EXPECT_TRUE(VersionPattern::exactly(v("1.2.3/4")).matches(v("1.2.3/9")));
    EXPECT_FALSE(VersionPattern::exactly(v("1.2.3")).is_wildcard());
    EXPECT_EQ(VersionPattern::parse("1.x.x")->text(), "1.x.x");
}

TEST(VersionPattern, RefusesANumberRightOfAWildcard) {
    for (const auto* text :
         {"x.2.x", "1.x.8", "x.x.1", "x.1.2", "X.X.X", "1.*.*", "x", "1.2.x/1"}) {
        EXPECT_FALSE(VersionPattern::parse(text)) << text;
    }
}

TEST(VersionPattern, TakesTheNextAutomaticVersion) {
    const std::vector<Version> existing{v("1.0.0/1"), v("1.2.0"), v("1.2.7"), v("2.0.5")};
    const auto next = [&](const char* text) {
        return VersionPattern::parse(text)->next(existing)->text();
    };
    EXPECT_EQ(next("1.2.x"), "1.2.8");
    EXPECT_EQ(next("1.x.x"), "1.3.0");
    EXPECT_EQ(next("x.x.x"), "3.0.0");
    EXPECT_EQ(next("4.x.x"), "4.0.0");
    EXPECT_EQ(next("1.9.x"), "1.9.0");
    EXPECT_EQ(next("5.6.7"), "5.6.7");
    EXPECT_EQ(VersionPattern::any().next({})->text(), "1.0.0");
}

TEST(VersionPattern, HasNoVersionPastTheLimit) {
    const std::vector<Version> existing{v("1.1073741823.0")};
    EXPECT_FALSE(VersionPattern::parse("1.x.x")->next(existing));
}

TEST(VersionPattern, TheNextVersionIsNewAndHighest) {
    std::mt19937 random(11);  // NOLINT: the same numbers every time
    std::uniform_int_distribution<std::uint32_t> node(0, 4);
    for (int round = 0; round < 300; ++round) {
        std::vector<Version> existing;
        for (int i = 0; i < 6; ++i) {
            existing.push_back({node(random), node(random), node(random), 0});
        }
        for (const auto* text : {"x.x.x", "1.x.x", "1.2.x"}) {
            const auto pattern = VersionPattern::parse(text).value();
            const auto next = pattern.next(existing).value();
            EXPECT_TRUE(pattern.matches(next));
            for (const auto& one : existing) {
                EXPECT_TRUE(!pattern.matches(one) || one < next) << text << ' ' << one.text();
            }
        }
    }
}

}  // namespace
}  // namespace goldsmith::api
