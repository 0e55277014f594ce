// Shell scripts as components (ImportComponent): the script becomes a component document of one
// step. Pure.
#pragma once

#include <string>

#include "api/generated/imagebuilder/components_types.h"

namespace goldsmith::service::imagebuilder {

/// The document that runs `script` on the platform: in the phase `build`, or in `test` alone for a
/// component of type TEST.
std::string document_of_script(const std::string& script, api::imagebuilder::ComponentType type,
                               api::imagebuilder::Platform platform);

}  // namespace goldsmith::service::imagebuilder
