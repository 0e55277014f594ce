// libFuzzer entry over the expression language and decimal numbers. Built with -DGOLDSMITH_FUZZ=ON
// and clang.
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "documents/condition_number.h"
#include "documents/expression.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace goldsmith::documents;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    // What is not an expression, or has no value, must come through unchanged.
    std::size_t found = 0;
    const auto as_written = [&found](const Occurrence& occurrence) {
        ++found;
        if (occurrence.body.empty()) {
            std::abort();
        }
        return std::optional<std::string>();
    };
    if (expand(text, as_written) != text || (found > 0) != has_expression(text)) {
        std::abort();
    }
    // Inserted text is not looked at again, whatever it holds.
    const std::string bait = "{{ bait }}";
    std::size_t calls = 0;
    const std::string once = expand(text, [&](const Occurrence&) {
        ++calls;
        return std::optional<std::string>(bait);
    });
    if (calls != found || (found > 0 && once.find(bait) == std::string::npos)) {
        std::abort();
    }
    for (const bool plain : {false, true}) {
        const auto number = parse_decimal(text, plain);
        if (number && *number != *number) {
            std::abort();
        }
    }
    return 0;
}
