"""Conversion of structs to and from the canonical JSON tree: <family>_json.h and <family>_json.cpp."""

from names import literal, snake


def json_header(service, family):
    lines = ["#pragma once", "", "#include <boost/json/fwd.hpp>", "",
             f'#include "api/generated/{service.name}/{family}_types.h"', "",
             f"namespace goldsmith::api::{service.name} {{", ""]
    for shape in service.structures(family):
        lines += [f"boost::json::object to_json(const {shape.name}& value);",
                  f"void from_json(const boost::json::object& tree, {shape.name}& value);"]
    return lines + ["", f"}}  // namespace goldsmith::api::{service.name}"]


def json_source(service, family):
    own = [f"api/generated/{service.name}/{f}_json.h" for f in service.families_used(family)]
    lines = [f'#include "api/generated/{service.name}/{family}_json.h"', "", "#include <boost/json.hpp>", ""]
    lines += [f'#include "{name}"' for name in sorted(own + ["api/json_members.h"])]
    lines += ["", f"namespace goldsmith::api::{service.name} {{", ""]
    for shape in service.structures(family):
        lines += _writer(shape) + _reader(shape)
    return lines + ["", f"}}  // namespace goldsmith::api::{service.name}"]


def _writer(shape):
    if not shape.members:
        return [f"boost::json::object to_json(const {shape.name}&) {{ return {{}}; }}"]
    lines = [f"boost::json::object to_json(const {shape.name}& value) {{", "    boost::json::object tree;"]
    for member in shape.members:
        lines.append(f"    write_member(tree, {literal(member.name)}, value.{snake(member.name)});")
    return lines + ["    return tree;", "}"]


def _reader(shape):
    if not shape.members:
        return [f"void from_json(const boost::json::object&, {shape.name}&) {{}}"]
    lines = [f"void from_json(const boost::json::object& tree, {shape.name}& value) {{"]
    for member in shape.members:
        call = "require_member" if member.required else "read_member"
        lines.append(f"    {call}(tree, {literal(member.name)}, value.{snake(member.name)});")
    return lines + ["}"]
