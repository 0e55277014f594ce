// The names that AMIs get: the template of a distribution configuration, or the default. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace goldsmith::actions {

struct NameValues {
    std::int64_t build = 1;  ///< the image's build number
    base::Time build_date;   ///< the image's creation
};

/// Replaces `{{ imagebuilder:buildDate }}` (2026-11-23T22-15-04.120Z: an AMI's name may hold no
/// colon),
/// `{{ imagebuilder:buildDate:yyyyMMddHHmmss }}` (letters as there, in any arrangement) and
/// `{{ imagebuilder:buildVersion }}` (the build number). Unknown references stay as they are.
std::string expand_ami_name(std::string_view name_template, const NameValues& values);

/// `<image name> <date>`, the name of an AMI that nobody named.
std::string default_ami_name(std::string_view image_name, const NameValues& values);

}  // namespace goldsmith::actions
