#!/usr/bin/env python3
"""What `goldsmith serve` answers to wrong requests and documents: each a clear error of the API's own type that
names the field or the line. Nothing is built.

usage: bad_input_test.py <goldsmith>
"""

import json
import os
import sys
import unittest

import harness
import tutorial

MISSING = "arn:aws:imagebuilder:us-east-1:123456789012:component/no-such-component/1.0.0/1"


def document(steps=None, **top_level):
    """A component document around these steps."""
    steps = steps or [{"name": "One", "action": "ExecuteBash", "inputs": {"commands": ["true"]}}]
    return json.dumps({"name": "x", "schemaVersion": 1.0, "phases": [{"name": "build", "steps": steps}], **top_level},
                      indent=1)


class BadInput(unittest.TestCase):
    server = None

    def setUp(self):
        self.cli = harness.Cli(self.server)
        self.tutorial = tutorial.Tutorial(self.cli, self.server.data_dir)

    def refused(self, codes, call, *arguments, **named):
        with self.assertRaises(harness.AwsError) as caught:
            call(*arguments, **named)
        self.assertIn(caught.exception.code, codes, str(caught.exception))
        self.assertGreater(len(caught.exception.message), 15, str(caught.exception))
        return caught.exception.message

    def refused_document(self, text, *expected):
        message = self.refused(("InvalidRequestException",), self.tutorial.component, text)
        self.assertRegex(message, r"data:\d+:\d+: error: ", "no line and column")
        for part in ("'data'", *expected):
            self.assertIn(part, message)

    # ---- who is asking ---------------------------------------------------------------------------------------

    def test_unsigned(self):
        self.refused(("MissingAuthenticationTokenException",), self.cli, "imagebuilder", "list-images",
                     "--no-sign-request")
        for path in ("/ListImages", "/", "/tags/x", "/metrics/x"):
            self.assertEqual(self.server.http(path, "POST", body="{}")[0], 403, path)

    def test_wrongly_signed(self):
        key, _ = self.server.keys()
        wrong = harness.Cli(self.server, keys=(key, "wrong"))
        self.refused(("InvalidSignatureException",), wrong, "imagebuilder", "list-images")
        self.refused(("SignatureDoesNotMatch",), wrong, "ec2", "describe-images")
        nobody = harness.Cli(self.server, keys=("AKIANOBODY0000000000", "wrong"))
        self.refused(("UnrecognizedClientException",), nobody, "imagebuilder", "list-images")

    def test_pages_that_need_no_signature(self):
        self.assertEqual(self.server.http("/healthz")[0], 200)
        self.assertEqual(self.server.http("/metrics")[0], 200)

    # ---- what is asked ---------------------------------------------------------------------------------------

    def test_unknown_operations(self):
        for service, path, headers, body in (
                ("imagebuilder", "/MakeImage", {"Content-Type": "application/json"}, "{}"),
                ("logs", "/", {"X-Amz-Target": "Logs_20140328.Nope"}, "{}"),
                ("logs", "/", {}, "{}"),
                ("ssm", "/", {"X-Amz-Target": "AmazonSSM.Nope"}, "{}"),
                ("ssm", "/", {"X-Amz-Target": "Logs_20140328.DescribeLogGroups"}, "{}"),
                ("cloudtrail", "/", {"X-Amz-Target": "CloudTrail_20131101.Nope"}, "{}"),
                ("iam", "/", {"Content-Type": "application/x-www-form-urlencoded"}, "Action=Nope&Version=2010-05-08"),
                ("sts", "/", {"Content-Type": "application/x-www-form-urlencoded"}, "Action=Nope&Version=2011-06-15"),
                ("ec2", "/", {"Content-Type": "application/x-www-form-urlencoded"}, "Action=Nope&Version=2016-11-15")):
            status, _, text = self.server.signed(service, path, headers=headers, body=body)
            self.assertIn(status, (400, 404), text)
            self.assertRegex(text, "UnknownOperationException|InvalidAction")

    def test_malformed_json(self):
        for body, where in (('{"owner": "Self"', "line 1, column 17"), ('{"owner": Self}', "line 1, column 11"),
                            ("[]", "JSON object"), ("[" * 100_000, "too deep")):
            status, headers, text = self.server.signed("imagebuilder", "/ListImages", body=body)
            self.assertEqual((status, headers["x-amzn-ErrorType"]), (400, "SerializationException"), text)
            self.assertIn(where, text)

    def test_wrong_members(self):
        for body, field in (({"maxResults": "many"}, "maxResults"), ({"maxResults": 0}, "maxResults"),
                            ({"owner": "Nobody"}, "owner"), ({"filters": {}}, "filters"),
                            ({"filters": [{"name": "name", "values": [7]}]}, "values")):
            status, headers, text = self.server.signed("imagebuilder", "/ListImages", body=json.dumps(body))
            self.assertEqual(status, 400, text)
            self.assertTrue(headers["x-amzn-ErrorType"])
            self.assertIn(field, text)

    def test_missing_members(self):
        status, _, text = self.server.signed("imagebuilder", "/CreateComponent", "PUT", body="{}")
        self.assertEqual(status, 400, text)
        self.assertIn("name", text)

    def test_a_pagination_token_of_nobody(self):
        self.refused(("InvalidPaginationTokenException",), self.cli, "imagebuilder", "list-components",
                     "--no-paginate", "--next-token", "nonsense")

    def test_hostile_forms(self):
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        for form in ("A=1&A.B=2", ".=1", "A" + ".A" * 1000 + "=1", "Owner.1=a&Owner.1=b", "Filter.1.Value.x=1",
                     "Filter.99999999999999999999.Name=x", "MaxResults=many", "&".join(f"A.{i}=" for i in range(30000))):
            status, _, text = self.server.signed("ec2", "/", headers=headers,
                                                 body="Action=DescribeImages&Version=2016-11-15&" + form)
            self.assertEqual(status, 400, f"{form[:60]}: {text}")
            self.assertIn("<Code>", text)

    # ---- documents -------------------------------------------------------------------------------------------

    def test_unknown_action(self):
        self.refused_document(document([{"name": "One", "action": "ExecuteBashh", "inputs": {"commands": ["true"]}}]),
                              "ExecuteBashh", "data:10:")

    def test_unknown_key(self):
        self.refused_document(document([{"name": "One", "action": "ExecuteBash", "inputs": {"commands": ["true"]},
                                         "onFailur": "Abort"}]), "onFailur", "data:16:")
        self.refused_document(document(phasess=[]), "phasess")

    def test_duplicate_step_name(self):
        step = {"name": "Same", "action": "ExecuteBash", "inputs": {"commands": ["true"]}}
        self.refused_document(document([step, step]), "Same", "data:18:")

    def test_missing_phases(self):
        self.refused_document("name: x\nschemaVersion: 1.0\n", "phases")
        self.refused_document("name: x\nschemaVersion: 1.0\nphases: []\n", "phases")

    def test_text_that_is_no_yaml(self):
        self.refused_document("name: [x\nphases: {", "data:2:")
        self.refused_document("just text")

    def test_yaml_bomb(self):
        lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
        lines += [f"a{i}: &a{i} [{', '.join(['*a%d' % (i - 1)] * 10)}]" for i in range(1, 12)]
        self.refused_document("\n".join(lines) + "\nphases: *a11\n")
        self.refused_document("a: &a [*a]\nphases: *a\n")
        self.refused_document("phases: " + "[" * 7000)

    def test_five_megabytes(self):
        message = self.refused(("InvalidRequestException", "InvalidParameterValueException", "InvalidParameterException"),
                               self.tutorial.component, "# " + "x" * 5_000_000 + "\n" + document())
        self.assertIn("data", message)
        self.assertIn("16000", message)
        self.assertLess(len(message), 2000, "the message repeats the document")

    def test_more_than_the_server_reads(self):
        self.assertIn("larger than", self.refused(("RequestEntityTooLargeException",), self.tutorial.component,
                                                  "x" * 9_000_000))

    # ---- references ------------------------------------------------------------------------------------------

    def test_a_recipe_of_a_missing_component(self):
        self.assertIn("no-such-component", self.refused(
            ("ResourceNotFoundException", "InvalidRequestException", "InvalidParameterValueException"),
            self.tutorial.recipe, MISSING))

    def test_missing_resources(self):
        image = MISSING.replace("component", "image")
        self.assertIn("no-such", self.refused(("ResourceNotFoundException",), self.cli, "imagebuilder",
                                              "get-image", "--image-build-version-arn", image))
        self.assertIn("no-such", self.refused(("ResourceNotFoundException",), self.cli, "imagebuilder",
                                              "get-component", "--component-build-version-arn", MISSING))
        self.refused(("ResourceNotFoundException",), self.cli, "logs", "get-log-events", "--log-group-name",
                     "/aws/imagebuilder/no-such", "--log-stream-name", "1.0.0/1")
        self.refused(("InvalidAMIID.NotFound",), self.cli, "ec2", "describe-images", "--image-ids",
                     "ami-0123456789abcdef0")

    # ---- the same twice --------------------------------------------------------------------------------------

    def test_tokens_and_names(self):
        name, token = tutorial.unique("twice"), tutorial.unique("token-of-at-least-33-characters-length")
        arguments = ["imagebuilder", "create-component", "--name", name, "--semantic-version", "1.0.0",
                     "--platform", "Linux", "--data", document(), "--client-token"]
        first = self.cli(*arguments, token)
        self.assertEqual(self.cli(*arguments, token)["componentBuildVersionArn"], first["componentBuildVersionArn"])
        self.refused(("IdempotentParameterMismatchException",), self.cli, *arguments, token, "--description", "other")

    def test_the_server_survived(self):
        self.assertEqual(self.cli("sts", "get-caller-identity")["Account"], "123456789012")


def main():
    if not harness.cli_programs():
        harness.skip("no AWS CLI is installed (Debian: apt-get install awscli)")
    program = os.path.abspath(sys.argv.pop(1))
    with harness.private_directory("bad-input") as directory:
        config = os.path.join(directory, "config.yaml")
        with open(config, "w", encoding="utf-8") as file:
            file.write("driver: fake\n")
        data_dir = os.path.join(directory, "data")
        with harness.Server([program], data_dir, ["--config", config]) as server:
            BadInput.server = server
            result = unittest.main(exit=False).result
            if not result.wasSuccessful():
                print(server.read_log(), file=sys.stderr)
    sys.exit(0 if result.wasSuccessful() else 1)


if __name__ == "__main__":
    main()
