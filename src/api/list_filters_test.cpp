#include "api/list_filters.h"

#include <gtest/gtest.h>

#include <array>

#include "api/generated/imagebuilder/errors.h"
#include "api/generated/imagebuilder/shared_types.h"

namespace goldsmith::api {
namespace {

using Filters = std::optional<std::vector<imagebuilder::Filter>>;
using Error = imagebuilder::InvalidParameterValueException;

constexpr std::array<FilterRule, 4> rules{
    {{"name"}, {"version", Match::version}, {"pattern", Match::glob}, {"tag:*"}}};

std::vector<std::string> item(std::string_view name) {
    if (name == "name") {
        return {"web", "www"};
    }
    if (name == "version") {
        return {"1.2.3/4"};
    }
    return name == "pattern" ? std::vector<std::string>{"my-image"}
                             : std::vector<std::string>{"Env"};
}

bool matches(Filters filters) {
    return ListFilters::of<Error>(filters, rules).matches(item);
}

imagebuilder::Filter filter(const std::string& name, std::vector<std::string> values) {
    return {.name = name, .values = std::move(values)};
}

TEST(ListFilters, NoneMatchesEverything) {
    EXPECT_TRUE(matches(std::nullopt));
    EXPECT_TRUE(ListFilters().empty());
}

TEST(ListFilters, AndsFiltersAndOrsValues) {
    EXPECT_TRUE(matches({{filter("name", {"other", "www"})}}));
    EXPECT_FALSE(matches({{filter("name", {"other"})}}));
    EXPECT_TRUE(matches({{filter("name", {"web"}), filter("version", {"1.x.x"})}}));
    EXPECT_FALSE(matches({{filter("name", {"web"}), filter("version", {"2.x.x"})}}));
}

TEST(ListFilters, IsCaseSensitive) {
    EXPECT_FALSE(matches({{filter("name", {"Web"})}}));
}

TEST(ListFilters, KnowsNamesThatBeginSo) {
    EXPECT_TRUE(matches({{filter("tag:Stage", {"Env"})}}));
    EXPECT_THROW(matches({{filter("tag:", {"Env"})}}), Error);
}

TEST(ListFilters, RefusesUnknownNamesAndEmptyFilters) {
    try {
        matches({{filter("name", {"web"}), filter("colour", {"red"})}});
        FAIL();
    } catch (const Error& error) {
        EXPECT_STREQ(
            error.what(),
            "The value supplied for parameter 'filters[1]' is not valid. The filter 'colour' is "
            "not known. Known filters: name, version, pattern, tag:*.");
    }
    EXPECT_THROW(matches({{filter("name", {})}}), Error);
    EXPECT_THROW(matches({{imagebuilder::Filter{}}}), Error);
}

TEST(ListFilters, OffersItsValues) {
    const auto filters = ListFilters::of<Error>(Filters{{filter("name", {"a"})}}, rules);
    ASSERT_NE(filters.values("name"), nullptr);
    EXPECT_EQ(filters.values("version"), nullptr);
}

TEST(Glob, MatchesStarsAndQuestionMarks) {
    EXPECT_TRUE(matches_glob("*", ""));
    EXPECT_TRUE(matches_glob("a*c", "abbbc"));
    EXPECT_TRUE(matches_glob("a?c*", "abc"));
    EXPECT_TRUE(matches_glob("*b*b*", "abab"));
    EXPECT_FALSE(matches_glob("a?c", "ac"));
    EXPECT_FALSE(matches_glob("", "a"));
    EXPECT_FALSE(matches_glob("a*d", "abbbc"));
}

TEST(Glob, HostilePatternsEnd) {
    std::string pattern;
    for (int i = 0; i < 2000; ++i) {
        pattern += "*a";
    }
    EXPECT_FALSE(matches_glob(pattern + "b", std::string(4000, 'a')));
}

}  // namespace
}  // namespace goldsmith::api
