"""From names of the model to names of C++."""

import re

_RESERVED = set("""
alignas alignof and and_eq asm auto bitand bitor bool break case catch char class compl concept const
const_cast constexpr continue decltype default delete do double dynamic_cast else enum explicit export
extern false float for friend goto if inline int long mutable namespace new noexcept not not_eq nullptr
operator or or_eq private protected public register reinterpret_cast requires return short signed sizeof
static static_assert static_cast struct switch template this throw true try typedef typeid typename union
unsigned using virtual void volatile wchar_t while xor xor_eq linux unix
""".split())  # linux and unix are macros of the GNU dialect


def snake(name):
    """snake_case: s3Logs -> s3_logs, AWSMarketplace -> aws_marketplace, macOS -> mac_os."""
    words = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name)
    words = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", words)
    text = re.sub(r"[^A-Za-z0-9]+", "_", words).lower().strip("_")
    return text + "_" if text in _RESERVED else text


def camel(name):
    """CamelCase type name of a snake_case family."""
    return "".join(word.capitalize() for word in name.split("_"))


def literal(text):
    """A C++ string literal."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def cpp_type(service, name):
    """The C++ type of a shape, without the optional of a member."""
    shape = service.shapes[name]
    plain = {"string": "std::string", "integer": "std::int32_t", "long": "std::int64_t",
             "double": "double", "boolean": "bool", "timestamp": "base::Time", "blob": "std::string"}
    if shape.kind in plain:
        return plain[shape.kind]
    if shape.kind == "list":
        return f"std::vector<{cpp_type(service, shape.element)}>"
    if shape.kind == "map":
        return f"std::map<{cpp_type(service, shape.key)}, {cpp_type(service, shape.element)}>"
    return shape.name


def member_type(service, member):
    inner = cpp_type(service, member.shape)
    return inner if member.required else f"std::optional<{inner}>"
