// ImageRefused: a disk image that must not be used, and why, in words for whoever brought it.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace goldsmith::disk_images {

class ImageRefused : public base::Error {
public:
    using base::Error::Error;
};

/// A text out of an image, fit to be shown: cut, in quotes, without control characters.
std::string in_quotes(std::string_view text);

}  // namespace goldsmith::disk_images
