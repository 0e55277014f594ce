// goldsmith image diff: see image_diff.cpp.
#pragma once

#include "cli/command_line.h"

namespace goldsmith::cli {

/// Adds "diff" below "image".
void add_image_diff(CLI::App& image, Run& run);

}  // namespace goldsmith::cli
