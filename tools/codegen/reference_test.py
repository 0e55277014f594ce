#!/usr/bin/env python3
"""Holds model/imagebuilder against the published description of the API, in both directions.

The reference (imagebuilder-service-2.json) is not part of this repository: it is looked for in
../shared/spec/ beside the checkout, or where GOLDSMITH_API_REFERENCE names it. Without it the tests
are skipped.
"""

import json
import os
import pathlib
import unittest

from model_reader import read_service

ROOT = pathlib.Path(__file__).resolve().parents[2]
NAME = "shared/spec/imagebuilder-service-2.json"


def reference_path():
    """The named file, else the nearest one above the checkout."""
    if "GOLDSMITH_API_REFERENCE" in os.environ:
        return pathlib.Path(os.environ["GOLDSMITH_API_REFERENCE"])
    for folder in ROOT.parents:
        if (folder / NAME).exists():
            return folder / NAME
    return ROOT.parent / NAME


KINDS = {"enum": "string"}  # ours -> the reference's, where they differ


def our_shape(shape):
    kind = "string" if shape.kind == "timestamp" and shape.time_format == "iso8601" else shape.kind
    fact = {"type": KINDS.get(kind, kind)}
    for key, value in (("pattern", shape.pattern), ("enum", shape.values), ("member", shape.element)):
        if value:
            fact[key] = value
    if shape.kind == "map":
        fact["key"], fact["value"] = shape.key, fact.pop("member")
    for key, value in (("min", shape.low), ("max", shape.high)):
        if value:
            fact[key] = float(value)
    if shape.kind == "structure":
        fact["members"] = {m.name: our_member(m) for m in shape.members}
        fact["required"] = sorted(m.name for m in shape.members if m.required)
    return fact


def our_member(member):
    place = {"path": "uri", "query": "querystring"}.get(member.where)
    return {"shape": member.shape, "location": place, "locationName": member.where_name or None,
            "idempotencyToken": member.token}


def their_shape(shape):
    fact = {key: shape[key] for key in ("type", "pattern", "enum") if key in shape}
    for key in ("member", "key", "value"):
        if key in shape:
            fact[key] = shape[key]["shape"]
    for key in ("min", "max"):
        if key in shape:
            fact[key] = float(shape[key])
    if shape["type"] == "structure":
        fact["members"] = {name: their_member(m) for name, m in shape["members"].items()}
        fact["required"] = sorted(shape.get("required", []))
    return fact


def their_member(member):
    return {"shape": member["shape"], "location": member.get("location"),
            "locationName": member.get("locationName"),
            "idempotencyToken": member.get("idempotencyToken", False)}


@unittest.skipUnless(reference_path().exists(), f"{reference_path()} is not there: nothing to compare with")
class ReferenceTest(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.service = read_service(ROOT / "model/imagebuilder")
        cls.reference = json.loads(reference_path().read_text(encoding="utf-8"))
        cls.errors = {n: s for n, s in cls.reference["shapes"].items() if s.get("exception")}

    def test_service(self):
        metadata = self.reference["metadata"]
        ours = (self.service.version, self.service.protocol, self.service.signing)
        self.assertEqual(ours, (metadata["apiVersion"], metadata["protocol"], metadata["signingName"]))

    def test_shapes(self):
        theirs = {n: their_shape(s) for n, s in self.reference["shapes"].items() if n not in self.errors}
        ours = {n: our_shape(s) for n, s in self.service.shapes.items()}
        self.assertEqual(sorted(ours), sorted(theirs))
        for name, shape in ours.items():
            with self.subTest(shape=name):
                self.assertEqual(shape, theirs[name])

    def test_order_of_members(self):
        """Ours is theirs, so that answers read like the original's."""
        for name, shape in self.service.shapes.items():
            if shape.kind == "structure":
                with self.subTest(shape=name):
                    self.assertEqual([m.name for m in shape.members],
                                     list(self.reference["shapes"][name]["members"]))

    def test_errors(self):
        theirs = {n: s["error"]["httpStatusCode"] for n, s in self.errors.items()}
        self.assertEqual({e.name: e.status for e in self.service.errors.values()}, theirs)

    def test_operations(self):
        theirs = {
            name: (o["http"]["method"], o["http"]["requestUri"], o["input"]["shape"], o["output"]["shape"],
                   sorted(e["shape"] for e in o["errors"]))
            for name, o in self.reference["operations"].items()
        }
        ours = {o.name: (o.method, o.path, o.input.name, o.output.name, sorted(o.errors))
                for o in self.service.operations}
        self.assertEqual(len(ours), 77)
        self.assertEqual(ours, theirs)

    def test_pages(self):
        """Every operation with a nextToken in and out is paged, and no other."""
        for operation in self.service.operations:
            with self.subTest(operation=operation.name):
                token = {m.name for m in operation.input.members} & {"nextToken"}
                self.assertEqual(bool(operation.pages), bool(token))


if __name__ == "__main__":
    unittest.main()
