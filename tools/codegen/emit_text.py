"""Answers written as JSON text without a tree in between: <family>_text.h and <family>_text.cpp.

Only for what a JSON protocol sends as the canonical tree has it (api/encode.h, is_sent_as_it_is): no time in
another form than ISO-8601.
"""

from names import literal, snake

JSON_PROTOCOLS = ("rest-json", "json-1.1")


def written_structures(service, family):
    """The structures of a family that such answers are made of, each after the ones it contains."""
    wanted = _answer_structures(service)
    return [shape for shape in service.structures(family) if shape.name in wanted]


def _answer_structures(service):
    if service.protocol not in JSON_PROTOCOLS:
        return set()
    names = set()
    for operation in service.operations:
        reached = _reached(service, operation.output)
        if all(shape.time_format in ("", "iso8601") for shape in reached.values()):
            names |= {name for name, shape in reached.items() if shape.kind == "structure"}
    return names


def _reached(service, start):
    reached, waiting = {}, [start]
    while waiting:
        shape = waiting.pop()
        if shape.name not in reached:
            reached[shape.name] = shape
            used = [member.shape for member in shape.members] + [shape.element, shape.key]
            waiting += [service.shapes[name] for name in used if name]
    return reached


def text_header(service, family):
    lines = ["#pragma once", "", "#include <string>", "",
             f'#include "api/generated/{service.name}/{family}_types.h"', "",
             f"namespace goldsmith::api::{service.name} {{", ""]
    lines += [f"void append_text(std::string& text, const {shape.name}& value);"
              for shape in written_structures(service, family)]
    return lines + ["", f"}}  // namespace goldsmith::api::{service.name}"]


def text_source(service, family):
    own = [f"api/generated/{service.name}/{f}_text.h"
           for f in service.families_used(family) if written_structures(service, f)]
    lines = [f'#include "api/generated/{service.name}/{family}_text.h"', ""]
    lines += [f'#include "{name}"' for name in sorted(own + ["api/text_members.h"])]
    lines += ["", f"namespace goldsmith::api::{service.name} {{", ""]
    for shape in written_structures(service, family):
        lines += _writer(shape)
    return lines + ["", f"}}  // namespace goldsmith::api::{service.name}"]


def _writer(shape):
    if not shape.members:
        return [f'void append_text(std::string& text, const {shape.name}&) {{ text.append("{{}}"); }}']
    lines = [f"void append_text(std::string& text, const {shape.name}& value) {{", "    TextMembers members(text);"]
    for member in shape.members:
        name = literal(literal(member.name) + ":")
        lines.append(f"    members.add({name}, value.{snake(member.name)});")
    return lines + ["    members.close();", "}"]
