#!/usr/bin/env python3
"""Drives the HTTP layer (fake_services) with real AWS clients: every installed AWS CLI, boto3 where it is.

usage: wire_test.py <fake_services>
"""

import base64
import hashlib
import json
import os
import socket
import sys
import unittest
import urllib.parse

import harness

ARN = "arn:aws:imagebuilder:us-east-1:123456789012:component/web/1.0.0/1"


class WithServer(unittest.TestCase):
    server = None

    def refused(self, code, call, *arguments):
        with self.assertRaises(harness.AwsError) as caught:
            call(*arguments)
        self.assertEqual(caught.exception.code, code, str(caught.exception))
        return caught.exception.message


class AwsCli(WithServer):
    """Run once with every CLI."""

    program = None

    def setUp(self):
        self.cli = harness.Cli(self.server, self.program)

    def test_rest_json(self):
        answer = self.cli("imagebuilder", "list-images", "--owner", "Self", region="us-west-2")
        image = answer["imageVersionList"][0]
        self.assertEqual(image["name"], "us-west-2")
        self.assertEqual(json.loads(image["version"])["owner"], "Self")

    def test_rest_json_path_and_query(self):
        answer = self.cli("imagebuilder", "list-tags-for-resource", "--resource-arn", ARN)
        self.assertEqual(answer["tags"]["arn"], ARN)
        message = self.refused("InvalidParameterException", self.cli, "imagebuilder", "untag-resource",
                               "--resource-arn", ARN, "--tag-keys", "a b", "é/+&=")
        self.assertEqual(json.loads(message), {"arn": ARN, "a b": "tagKeys", "é/+&=": "tagKeys"})

    def test_rest_json_error(self):
        arn = ARN.replace("component", "image")
        self.assertIn(arn, self.refused("ResourceNotFoundException", self.cli, "imagebuilder", "get-image",
                                        "--image-build-version-arn", arn))

    def test_ec2(self):
        answer = self.cli("ec2", "describe-images", "--owners", "self", "--filters",
                          "Name=name,Values=web-*,a b")
        first = answer["Images"][0]
        sent = json.loads(first["Name"])
        self.assertEqual(sent["Owner"], {"1": "self"})
        self.assertEqual(sent["Filter"], {"1": {"Name": "name", "Value": {"1": "web-*", "2": "a b"}}})
        self.assertEqual(first["Tags"], [{"Key": "<k>", "Value": "a&b\n\ufffd"}])
        self.assertEqual(answer["Images"][1]["ImageId"], "ami-2")

    def test_ec2_error(self):
        self.assertIn("DescribeVpcs", self.refused("InvalidAction", self.cli, "ec2", "describe-vpcs"))

    def test_json_11(self):
        answer = self.cli("logs", "describe-log-groups", "--log-group-name-prefix", "/aws/é")
        self.assertEqual(answer["logGroups"][0]["logGroupName"], "/aws/é")
        answer = self.cli("logs", "get-log-events", "--log-group-name", "g", "--log-stream-name", "s")
        self.assertEqual(answer["events"], [{"timestamp": 1678410280609, "message": "b\ufffdd"}])
        self.refused("ResourceNotFoundException", self.cli, "logs", "delete-log-group", "--log-group-name", "g")

    def test_query(self):
        answer = self.cli("sts", "get-caller-identity")
        self.assertEqual(answer["Account"], "123456789012")
        self.assertEqual(answer["UserId"], self.server.keys()[0])
        self.assertIsNone(self.cli("iam", "attach-role-policy", "--role-name", "r", "--policy-arn",
                                   "arn:aws:iam::aws:policy/ReadOnlyAccess"))

    def test_query_error(self):
        self.assertIn("role with name <x>", self.refused("NoSuchEntity", self.cli, "iam", "get-role",
                                                         "--role-name", "<x>"))

    def test_octets(self):
        path = os.path.join(self.server.data_dir, "block")
        with open(path, "wb") as file:
            file.write(os.urandom(524288))
        answer = self.cli("ebs", "put-snapshot-block", "--snapshot-id", "snap-0123456789abcdef0", "--block-index", "7",
                          "--block-data", path, "--data-length", "524288", "--checksum", "x" * 44,
                          "--checksum-algorithm", "SHA256")
        with open(path, "rb") as file:
            self.assertEqual(answer["Checksum"], base64.b64encode(hashlib.sha256(file.read()).digest()).decode())
        self.cli("ebs", "get-snapshot-block", "--snapshot-id", "snap-0123456789abcdef0", "--block-index", "7",
                 "--block-token", "AAAA", path + ".out")
        with open(path + ".out", "rb") as file:
            self.assertEqual(file.read(), b"\0\1\xff")

    def test_wrong_secret(self):
        wrong = harness.Cli(self.server, self.program, keys=(self.server.keys()[0], "wrong"))
        self.refused("InvalidSignatureException", wrong, "imagebuilder", "list-images")
        self.refused("InvalidSignatureException", wrong, "logs", "describe-log-groups")
        self.refused("SignatureDoesNotMatch", wrong, "sts", "get-caller-identity")
        self.refused("SignatureDoesNotMatch", wrong, "ec2", "describe-images")

    def test_unknown_key(self):
        unknown = harness.Cli(self.server, self.program, keys=("AKIANOBODY", "wrong"))
        self.refused("UnrecognizedClientException", unknown, "imagebuilder", "list-images")
        self.refused("InvalidClientTokenId", unknown, "sts", "get-caller-identity")
        self.refused("AuthFailure", unknown, "ec2", "describe-images")

    def test_unsigned(self):
        for service, operation, code in (
                ("imagebuilder", "list-images", "MissingAuthenticationTokenException"),
                ("logs", "describe-log-groups", "MissingAuthenticationTokenException"),
                ("sts", "get-caller-identity", "MissingAuthenticationToken"),
                ("ec2", "describe-images", "MissingAuthenticationToken")):
            self.refused(code, self.cli, service, operation, "--no-sign-request")

    def test_region_and_service_that_are_not_served(self):
        self.assertIn("us-east-1, us-west-2", self.refused(
            "InvalidSignatureException", lambda: self.cli("imagebuilder", "list-images", region="eu-north-1")))
        self.assertIn("'ssm' is not served here", self.refused(
            "InvalidSignatureException", self.cli, "ssm", "describe-parameters"))

    def test_a_large_body(self):
        path = os.path.join(self.server.data_dir, "large.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"owner": "Self", "nextToken": "x" * 60000,
                       "filters": [{"name": "name", "values": ["v" * 1000] * 10}] * 10}, file)
        answer = self.cli("imagebuilder", "list-images", "--no-paginate", "--cli-input-json", f"file://{path}")
        self.assertEqual(len(json.loads(answer["imageVersionList"][0]["version"])["nextToken"]), 60000)


