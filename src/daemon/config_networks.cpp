// The keys `networks` and `security_groups` (docs/configuration.md).
#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <set>

#include "daemon/config_keys.h"
#include "documents/suggestion.h"

namespace goldsmith::daemon {

namespace {

namespace runner = api::runner;

constexpr std::string_view name_characters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
constexpr std::size_t longest_name = 64;

/// Reports keys of a map that are none of `known`. False when it is no map.
bool check_keys(const YamlNode& node, std::vector<std::string_view> known, DiagnosticSink& errors) {
    if (!node.is_mapping()) {
        errors.error(node.position, "expected a map");
        return false;
    }
    for (const documents::YamlEntry& entry : node.entries) {
        if (std::ranges::find(known, entry.key) == known.end()) {
            errors.error(entry.key_position, "unknown key '" + entry.key + "'" +
                                                 documents::did_you_mean(entry.key, known));
        }
    }
    return true;
}

const YamlNode* member(const YamlNode& node, std::string_view name) {
    for (const documents::YamlEntry& entry : node.entries) {
        if (entry.key == name) {
            return &entry.value;
        }
    }
    return nullptr;
}

std::optional<std::string> text(const YamlNode& node, std::string_view name,
                                DiagnosticSink& errors) {
    const YamlNode* value = member(node, name);
    if (value == nullptr) {
        return std::nullopt;
    }
    if (!value->is_scalar()) {
        errors.error(value->position, "expected a string");
        return std::nullopt;
    }
    return value->text;
}

struct Ports {
    std::int32_t from = 0;
    std::int32_t to = 0;
};

/// "443" or "8000-8080".
std::optional<Ports> ports_of(const std::string& text) {
    const std::size_t dash = std::min(text.find('-'), text.size());
    const auto number = [](std::string_view part) {
        std::int32_t value = 0;
        const auto [end, failed] = std::from_chars(part.data(), part.data() + part.size(), value);
        const bool good = failed == std::errc() && end == part.data() + part.size();
        return good && value >= 1 && value <= 65535 ? value : 0;
    };
    const std::string_view view = text;
    Ports ports;
    ports.from = number(view.substr(0, dash));
    ports.to = dash == text.size() ? ports.from : number(view.substr(dash + 1));
    return ports.from != 0 && ports.to >= ports.from ? std::optional(ports) : std::nullopt;
}

std::optional<runner::EgressProtocol> protocol_of(const std::string& text) {
    using enum runner::EgressProtocol;
    return text == "all"    ? std::optional(all)
           : text == "tcp"  ? std::optional(tcp)
           : text == "udp"  ? std::optional(udp)
           : text == "icmp" ? std::optional(icmp)
                            : std::nullopt;
}

/// One rule of the file is a rule for each of its ports.
void add_rules(const YamlNode& node, std::vector<runner::EgressRule>& rules,
               DiagnosticSink& errors) {
    if (!check_keys(node, {"host", "cidr", "protocol", "ports"}, errors)) {
        return;
    }
    runner::EgressRule rule;
    rule.host = text(node, "host", errors);
    rule.cidr = text(node, "cidr", errors);
    if (rule.host.has_value() == rule.cidr.has_value()) {
        errors.error(node.position, "a rule names either a host or a cidr");
    }
    rule.protocol = protocol_of(text(node, "protocol", errors).value_or("all"));
    if (!rule.protocol) {
        errors.error(member(node, "protocol")->position, "expected one of all, tcp, udp, icmp");
    }
    const YamlNode* ports = member(node, "ports");
    if (ports == nullptr) {
        rules.push_back(rule);
        return;
    }
    if (!ports->is_sequence() || ports->items.empty()) {
        errors.error(ports->position, "expected a list of ports such as [80, 8000-8080]");
        return;
    }
    for (const YamlNode& item : ports->items) {
        const auto range = item.is_scalar() ? ports_of(item.text) : std::nullopt;
        if (!range) {
            errors.error(item.position,
                         "expected a port (1 to 65535) or a range such as 8000-8080");
            continue;
        }
        rule.from_port = range->from;
        rule.to_port = range->to;
        rules.push_back(rule);
    }
}

/// Nothing without the key.
std::optional<std::vector<runner::EgressRule>> egress_of(const YamlNode& node,
                                                         DiagnosticSink& errors) {
    const YamlNode* list = member(node, "egress");
    if (list == nullptr) {
        return std::nullopt;
    }
    std::vector<runner::EgressRule> rules;
    if (!list->is_sequence() && !list->is_null()) {
        errors.error(list->position, "expected a list of rules");
    }
    for (const YamlNode& item : list->items) {
        add_rules(item, rules, errors);
    }
    return rules;
}

bool is_name(const documents::YamlEntry& entry, DiagnosticSink& errors) {
    const bool good = !entry.key.empty() && entry.key.size() <= longest_name &&
                      entry.key.find_first_not_of(name_characters) == std::string::npos;
    if (!good) {
        errors.error(entry.key_position, "a name has letters, digits, '-' and '_'");
    }
    return good;
}

/// "http://127.0.0.1:3142", "http://[::1]:3142/".
bool is_proxy(const std::string& url) {
    constexpr std::string_view scheme = "http://";
    std::string rest = url.starts_with(scheme) ? url.substr(scheme.size()) : "";
    if (rest.ends_with('/')) {
        rest.pop_back();
    }
    const std::size_t colon = rest.rfind(':');
    return colon != std::string::npos && colon > 0 &&
           rest.substr(0, colon).find_first_of("/@ ") == std::string::npos &&
           ports_of(rest.substr(colon + 1)).has_value() &&
           rest.find('-', colon) == std::string::npos;
}

/// "10.9.0.7/24" -> "10.9.0.0/24"; nothing for what is no such address.
std::optional<std::string> block_of(const std::string& address) {
    const std::size_t slash = std::min(address.find('/'), address.size());
    in_addr parsed{};
    unsigned bits = 0;
    const char* end = address.data() + address.size();
    if (slash == address.size() ||
        ::inet_pton(AF_INET, address.substr(0, slash).c_str(), &parsed) != 1) {
        return std::nullopt;
    }
    const auto [stop, failed] = std::from_chars(address.data() + slash + 1, end, bits);
    if (failed != std::errc() || stop != end || bits < 1 || bits > 32) {
        return std::nullopt;
    }
    parsed.s_addr &= htonl(~std::uint32_t{0} << (32 - bits));
    char text[INET_ADDRSTRLEN] = {};
    ::inet_ntop(AF_INET, &parsed, text, sizeof text);
    return text + address.substr(slash);
}

void read_bridge(const YamlNode& node, api::NamedNetwork& network, DiagnosticSink& errors) {
    network.network.bridge = text(node, "bridge", errors);
    network.network.bridge_router = text(node, "router", errors);
    const YamlNode* addresses = member(node, "addresses");
    if (!network.network.bridge || addresses == nullptr || !addresses->is_sequence() ||
        addresses->items.empty()) {
        errors.error(node.position,
                     "mode bridge needs `bridge` and `addresses`, a list such as [10.9.0.7/24]");
        return;
    }
    network.network.bridge_addresses.emplace();
    for (const YamlNode& item : addresses->items) {
        const auto block = block_of(item.text);
        if (!block) {
            errors.error(item.position,
                         "expected an address with the length of its network, as 10.9.0.7/24");
            continue;
        }
        network.cidr = *block;
        network.network.bridge_addresses->push_back(item.text);
    }
}

api::NamedNetwork network_of(const documents::YamlEntry& entry, DiagnosticSink& errors) {
    api::NamedNetwork network{.name = entry.key};
    const YamlNode& node = entry.value;
    network.network.name = entry.key;
    network.network.mode = runner::NetworkMode::nat;
    if (!check_keys(node,
                    {"mode", "description", "egress", "host_access", "bridge", "addresses",
                     "router", "proxy"},
                    errors)) {
        return network;
    }
    network.description = text(node, "description", errors).value_or("");
    const std::string mode = text(node, "mode", errors).value_or("nat");
    if (mode == "isolated") {
        network.network.mode = runner::NetworkMode::isolated;
    } else if (mode == "bridge") {
        network.network.mode = runner::NetworkMode::bridge;
        read_bridge(node, network, errors);
    } else if (mode != "nat") {
        errors.error(member(node, "mode")->position, "expected one of nat, isolated, bridge");
    }
    if (const auto access = text(node, "host_access", errors)) {
        network.network.host_access = *access == "true";
        if (*access != "true" && *access != "false") {
            errors.error(member(node, "host_access")->position, "expected true or false");
        }
    }
    network.network.proxy = text(node, "proxy", errors);
    if (network.network.proxy && !is_proxy(*network.network.proxy)) {
        errors.error(member(node, "proxy")->position, "expected http://HOST:PORT");
    }
    if (auto rules = egress_of(node, errors)) {
        network.network.egress = {{runner::EgressList{.rules = std::move(*rules)}}};
    }
    return network;
}

}  // namespace

void set_networks(const YamlNode& node, Config& config, DiagnosticSink& errors) {
    if (!node.is_mapping()) {
        errors.error(node.position, "expected a map of names to networks");
        return;
    }
    std::vector<api::NamedNetwork> networks;
    for (const documents::YamlEntry& entry : node.entries) {
        if (is_name(entry, errors)) {
            networks.push_back(network_of(entry, errors));
        }
    }
    config.networks = api::Networks(std::move(networks), config.networks.groups());
}

void set_security_groups(const YamlNode& node, Config& config, DiagnosticSink& errors) {
    if (!node.is_mapping()) {
        errors.error(node.position, "expected a map of names to security groups");
        return;
    }
    std::vector<api::NamedGroup> groups;
    for (const documents::YamlEntry& entry : node.entries) {
        if (is_name(entry, errors) && check_keys(entry.value, {"description", "egress"}, errors)) {
            groups.push_back({.name = entry.key,
                              .description = text(entry.value, "description", errors).value_or(""),
                              .egress = egress_of(entry.value, errors)});
        }
    }
    config.networks = api::Networks(config.networks.networks(), std::move(groups));
}

}  // namespace goldsmith::daemon
