// References in texts: `{{ Name }}`, `{{ build.Step.outputs.stdout }}`, `{{ env:HOME }}` and so on.
//
// Pure functions; used by the document checks and by the executor. Text in double braces that has
// no form of a reference is not an expression: it stays as written (`{{.Id}}`, `{{ range . }}`).
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace goldsmith::documents {

/// A parameter or a constant.
struct NameReference {
    std::string name;
};
/// An input or output of a step of the same document.
struct ChainReference {
    std::string phase;
    std::string step;
    bool outputs = false;  ///< else inputs
    std::size_t index = 0;
    std::string key;
};
/// `loop.value`, `<loop name>.index`.
struct LoopReference {
    std::string name;
    bool index = false;  ///< else value
};
struct EnvironmentReference {
    std::string name;
};
struct MetadataReference {
    std::string path;  ///< below meta-data/
};
/// An SSM parameter: its name, or where its name comes from.
struct SsmReference {
    std::string name;
    bool resolve_name = false;    ///< the name is the value of the parameter or constant `name`
    bool resolve_nested = false;  ///< the name is the value of the SSM parameter `name`
};
struct ContextReference {
    std::string key;
};

using Expression = std::variant<NameReference, ChainReference, LoopReference, EnvironmentReference,
                                MetadataReference, SsmReference, ContextReference>;

/// Parses what stands between the braces, blanks around it removed. Nothing when it fits no form.
std::optional<Expression> parse_expression(std::string_view body);

/// One occurrence in a text.
struct Occurrence {
    std::size_t offset = 0;  ///< of the first brace
    std::size_t length = 0;
    std::string_view body;  ///< trimmed; views into the text
    Expression expression;
};

/// All expressions of a text, from left to right. Linear in the text's length.
std::vector<Occurrence> find_expressions(std::string_view text);

/// True when the text holds at least one expression.
bool has_expression(std::string_view text);

/// The value for an occurrence; nothing leaves it as written. May throw.
using Resolver = std::function<std::optional<std::string>(const Occurrence&)>;

/// Replaces each expression once; inserted text is not looked at again.
std::string expand(std::string_view text, const Resolver& resolve);

/// 3 to 128 characters of [A-Za-z0-9_-].
bool is_name(std::string_view text);
/// Only the characters of a name; any length but zero.
bool has_name_characters(std::string_view text);

}  // namespace goldsmith::documents
