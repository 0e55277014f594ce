#include <chrono>

#include "daemon/config_keys.h"

namespace goldsmith::daemon {

namespace {

Setter size_of(std::size_t Config::*member, std::int64_t minimum, std::int64_t maximum) {
    return number_of(minimum, maximum, [member](Config& config, std::int64_t value) {
        config.*member = static_cast<std::size_t>(value);
    });
}

Setter seconds_of(std::chrono::seconds Config::*member) {
    return number_of(1, 86'400, [member](Config& config, std::int64_t value) {
        config.*member = std::chrono::seconds(value);
    });
}

Setter rate_of(Rate ThrottleRates::*rate, double Rate::*member) {
    return number_of(1, 1'000'000, [rate, member](Config& config, std::int64_t value) {
        config.throttle.*rate.*member = static_cast<double>(value);
    });
}

void set_throttling(const YamlNode& node, Config& config, DiagnosticSink& errors) {
    if (!node.is_scalar() || (node.text != "on" && node.text != "off")) {
        errors.error(node.position, "expected one of on, off");
        return;
    }
    config.throttle.enabled = node.text == "on";
}

void set_tls_names(const YamlNode& node, Config& config, DiagnosticSink& errors) {
    if (!node.is_sequence()) {
        errors.error(node.position, "expected a list of host names and addresses");
        return;
    }
    config.tls_names.clear();
    for (const YamlNode& item : node.items) {
        constexpr std::string_view allowed =
            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.:*";
        if (!item.is_scalar() || item.text.empty() ||
            item.text.find_first_not_of(allowed) != std::string::npos) {
            errors.error(item.position, "expected a host name or an address");
            continue;
        }
        config.tls_names.push_back(item.text);
    }
}

}  // namespace

Setters edge_setters() {
    return {
        {"max_body_mib", number_of(1, 1024,
                                   [](Config& c, std::int64_t v) {
                                       c.max_body_size =
                                           base::ByteSize::mib(static_cast<std::uint64_t>(v));
                                   })},
        {"max_header_kib", number_of(4, 1024,
                                     [](Config& c, std::int64_t v) {
                                         c.max_header_size =
                                             base::ByteSize::kib(static_cast<std::uint64_t>(v));
                                     })},
        {"max_connections", size_of(&Config::max_connections, 1, 100'000)},
        {"max_connections_per_address", size_of(&Config::max_connections_per_address, 0, 100'000)},
        {"http_threads", size_of(&Config::http_threads, 1, 256)},
        {"handshake_timeout_seconds", seconds_of(&Config::handshake_timeout)},
        {"header_timeout_seconds", seconds_of(&Config::header_timeout)},
        {"body_timeout_seconds", seconds_of(&Config::body_timeout)},
        {"queue_timeout_seconds", seconds_of(&Config::queue_timeout)},
        {"write_timeout_seconds", seconds_of(&Config::write_timeout)},
        {"idle_timeout_seconds", seconds_of(&Config::idle_timeout)},
        {"tls", one_of(&Config::tls, {"off", "generated", "files"})},
        {"tls_certificate", text_of(&Config::tls_certificate)},
        {"tls_key", text_of(&Config::tls_key)},
        {"tls_names", set_tls_names},
        {"audit_file_mib", number_of(1, 4096,
                                     [](Config& c, std::int64_t v) {
                                         c.audit_file_size =
                                             base::ByteSize::mib(static_cast<std::uint64_t>(v));
                                     })},
        {"audit_keep_days",
         number_of(0, 36'500,
                   [](Config& c, std::int64_t v) { c.audit_keep_days = static_cast<int>(v); })},
        {"throttling", set_throttling},
        {"throttle_read_per_second", rate_of(&ThrottleRates::read, &Rate::per_second)},
        {"throttle_read_burst", rate_of(&ThrottleRates::read, &Rate::burst)},
        {"throttle_write_per_second", rate_of(&ThrottleRates::write, &Rate::per_second)},
        {"throttle_write_burst", rate_of(&ThrottleRates::write, &Rate::burst)},
        {"throttle_build_per_second", rate_of(&ThrottleRates::build, &Rate::per_second)},
        {"throttle_build_burst", rate_of(&ThrottleRates::build, &Rate::burst)},
    };
}

}  // namespace goldsmith::daemon
