// goldsmith image import: see image_import.cpp.
#pragma once

#include "cli/command_line.h"

namespace goldsmith::cli {

/// Adds "import" below "image".
void add_image_import(CLI::App& image, Run& run);

}  // namespace goldsmith::cli
