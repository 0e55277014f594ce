"""The model of a service as JSON, for tests and tools outside this folder."""

import json


def as_tree(service):
    return {
        "service": service.name, "version": service.version, "protocol": service.protocol,
        "signing": service.signing, "target": service.target, "xmlns": service.xmlns,
        "errors": {e.name: {"status": e.status, "code": e.code} for e in service.errors.values()},
        "shapes": {s.name: _shape(s) for s in service.shapes.values()},
        "operations": {o.name: _operation(o) for o in service.operations},
    }


def dump(service):
    return json.dumps(as_tree(service), indent=1)


def _shape(shape):
    tree = {"kind": shape.kind, "family": shape.family}
    for key in ("pattern", "time_format", "values", "element", "key"):
        if getattr(shape, key):
            tree[key] = getattr(shape, key)
    for key in ("low", "high"):
        if getattr(shape, key):
            tree[key] = float(getattr(shape, key))
    if shape.kind == "structure":
        tree["members"] = {m.name: _member(m) for m in shape.members}
    return tree


def _member(member):
    tree = {"shape": member.shape, "required": member.required}
    for flag in ("token", "loose"):
        if getattr(member, flag):
            tree[flag] = True
    if member.where != "body":
        tree[member.where] = member.where_name
    for key in ("query_name", "xml_name"):
        if getattr(member, key):
            tree[key] = getattr(member, key)
    return tree


def _operation(operation):
    return {
        "method": operation.method, "path": operation.path, "family": operation.family,
        "input": operation.input.name, "output": operation.output.name,
        "errors": operation.errors, "violation": operation.violation, "pages": operation.pages,
    }
