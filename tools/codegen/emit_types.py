"""C++ structs and enums: <family>_types.h and <family>_types.cpp."""

from names import cpp_type, literal, member_type, snake

_STANDARD = {"std::optional": "optional", "std::string": "string", "std::vector": "vector",
             "std::map": "map", "std::int": "cstdint"}


def types_header(service, family):
    structures = service.structures(family)
    enums = _enums(service, family)
    body = []
    for enum in enums:
        body += _enum(enum)
    for shape in structures:
        body += _structure(service, shape)
    text = "\n".join(body)
    includes = {name for token, name in _STANDARD.items() if token in text}
    if enums:
        includes.add("string_view")
    lines = ["#pragma once", ""] + [f"#include <{name}>" for name in sorted(includes)] + [""]
    own = [f"api/generated/{service.name}/{f}_types.h" for f in service.families_used(family)]
    if "base::Time" in text:
        own.append("base/clock.h")
    lines += [f'#include "{name}"' for name in sorted(own)] + ([""] if own else [])
    lines += [f"namespace goldsmith::api::{service.name} {{", ""] + body
    return lines + [f"}}  // namespace goldsmith::api::{service.name}"]


def types_source(service, family):
    """None for a family without enums."""
    enums = _enums(service, family)
    if not enums:
        return None
    lines = [f'#include "api/generated/{service.name}/{family}_types.h"', "",
             "#include <array>", "", '#include "api/enumeration.h"', "",
             f"namespace goldsmith::api::{service.name} {{", "", "namespace {", ""]
    for enum in enums:
        values = ", ".join(literal(v) for v in enum.values)
        lines.append(f"constexpr std::array<std::string_view, {len(enum.values)}> {snake(enum.name)}_texts{{{values}}};")
    lines += ["", "}  // namespace", ""]
    for enum in enums:
        texts = snake(enum.name) + "_texts"
        lines += [f"std::string_view to_string({enum.name} value) {{ return enum_text({texts}, value); }}",
                  f"bool from_string(std::string_view text, {enum.name}& value) {{ return find_enum({texts}, text, value); }}",
                  ""]
    return lines + [f"}}  // namespace goldsmith::api::{service.name}"]


def _enums(service, family):
    return [s for s in service.shapes.values() if s.kind == "enum" and s.family == family]


def _enum(shape):
    values = ", ".join(snake(v) for v in shape.values)
    return [f"enum class {shape.name} {{ {values} }};",
            f"std::string_view to_string({shape.name} value);",
            f"/// False, and `value` unchanged, when `text` names no {shape.name}.",
            f"bool from_string(std::string_view text, {shape.name}& value);", ""]


def _structure(service, shape):
    lines = [f"struct {shape.name} {{"]
    for member in shape.members:
        lines.append(f"    {member_type(service, member)} {snake(member.name)}{{}};")
    same = f"bool operator==(const {shape.name}&) const = default;"
    return lines + ([""] if shape.members else []) + [f"    {same}", "};", ""]