class Boto3(WithServer):
    def setUp(self):
        if not harness.boto3_or_none():
            self.skipTest("boto3 is not installed")

    def test_presigned(self):
        url = harness.boto_client(self.server, "sts").generate_presigned_url("get_caller_identity", ExpiresIn=60,
                                                                               HttpMethod="GET")
        path = url[len(self.server.endpoint):]
        status, _, body = self.server.http(path)
        self.assertEqual(status, 200, body)
        self.assertIn("<Account>123456789012</Account>", body)
        status, _, body = self.server.http(path.replace("X-Amz-Expires=60", "X-Amz-Expires=600"))
        self.assertEqual(status, 403)
        self.assertIn("<Code>SignatureDoesNotMatch</Code>", body)

    def test_keeps_its_connection(self):
        client = harness.boto_client(self.server, "logs")
        for _ in range(20):
            client.describe_log_groups(logGroupNamePrefix="x")

    def test_too_large_a_body(self):
        from botocore.exceptions import ClientError
        client = harness.boto_client(self.server, "imagebuilder", parameter_validation=False)
        with self.assertRaises(ClientError) as caught:
            client.create_component(name="x", semanticVersion="1.0.0", platform="Linux", data="x" * 9_000_000)
        self.assertEqual(caught.exception.response["Error"]["Code"], "RequestEntityTooLargeException")
        self.assertEqual(caught.exception.response["ResponseMetadata"]["HTTPStatusCode"], 413)


