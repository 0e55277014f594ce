// libFuzzer entry over whole component documents, for one platform and for all. Built with
// -DGOLDSMITH_FUZZ=ON and clang.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "documents/component_document.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace goldsmith::documents;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    for (const ComponentRules& rules : {any_platform_rules(), ComponentRules()}) {
        try {
            const ComponentDocument document = parse_component(text, "fuzz.yml", rules);
            if (document.phases.empty() || document.schema_version != "1.0") {
                std::abort();
            }
            component_type(document);
        } catch (const DocumentErrors& errors) {
            if (errors.diagnostics().empty()) {
                std::abort();  // an error that says nothing
            }
        }
    }
    return 0;
}
