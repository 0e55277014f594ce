"""The model of one service in memory: what the reader fills and the emitters read."""

import re
from dataclasses import dataclass, field

from names import camel

SCALARS = ("string", "enum", "integer", "long", "double", "boolean", "timestamp", "blob")
TIMESTAMP_FORMATS = ("iso8601", "epoch-seconds", "epoch-milliseconds")


class ModelError(Exception):
    """A model file that cannot be used; the text names the file and the line."""


@dataclass
class Member:
    name: str
    shape: str
    required: bool = False
    token: bool = False
    loose: bool = False  # answers do not keep to the constraint
    where: str = "body"  # body, path, query
    where_name: str = ""
    query_name: str = ""  # name in a query-protocol request; empty: the protocol's default
    xml_name: str = ""  # name in an XML answer; empty: the protocol's default


@dataclass
class Shape:
    name: str
    kind: str
    family: str
    low: str = ""  # smallest length, value or size, as written
    high: str = ""
    pattern: str = ""
    time_format: str = ""
    values: list = field(default_factory=list)
    element: str = ""
    key: str = ""
    members: list = field(default_factory=list)
    place: str = ""  # file:line, for messages


@dataclass
class Error:
    name: str
    status: int
    code: str


@dataclass
class Authorization:
    """What a caller must be allowed to do before the operation's handler runs."""
    resources: list = field(default_factory=list)  # templates of ARNs
    also: list = field(default_factory=list)  # (action, template, member or "")
    keys: list = field(default_factory=list)  # (condition key, member path)
    passes: list = field(default_factory=list)  # (member path, "role" or "profile", service)
    unchecked: bool = False
    place: str = ""


@dataclass
class Operation:
    name: str
    method: str
    path: str
    family: str
    errors: list = field(default_factory=list)
    violation: str = ""  # error raised for a violated constraint; empty: the service's
    pages: str = ""  # output member that holds the items of a page
    input: Shape = None
    output: Shape = None
    authorization: Authorization = None
    place: str = ""


@dataclass
class Service:
    name: str
    version: str = ""
    protocol: str = ""  # rest-json, json-1.1, query, ec2; empty: structures only
    signing: str = ""
    target: str = ""
    xmlns: str = ""
    violations: str = ""
    families: list = field(default_factory=list)  # in order of reading; may depend on earlier ones
    shapes: dict = field(default_factory=dict)
    errors: dict = field(default_factory=dict)
    error_sets: dict = field(default_factory=dict)
    operations: list = field(default_factory=list)
    arns: str = ""  # what the ARNs of its resources begin with
    authorizations: dict = field(default_factory=dict)  # operation name -> Authorization

    def shape_of(self, member):
        return self.shapes[member.shape]

    def structures(self, family):
        """Structures of a family, each after the ones it contains, operation shapes last."""
        mine = [s for s in self.shapes.values() if s.kind == "structure" and s.family == family]
        done, order = set(), []

        def visit(shape, path):
            if shape.name in done or shape.family != family:
                return
            if shape.name in path:
                raise ModelError(f"{shape.place}: structure {shape.name} contains itself")
            for member in shape.members:
                for inner in self.contained(member.shape):
                    if inner.kind == "structure":
                        visit(inner, path | {shape.name})
            done.add(shape.name)
            order.append(shape)

        for shape in mine:
            visit(shape, frozenset())
        return order

    def contained(self, name):
        """The structures and enums that a C++ member of shape `name` is made of."""
        shape = self.shapes[name]
        if shape.kind in ("structure", "enum"):
            return [shape]
        return [s for inner in (shape.element, shape.key) if inner for s in self.contained(inner)]

    def families_used(self, family):
        """Other families whose C++ types this family's structures contain, in reading order."""
        used = {
            inner.family
            for shape in self.structures(family)
            for member in shape.members
            for inner in self.contained(member.shape)
        }
        return [f for f in self.families if f in used and f != family]

    def operations_of(self, family):
        return [o for o in self.operations if o.family == family]


def check(service):
    """Refuse a model whose references do not hold."""
    order = {name: index for index, name in enumerate(service.families)}
    for family in service.families:
        if service.operations_of(family) and camel(family) in service.shapes:
            place = service.shapes[camel(family)].place
            raise ModelError(f"{place}: {camel(family)} is also the class of the family {family}")
    for shape in service.shapes.values():
        references = [m.shape for m in shape.members] + [r for r in (shape.element, shape.key) if r]
        for reference in references:
            if reference not in service.shapes:
                raise ModelError(f"{shape.place}: {shape.name} uses unknown shape {reference}")
            used = service.shapes[reference]
            if used.kind in ("structure", "enum") and order[used.family] > order[shape.family]:
                raise ModelError(
                    f"{shape.place}: {shape.name} uses {reference} of the later family {used.family}"
                )
    for operation in service.operations:
        _check_operation(service, operation)
    _check_authorizations(service)


def _check_operation(service, operation):
    for name in operation.errors + ([operation.violation] if operation.violation else []):
        if name not in service.errors:
            raise ModelError(f"{operation.place}: {operation.name} declares unknown error {name}")
    if operation.pages and operation.pages not in [m.name for m in operation.output.members]:
        raise ModelError(f"{operation.place}: {operation.name} pages unknown member {operation.pages}")
    labels = {m.where_name for m in operation.input.members if m.where == "path"}
    for label in labels:
        if "{" + label + "}" not in operation.path:
            raise ModelError(f"{operation.place}: {operation.name} has no path label {label}")


_BUILT_IN = ("aws:region", "aws:account")


def _check_authorizations(service):
    operations = {o.name: o for o in service.operations}
    for name, authorization in service.authorizations.items():
        if name not in operations:
            raise ModelError(f"{authorization.place}: authorizes unknown operation {name}")
        operation = operations[name]
        operation.authorization = authorization
        used = [m for t in authorization.resources for m in template_members(t)]
        used += [m for _, t, condition in authorization.also for m in template_members(t) + [condition] if m]
        used += [m for _, m in authorization.keys] + [m for m, _, _ in authorization.passes]
        for path in used:
            _check_path(service, operation, path, authorization.place)


def template_members(template):
    """The member paths in "component/{name|slug}/{version}", without what stands after them."""
    inside = re.findall(r"{([^{}]*)}", template)
    return [path for path in (re.split(r"[|=]", each)[0] for each in inside) if path not in _BUILT_IN]


def _check_path(service, operation, path, place):
    shape = operation.input
    for name in path.split("."):
        while shape.kind == "list":
            shape = service.shapes[shape.element]
        found = [m for m in shape.members if m.name == name]
        if not found:
            raise ModelError(f"{place}: {operation.name} has no input member {path}")
        shape = service.shape_of(found[0])
