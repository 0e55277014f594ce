// goldsmith image pull and goldsmith image catalogue: see image_catalogue.cpp.
#pragma once

#include "cli/command_line.h"

namespace goldsmith::cli {

/// Adds "pull" and "catalogue" below "image".
void add_image_catalogue(CLI::App& image, Run& run);

}  // namespace goldsmith::cli
