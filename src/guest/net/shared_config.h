// The files that AWS tools share: ~/.aws/credentials and ~/.aws/config. Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace goldsmith::guest {

using ConfigSection = std::map<std::string, std::string>;

/// One section of an INI text: [name], in config files also [profile name]. Keys in lower case;
/// nested (indented) settings and comments are left out. Empty when there is no such section.
ConfigSection find_profile(std::string_view text, std::string_view name);

}  // namespace goldsmith::guest
