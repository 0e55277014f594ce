"""The model as constant tables for the interpreter that checks requests: tables.h, <family>_tables.cpp."""

import textwrap

from names import literal, snake

_KINDS = {"string": "string", "enum": "enumeration", "integer": "integer", "long": "long_integer",
          "double": "floating", "boolean": "boolean", "timestamp": "timestamp", "blob": "blob",
          "list": "list", "map": "map", "structure": "structure"}


def tables_header(service):
    lines = ["#pragma once", "", '#include "api/shape.h"', "",
             f"namespace goldsmith::api::{service.name}::tables {{", "",
             "extern const Service service;", ""]
    lines += [f"extern const ErrorShape {snake(e.name)}_error;" for e in service.errors.values()] + [""]
    lines += [f"extern const Shape {snake(s.name)}_shape;" for s in service.shapes.values()] + [""]
    lines += [f"extern const Operation {snake(o.name)}_operation;" for o in service.operations]
    return lines + ["", f"}}  // namespace goldsmith::api::{service.name}::tables"]


def tables_source(service, family):
    lines = [f'#include "api/generated/{service.name}/tables.h"', "",
             f"namespace goldsmith::api::{service.name}::tables {{", ""]
    for shape in service.shapes.values():
        if shape.family == family:
            lines += _shape(shape) + [""]
    for operation in service.operations_of(family):
        lines += _operation(operation) + [""]
    return lines + [f"}}  // namespace goldsmith::api::{service.name}::tables"]


def service_source(service):
    lines = [f'#include "api/generated/{service.name}/tables.h"', "",
             f"namespace goldsmith::api::{service.name}::tables {{", ""]
    for error in service.errors.values():
        lines.append(f"const ErrorShape {snake(error.name)}_error{{{literal(error.code)}, {error.status}}};")
    lines += ["", "namespace {"]
    lines += _array("Operation*", "operations", [f"&{snake(o.name)}_operation" for o in service.operations])
    lines += _array("ErrorShape*", "errors", [f"&{snake(e.name)}_error" for e in service.errors.values()])
    lines += _array("Shape*", "shapes", [f"&{snake(s.name)}_shape" for s in service.shapes.values()])
    lines += ["}  // namespace", ""]
    protocol = snake(service.protocol) if service.protocol else "none"
    style = snake(service.violations) if service.violations else "plain"
    text = [literal(t) for t in (service.name, service.version, service.signing, service.target, service.xmlns)]
    lines += ["const Service service{", f"    {', '.join(text)},",
              f"    Protocol::{protocol}, ViolationStyle::{style},",
              f"    {_span('operations', service.operations)}, {_span('errors', service.errors)},"
              f" {_span('shapes', service.shapes)}}};", ""]
    return lines + [f"}}  // namespace goldsmith::api::{service.name}::tables"]


def _span(name, items):
    return name if items else "{}"


def _array(kind, name, items):
    if not items:
        return []
    text = ", ".join(items)
    rows = textwrap.wrap(text, 100, initial_indent="    ", subsequent_indent="    ")
    return [f"const {kind} const {name}[] = {{"] + rows + ["};"]


def _shape(shape):
    name = snake(shape.name)
    lines, fields = [], [f".name = {literal(shape.name)}", f".kind = Kind::{_KINDS[shape.kind]}"]
    if shape.time_format:
        fields.append(f".time_format = TimeFormat::{snake(shape.time_format)}")
    if shape.low:
        fields.append(f".low = {shape.low}")
    if shape.high:
        fields.append(f".high = {shape.high}")
    if shape.pattern:
        fields.append(f".pattern = {literal(shape.pattern)}")
    if shape.values:
        values = ", ".join(literal(v) for v in shape.values)
        lines.append(f"static constexpr const char* {name}_values[] = {{{values}}};")
        fields.append(f".values = {name}_values")
    if shape.members:
        lines.append(f"static constexpr Member {name}_members[] = {{")
        lines += [f"    {_member(m)}," for m in shape.members] + ["};"]
        fields.append(f".members = {name}_members")
    if shape.element:
        fields.append(f".element = &{snake(shape.element)}_shape")
    if shape.key:
        fields.append(f".key = &{snake(shape.key)}_shape")
    return lines + [f"constexpr Shape {name}_shape{{{', '.join(fields)}}};"]


def _member(member):
    fields = [f".name = {literal(member.name)}", f".shape = &{snake(member.shape)}_shape"]
    if member.required:
        fields.append(".required = true")
    for flag in ("token", "loose"):
        if getattr(member, flag):
            fields.append(f".{flag} = true")
    if member.where != "body":
        fields.append(f".where = Where::{member.where}")
        fields.append(f".where_name = {literal(member.where_name)}")
    if member.query_name:
        fields.append(f".query_name = {literal(member.query_name)}")
    if member.xml_name:
        fields.append(f".xml_name = {literal(member.xml_name)}")
    return "{" + ", ".join(fields) + "}"


def _operation(operation):
    name = snake(operation.name)
    lines = []
    fields = [f".name = {literal(operation.name)}", f".method = {literal(operation.method)}",
              f".path = {literal(operation.path)}", f".family = {literal(operation.family)}",
              f".input = &{snake(operation.input.name)}_shape",
              f".output = &{snake(operation.output.name)}_shape"]
    if operation.errors:
        errors = ", ".join(f"&{snake(e)}_error" for e in operation.errors)
        lines.append(f"static constexpr const ErrorShape* {name}_errors[] = {{{errors}}};")
        fields.append(f".errors = {name}_errors")
    if operation.violation:
        fields.append(f".violation = &{snake(operation.violation)}_error")
    if operation.pages:
        fields.append(f".pages = {literal(operation.pages)}")
    if operation.authorization:
        lines += _authorization(name, operation.authorization)
        fields.append(f".authorization = &{name}_authorization")
    lines.append(f"constexpr Operation {name}_operation{{")
    return lines + [f"    {field}," for field in fields] + ["};"]


def _authorization(name, authorization):
    lines, fields = [], []
    for part, kind, rows in (
            ("resources", "const char*", [literal(t) for t in authorization.resources]),
            ("also", "DependentAction", [_row(r) for r in authorization.also]),
            ("keys", "MemberKey", [_row(r) for r in authorization.keys]),
            ("passes", "PassedRole", [f"{{{literal(member)}, {'true' if what == 'profile' else 'false'}, "
                                      f"{literal(service)}}}" for member, what, service in authorization.passes])):
        if rows:
            lines.append(f"static constexpr {kind} {name}_{part}[] = {{{', '.join(rows)}}};")
            fields.append(f".{part} = {name}_{part}")
    if authorization.unchecked:
        fields.append(".unchecked = true")
    return lines + [f"static constexpr Authorization {name}_authorization{{{', '.join(fields)}}};"]


def _row(values):
    return "{" + ", ".join(literal(v) for v in values) + "}"
