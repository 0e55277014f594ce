#include "guest/net/url.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include "base/encoding.h"

namespace goldsmith::guest {
namespace {

constexpr std::size_t longest_url = 16 * 1024;

bool is_alphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

std::string lower(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return result;
}

/// What may stand in a request line stays, everything else is encoded; a '%' that begins no escape,
/// too.
std::string encoded_target(std::string_view text) {
    constexpr std::string_view kept = "-._~:/?[]@!$&'()*+,;=%";
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const bool escape =
            c == '%' && base::percent_decode(text.substr(i, 3)).has_value() && text.size() - i >= 3;
        if (is_alphanumeric(c) ||
            (kept.find(c) != std::string_view::npos && (c != '%' || escape))) {
            result += c;
        } else {
            result += base::percent_encode(std::string_view(&c, 1));
        }
    }
    return result;
}

/// A scheme and its colon at the start.
std::size_t scheme_length(std::string_view text) {
    std::size_t length = 0;
    while (length < text.size() && (is_alphanumeric(text[length]) || text[length] == '+' ||
                                    text[length] == '-' || text[length] == '.')) {
        ++length;
    }
    return length > 0 && length < text.size() && text[length] == ':' ? length : 0;
}

std::uint16_t parse_port(std::string_view text, bool tls) {
    if (text.empty()) {
        return tls ? 443 : 80;
    }
    std::uint16_t port = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), port);
    if (read.ec != std::errc() || read.ptr != text.data() + text.size() || port == 0) {
        throw UrlError("the port of the URL must be a number from 1 to 65535");
    }
    return port;
}

std::string parse_host(std::string_view text) {
    const bool address = text.find(':') != std::string_view::npos;
    const bool good = std::ranges::all_of(text, [address](char c) {
        return is_alphanumeric(c) || c == '.' ||
               (address ? c == ':' || c == '%' : c == '-' || c == '_');
    });
    if (text.empty() || text.size() > 255 || !good) {
        throw UrlError("the URL names no host that could exist");
    }
    return lower(text);
}

void parse_authority(std::string_view text, Url& url) {
    if (const std::size_t at = text.rfind('@'); at != std::string_view::npos) {
        url.user_info = base::percent_decode(text.substr(0, at)).value_or("");
        text.remove_prefix(at + 1);
    }
    std::string_view host = text;
    std::string_view port;
    if (text.starts_with('[')) {
        const std::size_t close = text.find(']');
        if (close == std::string_view::npos) {
            throw UrlError("the URL has a '[' without ']'");
        }
        host = text.substr(1, close - 1);
        const std::string_view rest = text.substr(close + 1);
        if (!rest.empty() && rest.front() != ':') {
            throw UrlError("the URL has something between ']' and the port");
        }
        port = rest.empty() ? rest : rest.substr(1);
        if (host.find(':') == std::string_view::npos) {
            throw UrlError("only an IPv6 address stands in brackets");
        }
    } else if (const std::size_t colon = text.find(':'); colon != std::string_view::npos) {
        host = text.substr(0, colon);
        port = text.substr(colon + 1);
    }
    url.host = parse_host(host);
    url.port = parse_port(port, url.tls);
}

/// RFC 3986, 5.2.4.
std::string without_dots(std::string_view path) {
    std::vector<std::string_view> kept;
    bool folder = false;
    for (std::size_t begin = 1; begin <= path.size();) {
        const std::size_t end = std::min(path.find('/', begin), path.size());
        const std::string_view segment = path.substr(begin, end - begin);
        folder = segment == "." || segment == "..";
        if (segment == ".." && !kept.empty()) {
            kept.pop_back();
        } else if (!folder) {
            kept.push_back(segment);
        }
        begin = end + 1;
    }
    std::string result;
    for (const std::string_view segment : kept) {
        result.append("/").append(segment);
    }
    return folder || result.empty() ? result + "/" : result;
}

}  // namespace

std::string Url::authority() const {
    std::string text = host.find(':') == std::string::npos ? host : "[" + host + "]";
    return port == (tls ? 443 : 80) ? text : text + ":" + std::to_string(port);
}

std::string Url::origin() const {
    return (tls ? "https://" : "http://") + authority();
}

std::string Url::path() const {
    return target.substr(0, target.find('?'));
}

std::string Url::shown() const {
    return origin() + path();
}

Url parse_url(std::string_view text) {
    constexpr std::string_view blank = " \t\r\n";
    const std::size_t first = text.find_first_not_of(blank);
    text = first == std::string_view::npos
               ? std::string_view()
               : text.substr(first, text.find_last_not_of(blank) - first + 1);
    if (text.size() > longest_url) {
        throw UrlError("the URL is longer than 16 KiB");
    }
    text = text.substr(0, text.find('#'));
    const std::string scheme = lower(text.substr(0, scheme_length(text)));
    if (scheme != "http" && scheme != "https") {
        throw UrlError("a URL must begin with http:// or https://");
    }
    text.remove_prefix(scheme.size() + 1);
    if (!text.starts_with("//")) {
        throw UrlError("a URL must begin with http:// or https://");
    }
    text.remove_prefix(2);
    Url url;
    url.tls = scheme == "https";
    const std::size_t end = std::min(text.find_first_of("/?"), text.size());
    parse_authority(text.substr(0, end), url);
    url.target = encoded_target(text.substr(end));
    if (!url.target.starts_with('/')) {
        url.target.insert(0, "/");
    }
    return url;
}

Url resolve_reference(const Url& base, std::string_view reference) {
    if (scheme_length(reference) > 0) {
        return parse_url(reference);
    }
    const std::string scheme = base.tls ? "https:" : "http:";
    if (reference.starts_with("//")) {
        return parse_url(scheme + std::string(reference));
    }
    if (reference.size() > longest_url) {
        throw UrlError("the URL is longer than 16 KiB");
    }
    reference = reference.substr(0, reference.find('#'));
    Url url = base;
    if (reference.empty()) {
        return url;
    }
    std::string target = encoded_target(reference);
    if (target.starts_with('?')) {
        url.target = base.path() + target;
        return url;
    }
    if (!target.starts_with('/')) {
        const std::string folder = base.path();
        target.insert(0, folder.substr(0, folder.rfind('/') + 1));
    }
    const std::size_t query = std::min(target.find('?'), target.size());
    url.target = without_dots(std::string_view(target).substr(0, query)) + target.substr(query);
    return url;
}

std::string last_segment(const Url& url) {
    const std::string path = url.path();
    const std::string segment = path.substr(path.rfind('/') + 1);
    return base::percent_decode(segment).value_or(segment);
}

}  // namespace goldsmith::guest
