// Semantic versions of Image Builder resources: <major>.<minor>.<patch>[/<build>], the wildcards of
// recipes and pipelines, and the next automatic version. Each of the first three nodes is
// 0..1073741823. Pure values, thread-safe. Parsers take hostile input: nothing on malformed text.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace goldsmith::api {

inline constexpr std::uint32_t version_node_limit = 1073741823;  // 2^30 - 1

/// A version without wildcards. Order is numeric, node by node, then by build.
struct Version {
    std::uint32_t major{};
    std::uint32_t minor{};
    std::uint32_t patch{};
    std::uint32_t build{};  // 0: a version, not a build of it

    auto operator<=>(const Version&) const = default;

    Version without_build() const { return {major, minor, patch, 0}; }
    /// "1.2.3", or "1.2.3/4" when there is a build.
    std::string text() const;
    /// "1.2.3" whatever the build.
    std::string semantic_text() const;
    /// The `semver` number of notifications, in decimal (it needs 120 bits):
    /// major<<90 | minor<<60 | patch<<30 | build.
    std::string packed() const;
};

/// "1.2.3" or "1.2.3/4". Leading zeros are accepted and compared numerically; a build of 0, a node
/// past the limit, wildcards and anything else are not.
std::optional<Version> parse_version(std::string_view text);

/// A version whose trailing nodes may be 'x'.
class VersionPattern {
public:
    /// "1.2.3", "1.2.x", "1.x.x", "x.x.x". Nothing when malformed, which includes a number right of
    /// an 'x' ("x.2.x").
    static std::optional<VersionPattern> parse(std::string_view text);
    static VersionPattern any() { return VersionPattern{{}, 0}; }
    static VersionPattern exactly(const Version& version);

    bool is_wildcard() const { return fixed_ < 3; }
    /// Whether the first three nodes fit; the build plays no part.
    bool matches(const Version& version) const;
    /// "1.x.x"
    std::string text() const;
    /// How many leading nodes are numbers: 0..3.
    int fixed_nodes() const { return fixed_; }

    /// The version an automatic version takes: the first 'x' from the left becomes (highest
    /// existing value beneath the fixed prefix) + 1, or 0 when there is none, and nodes right of it
    /// become 0. "x.x.x" starts at 1.0.0. Without wildcards: the version itself. Nothing when the
    /// node would pass the limit.
    std::optional<Version> next(std::span<const Version> existing) const;

    bool operator==(const VersionPattern&) const = default;

private:
    VersionPattern(std::array<std::uint32_t, 3> nodes, int fixed) : nodes_(nodes), fixed_(fixed) {}

    std::array<std::uint32_t, 3> nodes_;
    int fixed_;
};

}  // namespace goldsmith::api
