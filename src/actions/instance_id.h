#pragma once

#include <string>
#include <string_view>

namespace goldsmith::actions {

/// "i-" and 17 hexadecimal digits; the same launch token always gives the same instance.
std::string instance_id_of(std::string_view token);

}  // namespace goldsmith::actions
