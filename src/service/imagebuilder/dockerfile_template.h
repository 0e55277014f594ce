// The Dockerfile template of a container recipe: a Dockerfile with {{{ imagebuilder:... }}} where
// the service puts the parent image, its own files and the components. Pure.
#pragma once

#include <string>

namespace goldsmith::service::imagebuilder {

/// Throws InvalidParameterValueException unless the template names the parent image and, where
/// there are components, the place of the service's files, before that of the components.
void check_dockerfile_template(const std::string& text, bool has_components);

}  // namespace goldsmith::service::imagebuilder
