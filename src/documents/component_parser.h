// The parts of the component parser, private to documents/: each file checks one piece of the
// document and reports to the shared sink. See component_document.h for what users of the parser
// see.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "documents/component_actions.h"
#include "documents/component_document.h"
#include "documents/yaml_map.h"

namespace goldsmith::documents {

/// The message that users of the original grep for.
std::string invalid_name_message(std::string_view kind, const std::string& name,
                                 const std::string& in_phase);

/// Fills parameters and constants.
void parse_component_values(const YamlMap& document_map, ComponentDocument& document,
                            DiagnosticSink& sink);

/// Adds the steps of one phase to it.
class ComponentStepParser {
public:
    ComponentStepParser(ComponentPhase& phase, const ComponentRules& rules, DiagnosticSink& sink)
        : phase_(phase), rules_(rules), sink_(sink) {}

    void parse(const YamlNode& node, bool disable_logging);

private:
    void parse_name(const YamlMap& map, ComponentStep& step);
    void parse_action(const YamlMap& map, ComponentStep& step);
    void parse_policy(const YamlMap& map, ComponentStep& step);
    void check_fixed_policy(const YamlMap& map, const ComponentStep& step);
    void parse_if(const YamlMap& map, ComponentStep& step);

    ComponentPhase& phase_;
    const ComponentRules& rules_;
    DiagnosticSink& sink_;
    std::set<std::string> names_;
    std::set<std::string> loop_names_;
    std::string prefix_;
};

/// Parses `loop`. `prefix` starts every message.
ComponentLoop parse_component_loop(const YamlNode& node, std::set<std::string>& names,
                                   DiagnosticSink& sink, const std::string& prefix);

/// Every reference of the document must be declared.
void check_component_references(const ComponentDocument& document, DiagnosticSink& sink);

}  // namespace goldsmith::documents
