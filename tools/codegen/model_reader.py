"""Reads the model files of one service (docs/formats/model.md) into model.Service."""

import pathlib
import re

from model import (SCALARS, TIMESTAMP_FORMATS, Authorization, Error, Member, ModelError, Operation,
                   Service, Shape, check)

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*\Z")
_ATTRIBUTE = re.compile(r"@([a-z]+)(?:\(([^)]*)\))?\Z")
_RANGE_WORD = {"string": "length", "blob": "length", "list": "size", "map": "size",
               "integer": "range", "long": "range", "double": "range"}


def read_service(folder):
    """The service whose *.model files stand in `folder`: service.model, shared.model, the rest."""
    folder = pathlib.Path(folder)
    files = sorted(folder.glob("*.model"), key=lambda f: _reading_order(folder, f))
    if not files or files[0].name != "service.model":
        raise ModelError(f"{folder}: no service.model")
    reader = _Reader()
    for file in files:
        reader.read(file)
    check(reader.service)
    return reader.service


def _reading_order(folder, file):
    """service, shared, then the order of the `families` line in service.model, then by name."""
    text = (folder / "service.model").read_text(encoding="utf-8") if (folder / "service.model").exists() else ""
    listed = []
    for line in text.splitlines():
        if line.startswith("    families "):
            listed = line.split()[1:]
    order = ["service", "shared"] + listed
    stem = file.stem
    return (order.index(stem) if stem in order else len(order), stem)


