// A YAML text as a tree in which every node knows its place and keeps its characters.
//
// Used by the parsers of component documents, workflow documents and build files. A scalar is text:
// `0700`, `1.10` and `012345678901` stay as written, because the field that receives the scalar
// decides what it means, not YAML. JSON is YAML, so JSON input works too.
//
// Hostile input is expected: size, depth and the number of nodes (after aliases are expanded) are
// bounded, so a parse takes memory and time in proportion to the input's length. Values; a tree
// that nobody changes may be read from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "documents/diagnostics.h"

namespace goldsmith::documents {

struct YamlEntry;

struct YamlNode {
    enum class Kind { null, scalar, sequence, mapping };

    Kind kind = Kind::null;
    Position position;
    /// Scalars: the characters after YAML unquoting and before any conversion. Empty for null.
    std::string text;
    /// Scalars: written without quotes and not as a block, so `1` may be meant as a number.
    bool plain = false;
    std::vector<YamlNode> items;     ///< of a sequence
    std::vector<YamlEntry> entries;  ///< of a mapping, in source order; keys are unique

    bool is_null() const { return kind == Kind::null; }
    bool is_scalar() const { return kind == Kind::scalar; }
    bool is_sequence() const { return kind == Kind::sequence; }
    bool is_mapping() const { return kind == Kind::mapping; }

    /// The value under `key` of a mapping, or null when absent (a YAML null value is present: check
    /// is_null()). Null for other kinds.
    const YamlNode* find(std::string_view key) const;

    /// "null", "a string", "a list" or "a map": for messages.
    std::string_view kind_name() const;
};

struct YamlEntry {
    std::string key;
    Position key_position;
    YamlNode value;
};

struct YamlLimits {
    std::size_t bytes = std::size_t{4} << 20;
    std::size_t nodes = 200'000;  ///< counted after expanding aliases
    int depth = 64;
};

/// Parses exactly one document. Accepts a byte order mark and CRLF. Throws DocumentErrors on
/// invalid UTF-8, control characters, syntax errors, duplicate keys, keys that are not scalars,
/// application tags (`!Sub`), several documents, and everything beyond `limits`. An empty text is a
/// null node.
YamlNode parse_yaml(std::string_view text, const std::string& file, const YamlLimits& limits = {});

/// Decoding of scalars by their target. Each returns nullopt when the text does not fit.
std::optional<bool> yaml_bool(const YamlNode& node);         ///< true/false, YAML 1.1 yes/no/on/off
std::optional<std::int64_t> yaml_int(const YamlNode& node);  ///< decimal, 0x.., 0o..; quoted too

}  // namespace goldsmith::documents
