#include "daemon/config_keys.h"

namespace goldsmith::daemon {

Setter text_of(std::string Config::*member) {
    return [member](const YamlNode& node, Config& config, DiagnosticSink& errors) {
        if (!node.is_scalar()) {
            errors.error(node.position,
                         "expected a string, found " + std::string(node.kind_name()));
            return;
        }
        config.*member = node.text;
    };
}

Setter one_of(std::string Config::*member, std::vector<std::string> choices) {
    return [member, choices](const YamlNode& node, Config& config, DiagnosticSink& errors) {
        for (const std::string& choice : choices) {
            if (node.is_scalar() && node.text == choice) {
                config.*member = choice;
                return;
            }
        }
        std::string list;
        for (const std::string& choice : choices) {
            list += (list.empty() ? "" : ", ") + choice;
        }
        errors.error(node.position, "expected one of " + list);
    };
}

Setter truth_of(bool Config::*member) {
    return [member](const YamlNode& node, Config& config, DiagnosticSink& errors) {
        const auto value = documents::yaml_bool(node);
        if (!value) {
            errors.error(node.position, "expected true or false");
            return;
        }
        config.*member = *value;
    };
}

Setter number_of(std::int64_t minimum, std::int64_t maximum,
                 std::function<void(Config&, std::int64_t)> set) {
    return [=](const YamlNode& node, Config& config, DiagnosticSink& errors) {
        const auto value = documents::yaml_int(node);
        if (!value || *value < minimum || *value > maximum) {
            errors.error(node.position, "expected a whole number from " + std::to_string(minimum) +
                                            " to " + std::to_string(maximum));
            return;
        }
        set(config, *value);
    };
}

}  // namespace goldsmith::daemon
