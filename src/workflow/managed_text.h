// The embedded managed/*.yaml. Used by managed.cpp only.
#pragma once

#include <span>
#include <string_view>

namespace goldsmith::workflow {

struct ManagedText {
    std::string_view name;  ///< of the file, without .yaml
    std::string_view text;
};

std::span<const ManagedText> managed_texts();

}  // namespace goldsmith::workflow
