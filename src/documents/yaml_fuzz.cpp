// libFuzzer entry over the YAML layer alone: whatever is accepted keeps to the limits, whatever is
// refused says why. Built with -DGOLDSMITH_FUZZ=ON and clang.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "documents/yaml.h"

namespace {

using goldsmith::documents::YamlEntry;
using goldsmith::documents::YamlNode;

std::size_t deepest(const YamlNode& node) {
    std::size_t below = 0;
    for (const YamlNode& item : node.items) {
        below = std::max(below, deepest(item));
    }
    for (const YamlEntry& entry : node.entries) {
        below = std::max(below, deepest(entry.value));
    }
    return below + 1;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace goldsmith::documents;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const YamlLimits limits;
    try {
        const YamlNode root = parse_yaml(text, "fuzz.yml", limits);
        if (deepest(root) > static_cast<std::size_t>(limits.depth) + 1) {
            std::abort();
        }
        yaml_bool(root);
        yaml_int(root);
    } catch (const DocumentErrors& errors) {
        if (errors.diagnostics().empty() || errors.to_string().empty()) {
            std::abort();
        }
    }
    return 0;
}
