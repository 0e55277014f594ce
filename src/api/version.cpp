#include "api/version.h"

#include <algorithm>
#include <charconv>

namespace goldsmith::api {

namespace {

constexpr std::uint32_t build_limit = version_node_limit;

/// Digits only: no sign, no blank.
std::optional<std::uint32_t> parse_node(std::string_view text, std::uint32_t limit) {
    std::uint32_t node = 0;
    const auto* end = text.data() + text.size();
    const auto result = std::from_chars(text.data(), end, node);
    if (text.empty() || result.ec != std::errc{} || result.ptr != end || node > limit) {
        return std::nullopt;
    }
    return node;
}

/// "a.b.c" as three texts; nothing unless there are exactly three.
std::optional<std::array<std::string_view, 3>> split_nodes(std::string_view text) {
    const auto first = text.find('.');
    if (first == std::string_view::npos) {
        return std::nullopt;
    }
    const auto second = text.find('.', first + 1);
    if (second == std::string_view::npos || text.find('.', second + 1) != std::string_view::npos) {
        return std::nullopt;
    }
    return std::array{text.substr(0, first), text.substr(first + 1, second - first - 1),
                      text.substr(second + 1)};
}

std::array<std::uint32_t, 3> nodes_of(const Version& version) {
    return {version.major, version.minor, version.patch};
}

}  // namespace

std::string Version::semantic_text() const {
    return std::to_string(major) + '.' + std::to_string(minor) + '.' + std::to_string(patch);
}

std::string Version::text() const {
    return build == 0 ? semantic_text() : semantic_text() + '/' + std::to_string(build);
}

std::string Version::packed() const {
    __extension__ using Wide = unsigned __int128;
    Wide number = major;
    for (const std::uint32_t node : {minor, patch, build}) {
        number = (number << 30) | node;
    }
    std::string digits;
    do {
        digits.push_back(static_cast<char>('0' + static_cast<int>(number % 10)));
        number /= 10;
    } while (number != 0);
    std::reverse(digits.begin(), digits.end());
    return digits;
}

std::optional<Version> parse_version(std::string_view text) {
    Version version;
    if (const auto slash = text.find('/'); slash != std::string_view::npos) {
        const auto build = parse_node(text.substr(slash + 1), build_limit);
        if (!build || *build == 0) {
            return std::nullopt;
        }
        version.build = *build;
        text = text.substr(0, slash);
    }
    const auto pattern = VersionPattern::parse(text);
    if (!pattern || pattern->is_wildcard()) {
        return std::nullopt;
    }
    auto parsed = pattern->next({});
    parsed->build = version.build;
    return parsed;
}

std::optional<VersionPattern> VersionPattern::parse(std::string_view text) {
    const auto parts = split_nodes(text);
    if (!parts) {
        return std::nullopt;
    }
    std::array<std::uint32_t, 3> nodes{};
    int fixed = 0;
    bool wildcard_seen = false;
    for (std::size_t index = 0; index < parts->size(); ++index) {
        if ((*parts)[index] == "x") {
            wildcard_seen = true;
            continue;
        }
        const auto node = parse_node((*parts)[index], version_node_limit);
        if (!node || wildcard_seen) {
            return std::nullopt;
        }
        nodes[index] = *node;
        ++fixed;
    }
    return VersionPattern{nodes, fixed};
}

VersionPattern VersionPattern::exactly(const Version& version) {
    return VersionPattern{nodes_of(version), 3};
}

bool VersionPattern::matches(const Version& version) const {
    const auto nodes = nodes_of(version);
    return std::equal(nodes_.begin(), nodes_.begin() + fixed_, nodes.begin());
}

std::string VersionPattern::text() const {
    std::string text;
    for (int index = 0; index < 3; ++index) {
        text += index == 0 ? "" : ".";
        text += index < fixed_ ? std::to_string(nodes_[static_cast<std::size_t>(index)]) : "x";
    }
    return text;
}

std::optional<Version> VersionPattern::next(std::span<const Version> existing) const {
    auto nodes = nodes_;
    if (is_wildcard()) {
        const auto open = static_cast<std::size_t>(fixed_);
        std::fill(nodes.begin() + fixed_, nodes.end(), 0U);
        nodes[open] = fixed_ == 0 ? 1 : 0;
        for (const auto& version : existing) {
            if (matches(version)) {
                nodes[open] = std::max(nodes[open], nodes_of(version)[open] + 1);
            }
        }
        if (nodes[open] > version_node_limit) {
            return std::nullopt;
        }
    }
    return Version{nodes[0], nodes[1], nodes[2], 0};
}

}  // namespace goldsmith::api
