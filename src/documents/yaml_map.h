// YamlMap reads one mapping against a fixed set of keys and reports everything that does not fit.
// Used by the document parsers. Borrows the node and the sink; for use on one thread within one
// parse.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "documents/yaml.h"

namespace goldsmith::documents {

class YamlMap {
public:
    /// Reports keys outside `keys`, with a suggestion. `prefix` starts every message ("" or a text
    /// that ends in a line break or blank); `what` names the mapping ("phase 'build'"). A node that
    /// is not a mapping is reported once and then reads as empty.
    YamlMap(const YamlNode& node, std::span<const std::string_view> keys, DiagnosticSink& sink,
            std::string prefix, std::string what);

    /// The value, or null when absent or YAML null (the two are the same for optional fields).
    const YamlNode* find(std::string_view key) const;
    /// As find, and reports when absent.
    const YamlNode* require(std::string_view key) const;

    std::optional<std::string> text(std::string_view key) const;
    std::optional<std::string> require_text(std::string_view key) const;
    std::optional<bool> flag(std::string_view key) const;
    std::optional<std::int64_t> integer(std::string_view key) const;
    /// Null when absent; reports when present and not a list.
    const YamlNode* list(std::string_view key) const;

    void error(Position position, const std::string& detail) const;
    Position position() const { return node_.position; }
    /// False when the node was no mapping at all.
    bool readable() const { return node_.is_mapping(); }

private:
    const YamlNode& node_;
    DiagnosticSink& sink_;
    std::string prefix_;
    std::string what_;
};

}  // namespace goldsmith::documents