class _Reader:
    def __init__(self):
        self.service = None
        self.place = ""
        self.family = "shared"

    def fail(self, message):
        raise ModelError(f"{self.place}: {message}")

    def read(self, file):
        self.family = file.stem
        for block in self._blocks(file):
            self._block(block)

    def _blocks(self, file):
        """A block is a line without indentation and the indented lines below it."""
        block = []
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            if not line.strip() or line.startswith("#"):
                continue
            if not line.startswith(" ") and block:
                yield block
                block = []
            block.append((f"{file}:{number}", line))
        if block:
            yield block

    def _block(self, block):
        self.place, head = block[0]
        word = head.split()[0]
        handler = getattr(self, "_read_" + word, None)
        if handler is None and word in SCALARS:
            handler = self._read_scalar
        if handler is None:
            self.fail(f"unknown word '{word}'")
        handler(head, block[1:])

    @staticmethod
    def _joined(head, rest):
        return " ".join([head] + [line.strip() for _, line in rest])

    def _read_service(self, head, rest):
        self.service = Service(name=head.split()[1])
        for self.place, line in rest:
            key, _, value = line.strip().partition(" ")
            if key == "families":
                continue
            if key not in ("version", "protocol", "signing", "target", "xmlns", "violations", "arns"):
                self.fail(f"unknown property '{key}' of a service")
            setattr(self.service, key, value.strip())

    def _read_errors(self, head, rest):
        _, name, equals, *errors = self._joined(head, rest).split()
        if equals != "=":
            self.fail("expected: errors NAME = ERROR...")
        self.service.error_sets[name] = errors

    def _read_error(self, head, rest):
        words = head.split()
        code = words[4] if len(words) == 5 and words[3] == "code" else words[1]
        self.service.errors[words[1]] = Error(words[1], int(words[2]), code)

    def _read_scalar(self, head, rest):
        head, _, pattern = head.partition(" pattern ")
        kind, name, *words = head.split()
        if kind == "enum":
            words = self._joined(head, rest).split()[2:]
            return self._add(Shape(name, kind, self.family, values=words))
        if kind == "timestamp":
            if words[0] not in TIMESTAMP_FORMATS:
                self.fail(f"timestamp format '{words[0]}' is none of {', '.join(TIMESTAMP_FORMATS)}")
            return self._add(Shape(name, kind, self.family, time_format=words[0]))
        low, high = self._range(kind, words)
        return self._add(Shape(name, kind, self.family, low=low, high=high, pattern=pattern))

    def _read_list(self, head, rest):
        _, name, of, element, *words = head.split()
        low, high = self._range("list", words)
        self._add(Shape(name, "list", self.family, element=element, low=low, high=high))

    def _read_map(self, head, rest):
        _, name, of, key, to, value, *words = head.split()
        low, high = self._range("map", words)
        self._add(Shape(name, "map", self.family, key=key, element=value, low=low, high=high))

    def _read_structure(self, head, rest):
        shape = Shape(head.split()[1], "structure", self.family)
        self._add(shape)
        shape.members = self._members(rest)

    def _read_operation(self, head, rest):
        _, name, *where = head.split()
        method, path = where if where else ("POST", "/")
        operation = Operation(name, method, path, self.family, place=self.place)
        parts = {"input": [], "output": []}
        part, last = None, None
        for place, line in rest:
            self.place = place
            if line.startswith("        "):
                if part is None and last == "errors":
                    operation.errors += line.split()
                elif part is None:
                    self.fail("a member outside of input and output")
                else:
                    parts[part].append((place, line))
                continue
            last, *words = line.split()
            part = last if last in parts else None
            if last == "errors":
                operation.errors += words
            elif last in ("pages", "violation"):
                setattr(operation, last, words[0])
            elif part is None:
                self.fail(f"unknown property '{last}' of an operation")
        operation.errors = self._expand(operation.errors)
        self.place = operation.place
        for part, suffix in (("input", "Request"), ("output", "Response")):
            shape = Shape(name + suffix, "structure", self.family)
            self._add(shape)
            shape.members = self._members(parts[part])
            setattr(operation, part, shape)
        self.service.operations.append(operation)

    def _read_authorize(self, head, rest):
        place = self.place
        for name in head.split()[1:]:
            if name in self.service.authorizations:
                self.fail(f"{name} is authorized at {self.service.authorizations[name].place} already")
            authorization = self.service.authorizations[name] = Authorization(place=place)
            for self.place, line in rest:
                self._authorization(authorization, line.split())

    def _authorization(self, authorization, words):
        if words[0] == "resource" and len(words) > 1:
            authorization.resources += [self._template(word) for word in words[1:]]
        elif words[0] == "also" and len(words) in (4, 6) and words[2] == "on":
            condition = words[5] if len(words) == 6 and words[4] == "if" else ""
            authorization.also.append((words[1], self._template(words[3]), condition))
        elif words[0] == "key" and len(words) == 3:
            authorization.keys.append((words[1], words[2]))
        elif words[0] == "passes" and len(words) == 4 and words[2] in ("role", "profile"):
            authorization.passes.append((words[1], words[2], words[3]))
        elif words == ["unchecked"]:
            authorization.unchecked = True
        else:
            self.fail(f"'{' '.join(words)}' is no part of an authorization")

    def _template(self, text):
        """Templates that are no whole ARN begin with what the service's ARNs begin with."""
        return text if text.startswith(("arn:", "{", "*")) else self.service.arns + text

    def _expand(self, names):
        return [e for name in names for e in self.service.error_sets.get(name, [name])]

    def _range(self, kind, words):
        if not words:
            return "", ""
        if len(words) != 2 or words[0] != _RANGE_WORD.get(kind) or ".." not in words[1]:
            self.fail(f"expected '{_RANGE_WORD.get(kind)} LOW..HIGH', found '{' '.join(words)}'")
        low, _, high = words[1].partition("..")
        return low, high

    def _members(self, lines):
        members = []
        for self.place, line in lines:
            name, shape, *attributes = line.split()
            member = Member(name.rstrip("!"), shape, required=name.endswith("!"))
            if not _NAME.match(member.name):
                self.fail(f"'{member.name}' is not a member name")
            for attribute in attributes:
                self._attribute(member, attribute)
            members.append(member)
        return members

    def _attribute(self, member, text):
        found = _ATTRIBUTE.match(text)
        if not found:
            self.fail(f"'{text}' is not an attribute")
        name, value = found.group(1), found.group(2)
        if name in ("token", "loose"):
            setattr(member, name, True)
        elif name in ("path", "query"):
            member.where, member.where_name = name, value or member.name
        elif name == "in":
            member.query_name = value
        elif name == "out":
            member.xml_name = value
        else:
            self.fail(f"unknown attribute @{name}")

    def _add(self, shape):
        if not _NAME.match(shape.name):
            self.fail(f"'{shape.name}' is not a shape name")
        if shape.name in self.service.shapes:
            self.fail(f"shape {shape.name} stands at {self.service.shapes[shape.name].place} already")
        if shape.family not in self.service.families:
            self.service.families.append(shape.family)
        shape.place = self.place
        self.service.shapes[shape.name] = shape
