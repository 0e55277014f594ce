// The answer of an operation that nothing implements.
#pragma once

#include <string_view>

namespace goldsmith::api {

/// Throws ApiError ServiceUnavailableException (503): "<operation> is not implemented yet".
[[noreturn]] void throw_not_implemented(std::string_view operation);

}  // namespace goldsmith::api
