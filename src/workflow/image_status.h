// The image statuses that the engine gives, in the API's words.
#pragma once

#include <string_view>

namespace goldsmith::workflow {

inline constexpr std::string_view building = "BUILDING";
inline constexpr std::string_view testing = "TESTING";
inline constexpr std::string_view distributing = "DISTRIBUTING";
inline constexpr std::string_view integrating = "INTEGRATING";
inline constexpr std::string_view available = "AVAILABLE";
inline constexpr std::string_view failed = "FAILED";
inline constexpr std::string_view cancelled = "CANCELLED";

/// No further status follows by itself.
inline bool is_last_status(std::string_view status) {
    return status == available || status == failed || status == cancelled;
}

inline bool is_retryable(std::string_view status) {
    return status == failed || status == cancelled;
}

}  // namespace goldsmith::workflow
