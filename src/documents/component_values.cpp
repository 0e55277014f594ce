// Parameters and constants of a component document.
#include <algorithm>

#include "documents/component_parser.h"
#include "documents/expression.h"

namespace goldsmith::documents {
namespace {

constexpr std::string_view parameter_keys[] = {"type", "default", "description", "allowedValues"};
constexpr std::string_view constant_keys[] = {"type", "value"};

class ValueParser {
public:
    ValueParser(ComponentDocument& document, DiagnosticSink& sink)
        : document_(document), sink_(sink) {}

    void parameters(const YamlNode& list) {
        for (const YamlNode& item : list.items) {
            if (const YamlEntry* entry = named_entry(item, "parameter")) {
                parse_parameter(*entry);
            }
        }
    }

    void constants(const YamlNode& list) {
        for (const YamlNode& item : list.items) {
            if (const YamlEntry* entry = named_entry(item, "constant")) {
                parse_constant(*entry);
            }
        }
    }

private:
    /// The only entry of a one-key map, with a valid name that is not taken.
    const YamlEntry* named_entry(const YamlNode& item, const std::string& kind) {
        if (!item.is_mapping() || item.entries.size() != 1) {
            sink_.error(item.position, "each " + kind + " is a map with one key, its name: '- " +
                                           kind + "Name: {type: string, ...}'");
            return nullptr;
        }
        const YamlEntry& entry = item.entries.front();
        if (!is_name(entry.key)) {
            sink_.error(entry.key_position, invalid_name_message(kind, entry.key, ""));
        } else if (!names_.insert(entry.key).second) {
            sink_.error(entry.key_position, "Invalid " + kind + " name '" + entry.key +
                                                "': another parameter or constant has it already.");
        }
        return &entry;
    }

    void check_type(const YamlMap& map, const std::string& type, bool list_allowed) {
        if (!type.empty() && type != "string" && !(list_allowed && type == "stringList")) {
            map.error(map.find("type")->position,
                      "the type '" + type + "' is not supported; use string");
        }
    }

    void parse_parameter(const YamlEntry& entry) {
        const YamlMap map(entry.value, parameter_keys, sink_, "",
                          "the parameter '" + entry.key + "'");
        ComponentParameter parameter;
        parameter.name = entry.key;
        parameter.position = entry.key_position;
        parameter.type = map.require_text("type").value_or("");
        check_type(map, parameter.type, true);
        parameter.description = map.text("description").value_or("");
        const YamlNode* fallback = map.find("default");
        if (fallback != nullptr && fallback->is_sequence() && parameter.type == "stringList") {
            parameter.default_value = joined(*fallback);
        } else {
            parameter.default_value = map.text("default");
        }
        if (const YamlNode* allowed = map.list("allowedValues")) {
            for (const YamlNode& value : allowed->items) {
                parameter.allowed_values.push_back(scalar_of(value, "allowedValues"));
            }
        }
        document_.parameters.push_back(std::move(parameter));
    }

    std::string joined(const YamlNode& list) {
        std::string text;
        for (const YamlNode& item : list.items) {
            text += (&item == &list.items.front() ? "" : ",") + scalar_of(item, "default");
        }
        return text;
    }

    std::string scalar_of(const YamlNode& node, const std::string& key) {
        if (!node.is_scalar()) {
            sink_.error(node.position,
                        "'" + key + "' must hold strings, not " + std::string(node.kind_name()));
        }
        return node.text;
    }

    void parse_constant(const YamlEntry& entry) {
        const YamlMap map(entry.value, constant_keys, sink_, "",
                          "the constant '" + entry.key + "'");
        check_type(map, map.require_text("type").value_or(""), false);
        ComponentConstant constant;
        constant.name = entry.key;
        constant.position = entry.key_position;
        constant.value = map.require_text("value").value_or("");
        document_.constants.push_back(std::move(constant));
    }

    ComponentDocument& document_;
    DiagnosticSink& sink_;
    std::set<std::string> names_;
};

}  // namespace

void parse_component_values(const YamlMap& document_map, ComponentDocument& document,
                            DiagnosticSink& sink) {
    ValueParser parser(document, sink);
    if (const YamlNode* parameters = document_map.list("parameters")) {
        parser.parameters(*parameters);
    }
    if (const YamlNode* constants = document_map.list("constants")) {
        parser.constants(*constants);
    }
}

}  // namespace goldsmith::documents
