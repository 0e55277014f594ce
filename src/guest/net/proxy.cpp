#include "guest/net/proxy.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace goldsmith::guest {
namespace {

std::string first_of(const Environment& environment, std::initializer_list<const char*> names) {
    for (const char* name : names) {
        if (std::string value = environment(name); !value.empty()) {
            return value;
        }
    }
    return "";
}

struct Address {
    int family = 0;
    unsigned char bytes[16] = {};
};

std::optional<Address> parse_address(const std::string& text) {
    Address address;
    for (const int family : {AF_INET, AF_INET6}) {
        if (::inet_pton(family, text.c_str(), address.bytes) == 1) {
            address.family = family;
            return address;
        }
    }
    return std::nullopt;
}

/// "10.0.0.0/8"
bool in_network(const std::string& host, std::string_view network) {
    const std::size_t slash = network.find('/');
    const auto address = parse_address(host);
    const auto base = parse_address(std::string(network.substr(0, slash)));
    int bits = 0;
    const std::string_view length = network.substr(slash + 1);
    std::from_chars(length.data(), length.data() + length.size(), bits);
    if (!address || !base || address->family != base->family || bits < 0 ||
        bits > (base->family == AF_INET ? 32 : 128)) {
        return false;
    }
    const int whole = bits / 8;
    if (std::memcmp(address->bytes, base->bytes, static_cast<std::size_t>(whole)) != 0) {
        return false;
    }
    const int rest = bits % 8;
    return rest == 0 || ((address->bytes[whole] ^ base->bytes[whole]) >> (8 - rest)) == 0;
}

bool matches_entry(const Url& url, std::string_view entry) {
    if (entry == "*") {
        return true;
    }
    if (entry.find('/') != std::string_view::npos) {
        return in_network(url.host, entry);
    }
    if (entry.starts_with('[')) {
        const std::size_t close = entry.find(']');
        entry = entry.substr(1, close == std::string_view::npos ? close : close - 1);
    } else if (const std::size_t colon = entry.find(':');
               colon != std::string_view::npos && colon == entry.rfind(':')) {
        if (entry.substr(colon + 1) != std::to_string(url.port)) {
            return false;
        }
        entry = entry.substr(0, colon);
    }
    if (entry.starts_with("*.")) {
        entry.remove_prefix(1);
    }
    if (entry.starts_with('.')) {
        entry.remove_prefix(1);
    }
    if (entry.empty()) {
        return false;
    }
    std::string name(entry);
    std::ranges::transform(name, name.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return url.host == name ||
           (url.host.ends_with(name) && url.host[url.host.size() - name.size() - 1] == '.');
}

}  // namespace

bool is_excluded_from_proxy(const Url& url, std::string_view list) {
    for (std::size_t begin = 0; begin < list.size();) {
        const std::size_t end = std::min(list.find_first_of(", ", begin), list.size());
        const std::string_view entry = list.substr(begin, end - begin);
        if (!entry.empty() && matches_entry(url, entry)) {
            return true;
        }
        begin = end + 1;
    }
    return false;
}

std::optional<Url> proxy_for(const Url& url, const Environment& environment) {
    // HTTP_PROXY in capitals is not read: in a CGI program a client can set it.
    const std::string text =
        url.tls ? first_of(environment, {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"})
                : first_of(environment, {"http_proxy", "all_proxy", "ALL_PROXY"});
    if (text.empty() ||
        is_excluded_from_proxy(url, first_of(environment, {"no_proxy", "NO_PROXY"}))) {
        return std::nullopt;
    }
    const bool has_scheme = text.find("://") != std::string::npos;
    if (has_scheme && !text.starts_with("http://")) {
        throw UrlError("only proxies that are reached over http:// are supported; see " +
                       std::string(url.tls ? "https_proxy" : "http_proxy"));
    }
    return parse_url(has_scheme ? text : "http://" + text);
}

}  // namespace goldsmith::guest
