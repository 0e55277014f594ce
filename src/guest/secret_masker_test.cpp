#include "guest/secret_masker.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "guest/line_splitter.h"

namespace goldsmith::guest {
namespace {

TEST(SecretMasker, EveryForm) {
    SecretMasker masker;
    masker.add("pa$$ word/1");
    EXPECT_EQ(masker.mask("a pa$$ word/1 b"), "a **** b");
    EXPECT_EQ(masker.mask(base::percent_encode("pa$$ word/1")), "****");
    for (const std::string before : {"", "x", "xx", "xxx"}) {
        const std::string encoded = base::base64_encode(before + "pa$$ word/1" + "tail");
        EXPECT_TRUE(masker.needs_mask(encoded)) << encoded;
        EXPECT_NE(masker.mask(encoded).find("****"), std::string::npos) << encoded;
    }
}

TEST(SecretMasker, EachLineOfAKey) {
    SecretMasker masker;
    masker.add("first line\nsecond line\n");
    EXPECT_EQ(masker.mask("x second line"), "x ****");
}

TEST(SecretMasker, EmptyValuesMaskNothing) {
    SecretMasker masker;
    masker.add("");
    masker.add("\n");
    EXPECT_EQ(masker.mask("text"), "text");
    EXPECT_FALSE(masker.has_secrets());
}

TEST(SecretMasker, CredentialShapes) {
    const SecretMasker masker;
    EXPECT_EQ(masker.mask("id AKIAIOSFODNN7EXAMPLE."), "id ****.");
    EXPECT_EQ(masker.mask("aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
              "aws_secret_access_key = ****");
    EXPECT_EQ(masker.mask("Authorization: Bearer abc.def-12345"), "Authorization: Bearer ****");
    EXPECT_EQ(masker.mask("https://user:hunter2@host/x"), "https://user:****@host/x");
    EXPECT_EQ(masker.mask("ghp_" + std::string(36, 'a')), "****");
    EXPECT_EQ(masker.mask("eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.SflKxwRJSMeKKF2QT4"), "****");
    for (const std::string plain : {"http://host:80/x", "AKIA", "git log", "xoxo", "a@b"}) {
        EXPECT_EQ(masker.mask(plain), plain);
    }
}

TEST(LineSplitter, JoinsPiecesAndCutsLines) {
    const SecretMasker masker;
    std::vector<std::string> lines;
    LineSplitter splitter(masker, [&](std::string_view line) { lines.emplace_back(line); });
    for (std::string_view piece : {"on", "e\ntwo\r\n\nth", "ree"}) {
        splitter.feed(piece);
    }
    splitter.finish();
    EXPECT_EQ(lines, (std::vector<std::string>{"one", "two", "", "three"}));
}

TEST(LineSplitter, LongLinesLoseNothingAndSplitNoSecret) {
    SecretMasker masker;
    const std::string secret = "the-secret-value";
    masker.add(secret);
    std::string text(LineSplitter::longest_line_bytes - 5, 'x');
    text += secret + std::string(3 * LineSplitter::longest_line_bytes, 'y');
    std::string joined;
    bool whole = false;
    LineSplitter splitter(masker, [&](std::string_view line) {
        joined += line;
        whole = whole || line.find(secret) != std::string_view::npos;
    });
    for (std::size_t at = 0; at < text.size(); at += 1000) {
        splitter.feed(std::string_view(text).substr(at, 1000));
    }
    splitter.finish();
    EXPECT_EQ(joined, text);
    EXPECT_TRUE(whole);
}

}  // namespace
}  // namespace goldsmith::guest
