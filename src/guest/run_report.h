// The JSON texts about a run: detailedoutput.json, the summary on standard output, chaining.json.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "documents/component_actions.h"
#include "guest/run_record.h"
#include "guest/secret_masker.h"

namespace goldsmith::guest {

/// detailedoutput.json, indented.
std::string detailed_output(const RunRecord& record, const SecretMasker& masker);

/// What `toe run` prints.
std::string run_summary(const RunRecord& record, const std::string& log_url);

/// A flat object from expression to value.
std::string chaining_values(const RunRecord& record, const SecretMasker& masker);

/// The resolved inputs of a step as a JSON list, masked; compact.
std::string report_inputs(const documents::ActionSpec& spec, const documents::YamlNode& inputs,
                          const SecretMasker& masker);

/// The loop as written, as compact JSON.
std::string report_loop(const documents::YamlNode& loop);

}  // namespace goldsmith::guest
