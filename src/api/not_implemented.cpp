#include "api/not_implemented.h"

#include <string>

#include "api/error.h"

namespace goldsmith::api {

void throw_not_implemented(std::string_view operation) {
    throw ApiError("ServiceUnavailableException", 503,
                   std::string(operation) + " is not implemented yet");
}

}  // namespace goldsmith::api
