#include "instances/network/network_settings.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cctype>
#include <charconv>

namespace goldsmith::instances {

namespace {

constexpr std::size_t kMostRules = 256;
constexpr std::size_t kLongestName = 253;
constexpr std::size_t kLongestInterface = 15;

std::string lower_without_dot(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (text.ends_with('.')) {
        text.pop_back();
    }
    return text;
}

bool is_range(const std::string& text) {
    const std::size_t slash = text.find('/');
    in_addr parsed{};
    if (::inet_pton(AF_INET, text.substr(0, slash).c_str(), &parsed) != 1) {
        return false;
    }
    if (slash == std::string::npos) {
        return true;
    }
    unsigned bits = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data() + slash + 1, end, bits);
    return error == std::errc() && stop == end && bits <= 32;
}

bool is_name(std::string text) {
    if (text.starts_with("*.")) {
        text.erase(0, 2);
    }
    text = lower_without_dot(std::move(text));
    constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyz0123456789-_.";
    return !text.empty() && text.size() <= kLongestName && text.front() != '.' &&
           text.find("..") == std::string::npos &&
           text.find_first_not_of(allowed) == std::string::npos;
}

bool is_interface(const std::string& text) {
    constexpr std::string_view allowed =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
    return !text.empty() && text.size() <= kLongestInterface &&
           text.find_first_not_of(allowed) == std::string::npos;
}

std::string problem_of_rule(const EgressRule& rule) {
    if (rule.host.empty() == rule.cidr.empty()) {
        return "a rule names either a host or a cidr";
    }
    if (!rule.host.empty() && !is_name(rule.host)) {
        return "'" + rule.host + "' is no host name";
    }
    if (!rule.cidr.empty() && !is_range(rule.cidr)) {
        return "'" + rule.cidr + "' is no IPv4 address or range";
    }
    if (rule.from_port > rule.to_port) {
        return "ports " + std::to_string(rule.from_port) + "-" + std::to_string(rule.to_port) +
               ": the first is the larger one";
    }
    if (rule.to_port != 0 && (rule.from_port == 0 || rule.protocol == Protocol::icmp)) {
        return "ports belong to tcp and udp and begin with 1";
    }
    return "";
}

std::string problem_of_bridge(const NetworkSettings& settings) {
    if (!is_interface(settings.bridge)) {
        return "'" + settings.bridge + "' is no name of a bridge";
    }
    if (settings.bridge_addresses.empty()) {
        return "it has no addresses";
    }
    for (const std::string& address : settings.bridge_addresses) {
        if (!is_range(address) || address.find('/') == std::string::npos) {
            return "'" + address + "' is no address with the length of its network";
        }
    }
    in_addr parsed{};
    if (!settings.bridge_router.empty() &&
        ::inet_pton(AF_INET, settings.bridge_router.c_str(), &parsed) != 1) {
        return "'" + settings.bridge_router + "' is no IPv4 address";
    }
    return "";
}

}  // namespace

std::string problem_of(const NetworkSettings& settings) {
    std::size_t rules = 0;
    for (const EgressList& list : settings.egress) {
        for (const EgressRule& rule : list) {
            if (std::string problem = problem_of_rule(rule); !problem.empty()) {
                return problem;
            }
            ++rules;
        }
    }
    if (rules > kMostRules) {
        return "there are more than " + std::to_string(kMostRules) + " rules";
    }
    return settings.mode == NetworkMode::bridge ? problem_of_bridge(settings) : "";
}

bool names(const EgressRule& rule, const std::string& host) {
    if (rule.host.empty()) {
        return false;
    }
    const std::string wanted = lower_without_dot(rule.host);
    const std::string given = lower_without_dot(host);
    if (!wanted.starts_with("*.")) {
        return given == wanted;
    }
    const std::string_view suffix = std::string_view(wanted).substr(1);
    return given.size() > suffix.size() && given.ends_with(suffix);
}

}  // namespace goldsmith::instances
