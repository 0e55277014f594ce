#include "policy/pattern.h"

#include <gtest/gtest.h>

#include <chrono>

#include "base/error.h"

namespace goldsmith::policy {
namespace {

Match match(std::string_view pattern, std::string_view text, const Context& context = {}) {
    return Pattern(pattern, {}).matches(text, context);
}

TEST(PatternTest, ManyStarsAreNotExponential) {
    std::string pattern;
    for (int i = 0; i < 500; ++i) {
        pattern += "*a";
    }
    const std::string text(5000, 'a');
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(match(pattern + "*b", text), Match::no);
    EXPECT_EQ(match(pattern + "*", text), Match::yes);
    EXPECT_EQ(match(std::string(10000, '*') + "b", text), Match::no);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(2));
}

TEST(PatternTest, AStarBesideAVariableStaysAStar) {
    Context context;
    context.set("aws:username", "bob");
    EXPECT_EQ(match("*${aws:username}*", "a-bob-c", context), Match::yes);
    EXPECT_EQ(match("*${aws:username}*", "a-bo-c", context), Match::no);
    EXPECT_EQ(match("${aws:username}${aws:username}", "bobbob", context), Match::yes);
}

TEST(PatternTest, VariablesWithoutAValueAreUnresolved) {
    Context context;
    context.set("aws:TagKeys", Context::Values{"a", "b"});
    EXPECT_EQ(match("${aws:username}", "bob"), Match::unresolved);
    EXPECT_EQ(match("${aws:TagKeys}", "a", context), Match::unresolved);
    EXPECT_EQ(match("${aws:username, 'bob'}", "bob"), Match::yes);
    EXPECT_EQ(match("${aws:username, ''}x", "x"), Match::yes);
}

TEST(PatternTest, MalformedVariablesAreRefused) {
    for (const char* text : {"${aws:username", "${}", "${nonsense}", "${aws:${x}}", "${aws:a*}",
                             "${aws:username, bob}", "${aws:username, 'bob}", "${aws:username,}"}) {
        EXPECT_THROW(Pattern(text, {}), base::Error) << text;
    }
    EXPECT_NO_THROW(Pattern("$ {x} $x }{", {}));
    EXPECT_EQ(Pattern("${nonsense", {.variables = false}).matches("${nonsense", {}), Match::yes);
}

TEST(PatternTest, QuestionMarksAreCharacters) {
    EXPECT_EQ(match("a?c", "aüc"), Match::yes);
    EXPECT_EQ(match("a??c", "aüc"), Match::no);
    EXPECT_EQ(match("?", ""), Match::no);
    EXPECT_EQ(match("*?", "\xff\xfe"), Match::yes);
}

}  // namespace
}  // namespace goldsmith::policy
