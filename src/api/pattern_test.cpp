#include "api/pattern.h"

#include <gtest/gtest.h>

#include "api/generated/ec2/tables.h"
#include "api/generated/imagebuilder/tables.h"
#include "api/generated/logs/tables.h"
#include "api/generated/runner/tables.h"
#include "base/error.h"

namespace goldsmith::api {
namespace {

TEST(Pattern, EveryPatternOfTheModelsCompiles) {
    int patterns = 0;
    for (const auto* service : {&imagebuilder::tables::service, &logs::tables::service,
                                &ec2::tables::service, &runner::tables::service}) {
        for (const auto* shape : service->shapes) {
            if (*shape->pattern != '\0') {
                EXPECT_NO_THROW(matches_pattern(shape->pattern, "x")) << shape->name;
                ++patterns;
            }
        }
    }
    EXPECT_GE(patterns, 58);
}

TEST(Pattern, StrayHyphensStandForThemselves) {
    constexpr auto name = "^[-_A-Za-z-0-9][-_A-Za-z0-9 ]{1,126}[-_A-Za-z-0-9]$";
    EXPECT_TRUE(matches_pattern(name, "My-web_server 2"));
    EXPECT_TRUE(matches_pattern(name, "---"));
    EXPECT_FALSE(matches_pattern(name, "a "));
    EXPECT_FALSE(matches_pattern(name, "a.b"));
    constexpr auto slug = "[a-z0-9-_]+";
    EXPECT_TRUE(matches_pattern(slug, "a-b_c9"));
    EXPECT_FALSE(matches_pattern(slug, "a.b"));
    EXPECT_FALSE(matches_pattern(slug, "a:b"));
}

TEST(Pattern, MatchesTheWholeText) {
    EXPECT_TRUE(matches_pattern("optional|required", "required"));
    EXPECT_FALSE(matches_pattern("optional|required", "required "));
    EXPECT_FALSE(matches_pattern("^String|Integer|Boolean|StringList$", "Integers"));
    EXPECT_TRUE(matches_pattern("^String|Integer|Boolean|StringList$", "StringList"));
    EXPECT_FALSE(matches_pattern("[^\\x00]+", std::string_view("a\0b", 3)));
    EXPECT_TRUE(matches_pattern("[^\\x00]+", "two\nlines"));
    EXPECT_FALSE(matches_pattern("^(?!aws:)[a-zA-Z0-9\\s_.:/=+\\-@]*$", "aws:mine"));
    EXPECT_TRUE(matches_pattern("^(?!aws:)[a-zA-Z0-9\\s_.:/=+\\-@]*$", "my aws:x"));
}

TEST(Pattern, TakesLongHostileText) {
    const std::string text(2'000'000, 'A');
    EXPECT_TRUE(matches_pattern("[^\\x00]+", text));
    EXPECT_FALSE(matches_pattern("^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$",
                                 std::string(21845, 'A')));
    EXPECT_FALSE(matches_pattern("(a|aa)+$", std::string(40, 'a') + "b"));
}

TEST(Pattern, WhatOneEngineCannotDoTheOtherDoes) {
    EXPECT_TRUE(matches_pattern("^[a-zA-Z]{1,1024}$", std::string(1024, 'a')));
    EXPECT_FALSE(matches_pattern("^[a-zA-Z]{1,1024}$", std::string(1025, 'a')));
    EXPECT_FALSE(matches_pattern("^(?!aws:)[a-z:\\s]*$", "aws:a"));
}

TEST(Pattern, BytesAreBytes) {
    constexpr auto name = "^[-_A-Za-z0-9{][-_A-Za-z0-9\\s:{}\\.]+[-_A-Za-z0-9}]$";
    EXPECT_TRUE(matches_pattern(name, "a \t\v\f\r\nb"));
    EXPECT_TRUE(matches_pattern("a\\sb", "a\vb"));
    EXPECT_FALSE(matches_pattern("a\\sb", "a_b"));
    EXPECT_FALSE(matches_pattern("[\\w]+", "\xC3\xA4"));
    EXPECT_TRUE(matches_pattern("[^\\x00]+", "\xFF\xFE not text"));
    EXPECT_TRUE(matches_pattern("a.b", "a\nb"));
    EXPECT_FALSE(matches_pattern("^[a-z]+$", "a\n"));
}

TEST(Pattern, AnInvalidOneSaysSo) {
    EXPECT_THROW(matches_pattern("([", "x"), base::Error);
}

}  // namespace
}  // namespace goldsmith::api
