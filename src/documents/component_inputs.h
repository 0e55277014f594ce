// Inputs of a step against its action's table: before the run on templates, and again during the
// run on the values that references resolved to.
#pragma once

#include <string>

#include "documents/component_actions.h"
#include "documents/yaml.h"

namespace goldsmith::documents {

/// Reports everything that does not fit. A scalar that still holds a reference passes any type
/// check.
void check_component_inputs(const ActionSpec& spec, const YamlNode& inputs, DiagnosticSink& sink,
                            const std::string& prefix);

/// The elements of inputs: one for a map, each for a list, none for null.
std::vector<const YamlNode*> input_elements(const YamlNode& inputs);

}  // namespace goldsmith::documents
