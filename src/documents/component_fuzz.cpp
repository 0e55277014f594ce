// libFuzzer entry over everything that reads a component document: the YAML layer, the document
// checks, the expression language and decimal numbers. Built with -DGOLDSMITH_FUZZ=ON and clang.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "documents/component_document.h"
#include "documents/condition_number.h"
#include "documents/expression.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace goldsmith::documents;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    try {
        parse_component(text, "fuzz.yml", any_platform_rules());
    } catch (const DocumentErrors& errors) {
        if (errors.diagnostics().empty()) {
            std::abort();  // an error that says nothing
        }
    }
    // What is not an expression must come through unchanged.
    const auto as_written = [](const Occurrence&) { return std::optional<std::string>(); };
    if (expand(text, as_written) != text) {
        std::abort();
    }
    const auto number = parse_decimal(text, true);
    if (number && *number != *number) {
        std::abort();
    }
    return 0;
}
