// Cycles and too deep chains of documents that run each other by ExecuteDocument, found without
// running anything. Only targets that are named literally and exist here as files are looked at:
// what else a document runs is known when it runs. Reads files.
#pragma once

#include <string>
#include <vector>

#include "documents/component_document.h"
#include "documents/diagnostics.h"

namespace goldsmith::guest {

/// One diagnostic for each step, in whichever file it stands, that closes a cycle or goes too deep.
/// Targets that are not valid are left to the run.
std::vector<documents::Diagnostic> nesting_problems(const documents::ComponentDocument& document,
                                                    const documents::ComponentRules& rules);

}  // namespace goldsmith::guest
