#include "api/shown_text.h"

#include <gtest/gtest.h>

#include "base/encoding.h"

namespace goldsmith::api {
namespace {

TEST(ShownText, LeavesPlainTextAlone) {
    EXPECT_EQ(shown_text("größe 1"), "größe 1");
}

TEST(ShownText, EscapesControlCharacters) {
    EXPECT_EQ(shown_text(std::string_view("a\0b\x1b[31m\n", 9)), "a\\x00b\\x1b[31m\\x0a");
}

TEST(ShownText, ShortensBetweenCharacters) {
    std::string text;
    for (int i = 0; i < 200; ++i) {
        text += "ö";
    }
    const auto shown = shown_text(text);
    EXPECT_TRUE(shown.ends_with("ö..."));
    EXPECT_LT(shown.size(), 130U);
    EXPECT_TRUE(base::is_utf8(shown));
}

TEST(ShownText, ShowsNothingOfOtherBytes) {
    EXPECT_EQ(shown_text("\xff\xfe"), "");
}

}  // namespace
}  // namespace goldsmith::api
