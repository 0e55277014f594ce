#include "guest/net/network_settings.h"

#include <algorithm>
#include <charconv>

namespace goldsmith::guest {
namespace {

std::optional<int> number(const Environment& environment, const char* name, int most) {
    const std::string text = environment(name);
    if (text.empty()) {
        return std::nullopt;
    }
    int value = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    if (read.ec != std::errc() || read.ptr != text.data() + text.size() || value < 1 ||
        value > most) {
        throw base::Error(std::string(name) + " must be a whole number from 1 to " +
                          std::to_string(most) + ", not '" + text + "'");
    }
    return value;
}

}  // namespace

NetworkSettings network_settings(const Environment& environment) {
    NetworkSettings settings;
    if (const auto seconds = number(environment, "TOE_NETWORK_TIMEOUT_SECONDS", 86'400)) {
        settings.connection.idle = std::chrono::seconds(*seconds);
        settings.connection.connect =
            std::min(settings.connection.connect, settings.connection.idle);
    }
    if (const auto delay = number(environment, "TOE_RETRY_DELAY_MILLISECONDS", 60'000)) {
        settings.retry.first_delay = std::chrono::milliseconds(*delay);
        settings.retry.longest_delay =
            std::max(settings.retry.first_delay, settings.retry.longest_delay);
    }
    return settings;
}

}  // namespace goldsmith::guest
