#include "guest/secret_finder.h"

#include <gtest/gtest.h>

#include <random>

#include "base/encoding.h"
#include "guest/line_splitter.h"
#include "guest/secret_masker.h"

namespace goldsmith::guest {
namespace {

/// No stretch of a secret of this length may be seen. Base64 that a tool wraps hides no less.
constexpr std::size_t window = 8;

class RandomText {
public:
    explicit RandomText(unsigned seed) : engine_(seed) {}

    std::size_t below(std::size_t limit) {
        return std::uniform_int_distribution<std::size_t>(0, limit - 1)(engine_);
    }

    std::string of(std::string_view alphabet, std::size_t length) {
        std::string text;
        while (text.size() < length) {
            text += alphabet[below(alphabet.size())];
        }
        return text;
    }

    std::string secret() {
        constexpr std::string_view any =
            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 "
            "!\"#$%&'()*+,-./:;<=>?@["
            "\\]^_`{|}~";
        std::string text = of(any, 12 + below(60));
        for (std::size_t lines = below(3); lines > 0; --lines) {
            text += "\n" + of(any.substr(0, 62), 12 + below(60));
        }
        return text;
    }

private:
    std::mt19937 engine_;
};

std::string wrapped(const std::string& text, std::size_t columns) {
    std::string result;
    for (std::size_t at = 0; at < text.size(); at += columns) {
        result += text.substr(at, columns) + "\n";
    }
    return result;
}

std::string lower_percent(const std::string& secret) {
    std::string text = base::percent_encode(secret);
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '%') {
            text[at + 1] = static_cast<char>(std::tolower(text[at + 1]));
            text[at + 2] = static_cast<char>(std::tolower(text[at + 2]));
        }
    }
    return text;
}

std::string form_encoded(const std::string& secret) {
    std::string text;
    for (const char c : secret) {
        text += c == ' ' ? std::string("+") : base::percent_encode(std::string(1, c));
    }
    return text;
}

/// What a command that leaks the secret might print.
std::string leak(RandomText& random, const std::string& secret) {
    const std::string before = random.of("xyz", random.below(5));
    const std::string after = random.of("xyz", random.below(5));
    const std::string encoded = base::base64_encode(before + secret + after);
    switch (random.below(7)) {
        case 0:
            return before + secret + after;
        case 1:
            return "[" + encoded + "]";
        case 2:
            return wrapped(encoded, 76);
        case 3:
            return wrapped(encoded, 64);
        case 4:
            return before + base::percent_encode(secret) + after;
        case 5:
            return before + lower_percent(secret) + after;
        default:
            return before + form_encoded(secret) + after;
    }
}

/// What is left of the text after it went through a pipe in random pieces.
std::string logged(RandomText& random, const SecretMasker& masker, std::string_view text) {
    std::string log;
    LineSplitter lines(masker, [&](std::string_view line) { log += masker.mask(line) + "\n"; });
    while (!text.empty()) {
        const std::size_t piece = 1 + random.below(std::min<std::size_t>(text.size(), 40));
        lines.feed(text.substr(0, piece));
        text.remove_prefix(piece);
    }
    lines.finish();
    return log;
}

std::string without_percent(std::string_view text, bool plus_is_blank) {
    std::string result;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '%' && at + 2 < text.size() &&
            std::isxdigit(static_cast<unsigned char>(text[at + 1])) != 0 &&
            std::isxdigit(static_cast<unsigned char>(text[at + 2])) != 0) {
            result +=
                static_cast<char>(std::stoi(std::string(text.substr(at + 1, 2)), nullptr, 16));
            at += 2;
        } else {
            result += plus_is_blank && text[at] == '+' ? ' ' : text[at];
        }
    }
    return result;
}

void expect_hidden(const std::string& log, const std::string& secret, const std::string& context) {
    for (std::size_t at = 0; at + window <= secret.size(); ++at) {
        const std::string part = secret.substr(at, window);
        if (part.find('\n') != std::string::npos) {
            continue;
        }
        for (const bool plus : {false, true}) {
            ASSERT_EQ(without_percent(log, plus).find(part), std::string::npos)
                << "'" << part << "' of\n"
                << secret << "\nin\n"
                << log << "\nfrom\n"
                << context;
        }
    }
    for (std::size_t shift = 0; shift < 3; ++shift) {
        const std::string encoded = base::base64_encode(std::string(shift, 'x') + secret);
        // The first and the last characters also depend on what stands beside the secret.
        for (std::size_t at = 4; at + window + 4 <= encoded.size(); ++at) {
            ASSERT_EQ(log.find(encoded.substr(at, window)), std::string::npos)
                << encoded << "\nin\n"
                << log << "\nfrom\n"
                << context;
        }
    }
}

TEST(SecretFinder, NothingLeaksInAnyFormAndAnyPieces) {
    for (unsigned seed = 0; seed < 400; ++seed) {
        RandomText random(seed);
        std::vector<std::string> secrets = {random.secret()};
        SecretMasker masker;
        // Others that overlap with the first: its end continued, its inside, what ends in its
        // start.
        const std::string first = secrets.front();
        secrets.push_back(first.substr(first.size() / 2) + random.of("0123456789", 12));
        secrets.push_back(random.of("0123456789", 12) + first.substr(0, 10));
        for (const std::string& secret : secrets) {
            masker.add(secret);
        }
        std::string text;
        for (int i = 0; i < 6; ++i) {
            text += random.of("abc ", random.below(10)) + leak(random, secrets[random.below(3)]) +
                    (random.below(2) == 0 ? "\n" : " ");
        }
        text += secrets[2].substr(0, 12) + secrets[0] + secrets[1].substr(secrets[1].size() - 12);
        const std::string log = logged(random, masker, text);
        for (const std::string& secret : secrets) {
            expect_hidden(log, secret, text);
            if (HasFatalFailure()) {
                return;
            }
        }
    }
}

TEST(SecretFinder, OverlapsAreHiddenWhole) {
    SecretMasker masker;
    masker.add("abcdef");
    masker.add("defghi");
    EXPECT_EQ(masker.mask("x abcdefghi y"), "x **** y");
    EXPECT_EQ(masker.mask("abcdefabcdef"), "****");
}

TEST(SecretFinder, FormsOfTraceAndJson) {
    SecretMasker masker;
    masker.add("it's \"quoted\"\\");
    EXPECT_EQ(masker.mask(R"(+ echo 'it'\''s "quoted"\')"), "+ echo '****'");
    EXPECT_EQ(masker.mask(R"({"key":"it's \"quoted\"\\"})"), R"({"key":"****"})");
}

TEST(SecretFinder, PlainTextStays) {
    SecretMasker masker;
    masker.add("correct horse battery staple");
    for (const std::string text :
         {"100% of 4+5", "correct horse", "a%2", "%", "Y29ycmV", "staple", "%zz%41"}) {
        EXPECT_EQ(masker.mask(text), text);
        EXPECT_FALSE(masker.needs_mask(text));
    }
}

TEST(SecretFinder, HostileTextsAreQuick) {
    SecretFinder finder;
    finder.add(std::string(2000, 'a'));
    const auto found = finder.find(std::string(LineSplitter::longest_line_bytes, 'a'));
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].second, LineSplitter::longest_line_bytes);
}

}  // namespace
}  // namespace goldsmith::guest
