#include "documents/component_document.h"

#include <algorithm>

#include "documents/component_parser.h"
#include "documents/expression.h"
#include "documents/yaml_map.h"

namespace goldsmith::documents {
namespace {

constexpr std::string_view document_keys[] = {
    "name", "description", "schemaVersion", "parameters", "constants", "phases", "disableLogging"};
constexpr std::string_view phase_keys[] = {"name", "steps", "disableLogging"};
constexpr std::string_view no_phases = "Document has 0 phases. Phases list must not be empty.";

class DocumentParser {
public:
    DocumentParser(const std::string& file, const ComponentRules& rules)
        : sink_(file), rules_(rules) {}

    ComponentDocument parse(std::string_view text) {
        const YamlNode root = parse_yaml(text, sink_.file());
        document_.file = sink_.file();
        document_.source = text;
        const YamlMap map(root, document_keys, sink_, "", "the document");
        if (map.readable()) {
            document_.name = map.text("name").value_or("");
            document_.description = map.text("description").value_or("");
            document_.disable_logging = map.flag("disableLogging").value_or(false);
            parse_version(map);
            parse_component_values(map, document_, sink_);
            parse_phases(root, map);
            check_component_references(document_, sink_);
        }
        sink_.throw_if_any();
        return std::move(document_);
    }

private:
    void parse_version(const YamlMap& map) {
        const auto version = map.require_text("schemaVersion");
        if (version && *version != "1" && *version != "1.0") {
            map.error(map.find("schemaVersion")->position,
                      "schemaVersion '" + *version + "' is not supported; use 1.0");
        }
        document_.schema_version = "1.0";
    }

    void parse_phases(const YamlNode& root, const YamlMap& map) {
        const YamlNode* phases = map.find("phases");
        if (phases == nullptr || (phases->is_sequence() && phases->items.empty())) {
            const YamlNode* written = root.find("phases");
            sink_.error(written != nullptr ? written->position : root.position,
                        std::string(no_phases));
            return;
        }
        if (map.list("phases") == nullptr) {
            return;
        }
        std::set<std::string> names;
        for (const YamlNode& item : phases->items) {
            parse_phase(item, names);
        }
    }

    void parse_phase(const YamlNode& node, std::set<std::string>& names) {
        const YamlMap map(node, phase_keys, sink_, "", "the phase");
        ComponentPhase phase;
        phase.position = node.position;
        phase.name = map.require_text("name").value_or("");
        if (const YamlNode* name = map.find("name")) {
            if (!is_name(phase.name)) {
                map.error(name->position, invalid_name_message("phase", phase.name, ""));
            } else if (!names.insert(phase.name).second) {
                map.error(name->position, "Invalid phase name '" + phase.name +
                                              "': another phase of the document has it already.");
            }
        }
        const bool quiet = map.flag("disableLogging").value_or(false) || document_.disable_logging;
        map.require("steps");
        if (const YamlNode* steps = map.list("steps")) {
            ComponentStepParser parser(phase, rules_, sink_);
            for (const YamlNode& step : steps->items) {
                parser.parse(step, quiet);
            }
        }
        document_.phases.push_back(std::move(phase));
    }

    DiagnosticSink sink_;
    const ComponentRules& rules_;
    ComponentDocument document_;
};

}  // namespace

std::string invalid_name_message(std::string_view kind, const std::string& name,
                                 const std::string& in_phase) {
    const std::string start = "Invalid " + std::string(kind) + " name '" + name + "'" +
                              (in_phase.empty() ? "" : " in phase '" + in_phase + "'") + ". ";
    return has_name_characters(name)
               ? start + "A name has 3 to 128 characters."
               : start +
                     "Allowed characters are combinations of numbers [0-9], english letters "
                     "[a-z,A-Z] and special characters [-_].";
}

const ComponentPhase* ComponentDocument::find_phase(std::string_view phase_name) const {
    auto found = std::ranges::find(phases, phase_name, &ComponentPhase::name);
    return found == phases.end() ? nullptr : &*found;
}

const ComponentStep* ComponentPhase::find_step(std::string_view step_name) const {
    auto found = std::ranges::find(steps, step_name, &ComponentStep::name);
    return found == steps.end() ? nullptr : &*found;
}

const ComponentParameter* ComponentDocument::find_parameter(std::string_view parameter_name) const {
    auto found = std::ranges::find(parameters, parameter_name, &ComponentParameter::name);
    return found == parameters.end() ? nullptr : &*found;
}

ComponentRules any_platform_rules() {
    ComponentRules rules;
    rules.platforms = {};
    return rules;
}

ComponentDocument parse_component(std::string_view text, const std::string& file_name,
                                  const ComponentRules& rules) {
    return DocumentParser(file_name, rules).parse(text);
}

ComponentType component_type(const ComponentDocument& document) {
    const bool only_test = document.phases.size() == 1 && document.phases.front().name == "test";
    return only_test ? ComponentType::test : ComponentType::build;
}

std::string_view on_failure_name(OnFailure on_failure) {
    switch (on_failure) {
        case OnFailure::abort:
            return "Abort";
        case OnFailure::proceed:
            return "Continue";
        case OnFailure::ignore:
            return "Ignore";
    }
    return "";
}

}  // namespace goldsmith::documents
