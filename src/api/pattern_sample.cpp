#include "api/pattern_sample.h"

#include <algorithm>
#include <limits>

#include "base/error.h"

namespace goldsmith::api {

namespace {

constexpr auto unlimited = std::numeric_limits<std::size_t>::max();

/// Writes a text by walking the pattern: the first alternative, the first character of a class.
class Sampler {
public:
    Sampler(std::string_view pattern, std::size_t repeats) : pattern_(pattern), repeats_(repeats) {}

    std::string run() {
        auto text = alternatives();
        if (at_ != pattern_.size()) {
            throw base::Error("cannot sample " + std::string(pattern_));
        }
        return text;
    }

private:
    bool done() const { return at_ == pattern_.size(); }
    char peek() const { return done() ? '\0' : pattern_[at_]; }
    bool take(std::string_view text) {
        const bool found = pattern_.substr(at_).starts_with(text);
        at_ += found ? text.size() : 0;
        return found;
    }

    std::string alternatives() {
        auto first = sequence();
        while (take("|")) {
            sequence();
        }
        return first;
    }

    std::string sequence() {
        std::string text;
        while (!done() && peek() != '|' && peek() != ')') {
            text += repeated(atom());
        }
        return text;
    }

    std::string atom() {
        if (take("^") || take("$")) {
            return {};
        }
        if (take("(?!")) {
            group();
            return {};
        }
        if (take("(?:") || take("(")) {
            return group();
        }
        if (take("[")) {
            return std::string(1, char_class());
        }
        return std::string(1, take("\\") ? escaped() : pattern_[at_++]);
    }

    std::string group() {
        auto text = alternatives();
        if (!take(")")) {
            throw base::Error("cannot sample " + std::string(pattern_));
        }
        return text;
    }

    char escaped() {
        const char c = pattern_[at_++];
        if (c == 'x') {
            at_ += 2;
            return '\0';  // the only such escape of the model
        }
        return c == 'w' || c == 's' ? 'w' : c;
    }

    char char_class() {
        const bool negated = take("^");
        char first = '\0';
        bool found = false;
        for (bool start = true; start || peek() != ']'; start = false) {
            const char c = take("\\") ? escaped() : pattern_[at_++];
            // Letters read better than the punctuation that some classes begin with.
            if (!found || (!std::isalnum(static_cast<unsigned char>(first)) && c != '-')) {
                first = c;
                found = true;
            }
        }
        ++at_;
        return negated ? 'n' : first;
    }

    std::string repeated(const std::string& once) {
        std::size_t low = 1;
        std::size_t high = 1;
        if (take("*")) {
            low = 0;
            high = unlimited;
        } else if (take("+")) {
            high = unlimited;
        } else if (take("?")) {
            low = 0;
        } else if (take("{")) {
            low = number();
            high = !take(",") ? low : peek() == '}' ? unlimited : number();
            take("}");
        }
        std::string text;
        for (std::size_t i = 0; i < std::clamp(repeats_, low, high); ++i) {
            text += once;
        }
        return text;
    }

    std::size_t number() {
        std::size_t value = 0;
        while (peek() >= '0' && peek() <= '9') {
            value = value * 10 + static_cast<std::size_t>(pattern_[at_++] - '0');
        }
        return value;
    }

    std::string_view pattern_;
    std::size_t repeats_;
    std::size_t at_ = 0;
};

}  // namespace

std::string sample_of(std::string_view pattern, std::size_t repeats) {
    return Sampler(pattern, repeats).run();
}

}  // namespace goldsmith::api
