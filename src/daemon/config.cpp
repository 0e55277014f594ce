#include "daemon/config.h"

#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "daemon/config_keys.h"
#include "documents/diagnostics.h"
#include "documents/suggestion.h"
#include "documents/yaml.h"

namespace goldsmith::daemon {

namespace {

void set_regions(const YamlNode& node, Config& config, DiagnosticSink& errors) {
    if (!node.is_sequence() || node.items.empty()) {
        errors.error(node.position, "expected a list of region names");
        return;
    }
    config.regions.clear();
    for (const YamlNode& item : node.items) {
        constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyz0123456789-";
        if (!item.is_scalar() || item.text.empty() ||
            item.text.find_first_not_of(allowed) != std::string::npos) {
            errors.error(item.position, "a region name has lower-case letters, digits and '-'");
            continue;
        }
        config.regions.push_back(item.text);
    }
}

void set_account(const YamlNode& node, Config& config, DiagnosticSink& errors) {
    if (!node.is_scalar() || node.text.size() != 12 ||
        node.text.find_first_not_of("0123456789") != std::string::npos) {
        errors.error(node.position, "an account is 12 digits");
        return;
    }
    config.account = node.text;
}

void set_quotas(const YamlNode& node, Config& config, DiagnosticSink& errors) {
    if (!node.is_mapping()) {
        errors.error(node.position, "expected a map of quotas to whole numbers");
        return;
    }
    for (const documents::YamlEntry& entry : node.entries) {
        const auto names = service::quota_names();
        const auto found = std::find_if(names.begin(), names.end(),
                                        [&](const auto& quota) { return quota.name == entry.key; });
        if (found == names.end()) {
            std::vector<std::string_view> known;
            for (const auto& quota : names) {
                known.push_back(quota.name);
            }
            errors.error(entry.key_position, "unknown quota '" + entry.key + "'" +
                                                 documents::did_you_mean(entry.key, known));
            continue;
        }
        number_of(0, 1'000'000'000, [&](Config& c, std::int64_t value) {
            c.quotas.*(found->value) = value;
        })(entry.value, config, errors);
    }
}

Setters own_setters() {
    return {
        {"account", set_account},
        {"regions", set_regions},
        {"driver", one_of(&Config::driver, {"auto", "vm", "container", "fake"})},
        {"debian_mirror", text_of(&Config::debian_mirror)},
        {"image_mirror", text_of(&Config::image_mirror)},
        {"log_level", one_of(&Config::log_level, {"debug", "info", "warning", "error"})},
        {"max_parallel_builds",
         number_of(1, 10'000,
                   [](Config& c, std::int64_t v) { c.max_parallel_builds = static_cast<int>(v); })},
        {"disk_cache_gib", number_of(1, 1'000'000,
                                     [](Config& c, std::int64_t v) {
                                         c.disk_cache_size =
                                             base::ByteSize::gib(static_cast<std::uint64_t>(v));
                                     })},
        {"compression_level",
         number_of(-7, 19,
                   [](Config& c, std::int64_t v) { c.compression_level = static_cast<int>(v); })},
        {"quotas", set_quotas},
        {"networks", set_networks},
        {"security_groups", set_security_groups},
        {"lifecycle_interval_minutes", number_of(1, 525'600,
                                                 [](Config& c, std::int64_t v) {
                                                     c.lifecycle_interval = std::chrono::minutes(v);
                                                 })},
        {"import_max_disk_gib", number_of(1, 65'536,
                                          [](Config& c, std::int64_t v) {
                                              c.import_max_disk = base::ByteSize::gib(
                                                  static_cast<std::uint64_t>(v));
                                          })},
        {"import_from_local_addresses", truth_of(&Config::import_from_local_addresses)},
        {"notifications_to_local_addresses", truth_of(&Config::notifications_to_local_addresses)},
        {"action_threads", number_of(1, 256,
                                     [](Config& c, std::int64_t v) {
                                         c.action_threads = static_cast<std::size_t>(v);
                                     })},
    };
}

const Setters& setters() {
    static const Setters table = [] {
        Setters all = own_setters();
        all.merge(edge_setters());
        return all;
    }();
    return table;
}

std::string unknown_key(std::string_view key) {
    std::vector<std::string_view> known;
    for (const auto& [name, setter] : setters()) {
        known.push_back(name);
    }
    return "unknown key '" + std::string(key) + "'" + documents::did_you_mean(key, known);
}

}  // namespace

void load_config(const base::Path& file, Config& config) {
    const YamlNode root = documents::parse_yaml(base::read_file(file, 1 << 20), file.string());
    DiagnosticSink errors(file.string());
    if (!root.is_null() && !root.is_mapping()) {
        errors.error(root.position, "a configuration is a map of keys to values");
    }
    for (const documents::YamlEntry& entry : root.entries) {
        const auto setter = setters().find(entry.key);
        if (setter == setters().end()) {
            errors.error(entry.key_position, unknown_key(entry.key));
        } else {
            setter->second(entry.value, config, errors);
        }
    }
    errors.throw_if_any();
}

void set_listen_address(std::string_view text, Config& config) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) {
        throw base::Error("--listen wants HOST:PORT, not '" + std::string(text) + "'");
    }
    std::string_view host = text.substr(0, colon);
    if (host.size() >= 2 && host.front() == '[' && host.back() == ']') {
        host = host.substr(1, host.size() - 2);
    }
    const std::string_view port = text.substr(colon + 1);
    const auto [end, error] =
        std::from_chars(port.data(), port.data() + port.size(), config.listen_port);
    if (error != std::errc() || end != port.data() + port.size()) {
        throw base::Error("'" + std::string(port) + "' is not a port (0 to 65535)");
    }
    config.listen_host = host.empty() ? "127.0.0.1" : std::string(host);
}

}  // namespace goldsmith::daemon
