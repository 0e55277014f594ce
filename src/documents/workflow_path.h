// Paths of workflow documents (`$.stepOutputs.Launch.instanceId`, `$.x.y[0].z`) and the places
// where they stand inside strings (`{{ $.path }}`). Used by the parser, which checks them, and by
// the evaluation, which follows them. Pure functions.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace goldsmith::documents {

struct WorkflowPath {
    using Segment = std::variant<std::string, std::size_t>;  ///< a member, or an index of a list
    std::string root;  ///< parameters, stepOutputs, workflowOutputs or imagebuilder
    std::vector<Segment> segments;

    /// The segment as a member name; empty if there is none or it is an index.
    std::string_view name(std::size_t segment) const;
};

/// Nothing if the text is not a path or its root is unknown.
std::optional<WorkflowPath> parse_path(std::string_view text);

/// A piece of a string: literal text, or the path of one {{ }}.
struct TemplatePart {
    bool is_path = false;
    std::string text;  ///< of a path: without braces and blanks
};

/// Splits at {{ }}. Braces around anything that does not begin with `$.` stay text, as commands may
/// hold them; so does an opening without its closing.
std::vector<TemplatePart> split_template(std::string_view text);

/// Variables of $.imagebuilder as documents spell them; `name` in any case. Empty: no such
/// variable.
std::string_view system_variable(std::string_view name);

}  // namespace goldsmith::documents