class Raw(WithServer):
    def test_health_needs_no_signature(self):
        self.assertEqual(self.server.http("/healthz")[::2], (200, "ok\n"))

    def test_garbage_does_no_harm(self):
        host, port = self.server.endpoint[len("http://"):].split(":")
        for data in (b"\0" * 1000, os.urandom(5000), b"GET", b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\n"):
            with socket.create_connection((host, int(port)), timeout=10) as connection:
                connection.sendall(data)
        self.assertEqual(self.server.http("/healthz")[0], 200)

    def test_the_harness_signs_by_itself(self):
        status, _, body = self.server.signed("imagebuilder", "/ListImages", body="{}")
        self.assertEqual(status, 200, body)
        for broken, where in (('{"owner": }', "line 1, column 11"), ("[]", "JSON object"), ("{", "incomplete")):
            status, headers, body = self.server.signed("imagebuilder", "/ListImages", body=broken)
            self.assertEqual((status, headers["x-amzn-ErrorType"]), (400, "SerializationException"))
            self.assertIn(where, body)

    def caller_identity(self, **options):
        return self.server.presigned("sts", query={"Action": "GetCallerIdentity", "Version": "2011-06-15"}, **options)

    def test_presigned(self):
        status, _, body = self.server.http(self.caller_identity())
        self.assertEqual(status, 200, body)
        self.assertIn("<Account>123456789012</Account>", body)
        self.assertEqual(self.server.http(self.caller_identity(expires=604800))[0], 200)
        tags = self.server.presigned("imagebuilder", "/tags/" + urllib.parse.quote(ARN, safe=""))
        status, _, body = self.server.http(tags)
        self.assertEqual(status, 200, body)
        self.assertEqual(json.loads(body)["tags"]["arn"], ARN)

    def test_what_is_altered_after_presigning(self):
        good = self.caller_identity()
        for what, altered in {
                "lifetime": good.replace("X-Amz-Expires=60", "X-Amz-Expires=61"),
                "action": good.replace("GetCallerIdentity", "GetSessionToken"),
                "path": good.replace("/?", "/x?"),
                "further parameter": good + "&DurationSeconds=900",
                "region": good.replace("us-east-1", "us-west-2"),
                "signature": good[:-1] + ("0" if good[-1] != "0" else "1"),
                "another secret": self.caller_identity(keys=(self.server.keys()[0], "wrong"))}.items():
            self.assertNotEqual(altered, good, what)
            status, _, body = self.server.http(altered)
            self.assertEqual((status, "<Code>SignatureDoesNotMatch</Code>" in body), (403, True), f"{what}: {body}")
        for method, body in (("POST", b""), ("GET", b"x=y")):
            status, _, answer = self.server.http(good, method, body=body)
            self.assertEqual(status, 403, f"{method} {body} {answer}")

    def test_presigned_for_another_time(self):
        self.assertEqual(self.server.http(self.caller_identity(now_offset_seconds=-30))[0], 200)
        for options, message in (({"now_offset_seconds": -120}, "Signature expired"),
                                 ({"now_offset_seconds": 3600}, "Signature not yet current"),
                                 ({"expires": 604801}, "X-Amz-Expires must be"),
                                 ({"expires": 0}, "X-Amz-Expires must be")):
            status, _, body = self.server.http(self.caller_identity(**options))
            self.assertEqual(status // 100, 4, body)
            self.assertIn(message, body)

    def test_presigned_in_parts_or_twice(self):
        good = self.caller_identity()
        for name in ("X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-SignedHeaders",
                     "X-Amz-Signature"):
            path, query = good.split("?")
            fields = [field for field in query.split("&") if not field.startswith(name + "=")]
            status, _, body = self.server.http(path + "?" + "&".join(fields))
            self.assertEqual(status // 100, 4, f"{name}: {body}")
        status, _, body = self.server.http(good + "&X-Amz-Signature=00")
        self.assertIn("is given twice", body)
        status, _, body = self.server.http(good, headers={"Authorization": "AWS4-HMAC-SHA256 Credential=x"})
        self.assertIn("more than one signature", body)
        self.assertEqual(status // 100, 4)

    def test_signature_material_of_all_kinds(self):
        for value in ("", "x", "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256 Credential=////, SignedHeaders=;, Signature=",
                      "AWS4-HMAC-SHA256 " + "Credential=a," * 3000, "Basic eDp5"):
            status, headers, _ = self.server.http("/ListImages", "POST", {"Authorization": value}, "{}")
            self.assertEqual(status, 403, value[:60])
            self.assertTrue(headers["x-amzn-RequestId"])


def suite(server):
    WithServer.server = server
    load = unittest.defaultTestLoader.loadTestsFromTestCase
    cases = [load(type(f"AwsCli_{program}", (AwsCli,), {"program": program})) for program in harness.cli_programs()]
    return unittest.TestSuite([*cases, load(Boto3), load(Raw)])


def main():
    if not harness.cli_programs():
        harness.skip("no AWS CLI is installed (Debian: apt-get install awscli)")
    with harness.private_directory("wire") as data_dir, harness.Server([sys.argv[1]], data_dir) as server:
        result = unittest.TextTestRunner(verbosity=2 if "-v" in sys.argv else 1).run(suite(server))
        if not result.wasSuccessful():
            print(server.read_log(), file=sys.stderr)
    sys.exit(0 if result.wasSuccessful() else 1)


if __name__ == "__main__":
    main()
