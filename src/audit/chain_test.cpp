#include "audit/chain.h"

#include <gtest/gtest.h>

namespace goldsmith::audit {
namespace {

TEST(Chain, ALineCarriesItsNumberAndTheHashOfTheOneBefore) {
    const auto first = chained_line(R"({"a":1})", {});
    EXPECT_EQ(first, R"({"a":1,"goldsmithChain":{"sequence":1,"previous":")" +
                         std::string(64, '0') + R"("}})");
    const auto second = chained_line(R"({"b":2})", {1, hash_of_line(first)});
    const auto claim = claim_of(second);
    ASSERT_TRUE(claim);
    EXPECT_EQ(claim->sequence, 2U);
    EXPECT_EQ(claim->previous, hash_of_line(first));
    EXPECT_EQ(record_of(second), R"({"b":2})");
}

TEST(Chain, TakesNoClaimOfAnotherForm) {
    const auto good = chained_line(R"({"a":1})", {});
    EXPECT_FALSE(claim_of(""));
    EXPECT_FALSE(claim_of(R"({"a":1})"));
    EXPECT_FALSE(claim_of(good + " "));
    EXPECT_FALSE(claim_of(good.substr(0, good.size() - 1)));
    auto upper = good;
    upper[good.size() - 5] = 'A';
    EXPECT_FALSE(claim_of(upper));
}

TEST(Chain, WritesLinks) {
    const Link link{57, std::string(64, 'a')};
    EXPECT_EQ(parse_link(link_text(link) + "   \n"), link);
    EXPECT_FALSE(parse_link(""));
    EXPECT_FALSE(parse_link(link_text(link) + "x"));
    EXPECT_FALSE(parse_link(R"({"sequence":-1,"hash":""})"));
}

}  // namespace
}  // namespace goldsmith::audit
