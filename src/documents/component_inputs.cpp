#include "documents/component_inputs.h"

#include <algorithm>
#include <cctype>

#include "documents/condition.h"
#include "documents/expression.h"
#include "documents/yaml_map.h"

namespace goldsmith::documents {
namespace {

bool equal_ignoring_case(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, [](char x, char y) {
        return std::tolower(static_cast<unsigned char>(x)) ==
               std::tolower(static_cast<unsigned char>(y));
    });
}

bool is_octal_mode(std::string_view text) {
    return (text.size() == 3 || text.size() == 4) &&
           std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '7'; });
}

class InputChecker {
public:
    InputChecker(const ActionSpec& spec, DiagnosticSink& sink, const std::string& prefix)
        : spec_(spec), sink_(sink), prefix_(prefix) {}

    void check(const YamlNode& inputs) {
        const bool missing = inputs.is_null() || (inputs.is_sequence() && inputs.items.empty());
        if (missing) {
            if (spec_.inputs_required) {
                error(inputs.position, "Action " + std::string(spec_.name) +
                                           " has no inputs; it requires an 'inputs'");
            }
            return;
        }
        if (spec_.shape == InputShape::condition) {
            parse_condition(inputs, {}, sink_, prefix_);
            return;
        }
        if (spec_.shape == InputShape::map && inputs.is_sequence()) {
            error(inputs.position,
                  "'inputs' of " + std::string(spec_.name) + " must be a map, not a list");
            return;
        }
        std::vector<std::string_view> keys;
        for (const InputField& field : spec_.fields) {
            keys.push_back(field.name);
        }
        const std::string what = "the inputs of " + std::string(spec_.name);
        for (const YamlNode* element : input_elements(inputs)) {
            const YamlMap map(*element, keys, sink_, prefix_, what);
            if (map.readable()) {
                check_element(map);
            }
        }
    }

private:
    void error(Position position, const std::string& detail) {
        sink_.error(position, prefix_ + detail);
    }

    void check_element(const YamlMap& map) {
        for (const InputField& field : spec_.fields) {
            const YamlNode* value = field.required ? map.require(field.name) : map.find(field.name);
            if (value != nullptr) {
                check_value(field, *value);
            }
        }
        if (spec_.name == "ExecutePowerShell" &&
            (map.find("commands") == nullptr) == (map.find("file") == nullptr)) {
            error(map.position(), "ExecutePowerShell needs exactly one of 'commands' and 'file'");
        }
    }

    void check_value(const InputField& field, const YamlNode& value) {
        switch (field.kind) {
            case InputKind::text_list:
                check_list(field, value);
                return;
            case InputKind::text_map:
                check_map(field, value);
                return;
            case InputKind::parameters:
                check_parameters(value);
                return;
            case InputKind::any:
                if (value.is_mapping()) {
                    wrong(field, value, "a string, a number or a list");
                }
                return;
            case InputKind::text:
            case InputKind::flag:
            case InputKind::integer:
            case InputKind::octal:
            case InputKind::choice:
            case InputKind::encoding:
                check_scalar(field, value);
                return;
        }
    }

    void wrong(const InputField& field, const YamlNode& value, const std::string& expected) {
        const std::string got = value.is_scalar() ? "'" + value.text.substr(0, 100) + "'"
                                                  : std::string(value.kind_name());
        error(value.position,
              "'" + std::string(field.name) + "' must be " + expected + ", not " + got);
    }

    void check_scalar(const InputField& field, const YamlNode& value) {
        if (!value.is_scalar()) {
            wrong(field, value, "a string");
            return;
        }
        if (has_expression(value.text)) {
            return;
        }
        if (field.kind == InputKind::flag && !yaml_bool(value)) {
            wrong(field, value, "true or false");
        } else if (field.kind == InputKind::integer && yaml_int(value).value_or(-1) < 0) {
            wrong(field, value, "a whole number, 0 or more");
        } else if (field.kind == InputKind::octal && !is_octal_mode(value.text)) {
            wrong(field, value, "3 or 4 octal digits such as 0644");
        } else if (field.kind == InputKind::choice || field.kind == InputKind::encoding) {
            check_choice(field, value);
        }
    }

    void check_choice(const InputField& field, const YamlNode& value) {
        const bool any_case = field.kind == InputKind::encoding;
        std::string all;
        for (std::string_view choice : field.choices) {
            if (choice == value.text || (any_case && equal_ignoring_case(choice, value.text))) {
                return;
            }
            all += (all.empty() ? "" : ", ") + std::string(choice);
        }
        wrong(field, value, "one of " + all);
    }

    void check_list(const InputField& field, const YamlNode& value) {
        if (!value.is_sequence()) {
            wrong(field, value, "a list of strings");
            return;
        }
        for (std::size_t i = 0; i < value.items.size(); ++i) {
            const YamlNode& item = value.items[i];
            if (item.is_scalar()) {
                continue;
            }
            const bool colon = item.is_mapping() && !item.entries.empty();
            error(item.position,
                  "'" + std::string(field.name) + "' must hold strings, but entry " +
                      std::to_string(i + 1) + " is " + std::string(item.kind_name()) +
                      (colon ? "; put the value into quotes, because of the ': ' in it" : ""));
        }
    }

    void check_map(const InputField& field, const YamlNode& value) {
        if (!value.is_mapping()) {
            wrong(field, value, "a map of strings");
            return;
        }
        for (const YamlEntry& entry : value.entries) {
            if (!entry.value.is_scalar()) {
                error(entry.value.position, "'" + entry.key + "' must be a string, not " +
                                                std::string(entry.value.kind_name()));
            }
        }
    }

    void check_parameters(const YamlNode& value) {
        constexpr std::string_view keys[] = {"name", "value"};
        if (!value.is_sequence()) {
            error(value.position, "'parameters' must be a list of maps with 'name' and 'value'");
            return;
        }
        for (const YamlNode& item : value.items) {
            const YamlMap map(item, keys, sink_, prefix_, "a parameter");
            map.require_text("name");
            map.require_text("value");
        }
    }

    const ActionSpec& spec_;
    DiagnosticSink& sink_;
    const std::string& prefix_;
};

}  // namespace

std::vector<const YamlNode*> input_elements(const YamlNode& inputs) {
    std::vector<const YamlNode*> elements;
    if (inputs.is_sequence()) {
        for (const YamlNode& item : inputs.items) {
            elements.push_back(&item);
        }
    } else if (!inputs.is_null()) {
        elements.push_back(&inputs);
    }
    return elements;
}

void check_component_inputs(const ActionSpec& spec, const YamlNode& inputs, DiagnosticSink& sink,
                            const std::string& prefix) {
    InputChecker(spec, sink, prefix).check(inputs);
}

}  // namespace goldsmith::documents
