// Cuts a stream of chunks into lines. Very long lines are cut into pieces at places where no known
// secret is split. One thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "guest/secret_masker.h"

namespace goldsmith::guest {

class LineSplitter {
public:
    using Sink = std::function<void(std::string_view line)>;
    static constexpr std::size_t longest_line_bytes = 256 * 1024;

    LineSplitter(const SecretMasker& masker, Sink sink) : masker_(masker), sink_(std::move(sink)) {}

    void feed(std::string_view chunk);
    /// The last line, when it has no line break.
    void finish();

private:
    void emit(std::string_view line);

    const SecretMasker& masker_;
    Sink sink_;
    std::string partial_;
};

}  // namespace goldsmith::guest
