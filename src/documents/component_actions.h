// The table of action modules: where each works, what inputs it takes and what outputs it has. The
// checks, the executor's decoding of inputs and the JSON Schema all come from this one table.
#pragma once

#include <span>
#include <string_view>

#include "documents/component_document.h"

namespace goldsmith::documents {

enum class InputKind {
    text,
    flag,
    integer,
    octal,     ///< file permissions: 3 or 4 octal digits
    choice,    ///< one of `choices`, exact
    encoding,  ///< one of `choices`, any case
    text_list,
    text_map,    ///< names to strings
    parameters,  ///< list of {name, value}
    any,         ///< string, number or list (registry values)
};

struct InputField {
    std::string_view name;
    InputKind kind = InputKind::text;
    bool required = false;
    std::string_view description;
    std::span<const std::string_view> choices = {};
};

enum class InputShape {
    map,        ///< one map
    list,       ///< a list of maps, processed in order
    condition,  ///< the map is a condition (Assert)
};

struct PlatformSet {
    bool linux_os = false;
    bool windows_os = false;
    bool mac_os = false;
    bool has(Platform platform) const;
};

struct ActionSpec {
    std::string_view name;
    PlatformSet platforms;
    InputShape shape = InputShape::map;
    bool inputs_required = true;
    std::span<const InputField> fields;
    std::span<const std::string_view> outputs;
    std::string_view description;

    const InputField* find_field(std::string_view field) const;
};

std::span<const ActionSpec> component_actions();
/// Exact, case-sensitive; null when unknown.
const ActionSpec* find_component_action(std::string_view name);

std::string_view platform_name(Platform platform);

}  // namespace goldsmith::documents
