#!/usr/bin/env python3
"""The reader's and the generator's own rules: names, refusals with their place, drift."""

import json
import pathlib
import tempfile
import unittest

import generate
import model_json
from model import ModelError
from model_reader import read_service
from names import camel, literal, snake

SERVICE = "service demo\n    version 1\n    protocol json-1.1\n    families things\n\nerror Bad 400\n"
THINGS = """
string Name length 1..5 pattern ^[a-z ]+$
enum Colour RED dark-blue
list Names of Name size ..3

structure Thing
    name! Name
    colour Colour

operation GetThing
    errors Bad
    pages things
    input
        name! Name @token
    output
        things Names
"""


class Folder:
    """A checkout with one service."""

    def __init__(self, things=THINGS, service=SERVICE):
        self.temporary = tempfile.TemporaryDirectory()
        self.root = pathlib.Path(self.temporary.name)
        model = self.root / "model/demo"
        model.mkdir(parents=True)
        (model / "service.model").write_text(service)
        (model / "things.model").write_text(things)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.temporary.cleanup()


class NamesTest(unittest.TestCase):
    def test_snake(self):
        for name, expected in {"s3Logs": "s3_logs", "AWSMarketplace": "aws_marketplace", "default": "default_",
                               "USER_INITIATED": "user_initiated", "Linux": "linux_", "macOS": "mac_os",
                               "aws:ec2:image": "aws_ec2_image", "requestId": "request_id",
                               "GetComponent": "get_component"}.items():
            self.assertEqual(snake(name), expected)

    def test_camel_and_literal(self):
        self.assertEqual(camel("machine_images"), "MachineImages")
        self.assertEqual(literal('a\\d"'), '"a\\\\d\\""')


class ReaderTest(unittest.TestCase):
    def refusal(self, things, service=SERVICE):
        with Folder(things, service) as folder:
            with self.assertRaises(ModelError) as caught:
                read_service(folder.root / "model/demo")
            return str(caught.exception)

    def test_reads_every_statement(self):
        with Folder() as folder:
            service = read_service(folder.root / "model/demo")
        name = service.shapes["Name"]
        self.assertEqual((name.low, name.high, name.pattern), ("1", "5", "^[a-z ]+$"))
        self.assertEqual(service.shapes["Colour"].values, ["RED", "dark-blue"])
        self.assertEqual((service.shapes["Names"].low, service.shapes["Names"].high), ("", "3"))
        operation = service.operations[0]
        self.assertEqual((operation.family, operation.errors, operation.pages), ("things", ["Bad"], "things"))
        self.assertTrue(operation.input.members[0].token and operation.input.members[0].required)

    def test_refusals_name_file_and_line(self):
        for things, expected in {
            "string A of 3\n": "things.model:1: expected 'length LOW..HIGH'",
            "\nthing A\n": "things.model:2: unknown word 'thing'",
            "structure A\n    b C\n": "A uses unknown shape C",
            "string A\nstring A\n": "things.model:2: shape A stands at",
            "structure A\n    a A\n    b-c A\n": "'b-c' is not a member name",
            "timestamp T weekly\n": "timestamp format 'weekly'",
            "string S\nstructure A\n    a S @unheard\n": "unknown attribute @unheard",
            "operation O\n    errors Nope\n    input\n    output\n": "declares unknown error Nope",
            "operation O\n    pages x\n    input\n    output\n": "pages unknown member x",
            "structure Things\n\noperation O\n    input\n    output\n": "also the class of the family",
        }.items():
            with self.subTest(things=things):
                self.assertIn(expected, self.refusal(things))

    def test_refuses_a_structure_that_contains_itself(self):
        with Folder("structure A\n    a A\n") as folder:
            with self.assertRaisesRegex(ModelError, "contains itself"):
                generate.all_files(folder.root)


class GenerateTest(unittest.TestCase):
    def test_check_finds_every_kind_of_drift(self):
        with Folder() as folder:
            target = folder.root / "src/api/generated"
            arguments = ["--root", str(folder.root)]
            self.assertEqual(generate.main(arguments), 0)
            files = generate.all_files(folder.root)
            self.assertEqual(generate.difference(files, target), [])
            (target / "demo/things.h").write_text("changed")
            (target / "demo/things.cpp").unlink()
            (target / "demo/stray.h").write_text("")
            self.assertEqual(generate.difference(files, target), [
                "demo/things.cpp: missing", "demo/things.h: differs", "demo/stray.h: not in the model"])
            self.assertEqual(generate.main(arguments + ["--check"]), 1)
            self.assertEqual(generate.main(arguments), 0)
            self.assertEqual(generate.main(arguments + ["--check"]), 0)

    def test_the_committed_files_are_what_the_model_says(self):
        self.assertEqual(generate.main(["--check"]), 0)

    def test_json_holds_the_model(self):
        with Folder() as folder:
            tree = json.loads(model_json.dump(read_service(folder.root / "model/demo")))
        self.assertEqual(tree["operations"]["GetThing"]["errors"], ["Bad"])
        self.assertEqual(tree["shapes"]["Name"]["high"], 5.0)
        self.assertEqual(tree["shapes"]["Thing"]["members"]["name"], {"shape": "Name", "required": True})


if __name__ == "__main__":
    unittest.main()
