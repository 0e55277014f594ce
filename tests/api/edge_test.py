"""What stands around the operations: TLS, throttling, the audit log and its search, limits, a full disk, stopping.

    edge_test.py GOLDSMITH API_BENCH
"""

import concurrent.futures
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import time
import unittest

import harness

GOLDSMITH, API_BENCH = sys.argv[1:3]
DOCUMENT = "name: x\nschemaVersion: 1.0\nphases:\n  - name: build\n    steps:\n      - name: step\n" \
           "        action: ExecuteBash\n        inputs:\n          commands:\n            - 'true'\n"


def component(name, **more):
    return json.dumps({"name": name, "semanticVersion": "1.0.0", "platform": "Linux", "data": DOCUMENT,
                       "clientToken": name, **more})


class EdgeTest(unittest.TestCase):
    def setUp(self):
        self.directory = harness.private_directory("edge")
        self.addCleanup(self.directory.cleanup)
        self.data = os.path.join(self.directory.name, "data")

    def serve(self, config="", arguments=(), data=None):
        os.makedirs(self.directory.name, exist_ok=True)
        path = os.path.join(self.directory.name, "config.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write("driver: fake\n" + config)
        return harness.Server([GOLDSMITH], data or self.data, ["--config", path, *arguments])

    def goldsmith(self, *arguments):
        return subprocess.run([GOLDSMITH, *arguments, "--data-dir", self.data], capture_output=True, text=True,
                              timeout=60, check=False)

    def lines(self):
        folder = os.path.join(self.data, "audit")
        records = []
        for name in sorted(os.listdir(folder)):
            if name.startswith("events-"):
                with open(os.path.join(folder, name), encoding="utf-8") as file:
                    records += [json.loads(line) for line in file]
        return records


class AuditTest(EdgeTest):
    def test_every_call_is_recorded_and_the_chain_holds(self):
        with self.serve() as server:
            status, _, body = server.signed("imagebuilder", "/CreateComponent", "PUT", body=component("audited"))
            self.assertEqual(status, 200, body)
            arn = json.loads(body)["componentBuildVersionArn"]
            written = [r for r in self.lines() if r["eventName"] == "CreateComponent"]  # before any stop or flush
            self.assertEqual(written[0]["responseElements"]["componentBuildVersionArn"], arn)
            server.signed("imagebuilder", "/CreateComponent", "PUT", body="{}")  # refused by validation
            key, secret = server.keys()
            server.signed("imagebuilder", "/ListImages", body="{}", keys=(key, secret + "x"))  # by signature
            server.http("/ListImages", "POST", {"Content-Type": "application/json"}, "{}")  # no signature
            server.signed("ec2", body="Action=DescribeRegions&Version=2016-11-15",
                          headers={"Content-Type": "application/x-www-form-urlencoded"})
            server.http("/healthz")
        outcomes = [(r["eventName"], r.get("errorCode"), r["userIdentity"]["type"]) for r in self.lines()]
        self.assertIn(("CreateComponent", None, "Root"), outcomes)
        self.assertIn("Root", [o[2] for o in outcomes if o[0] == "CreateComponent" and o[1]])
        self.assertIn(("ListImages", "InvalidSignatureException", "Unknown"), outcomes)
        self.assertIn(("Unknown", "MissingAuthenticationTokenException", "Unknown"), outcomes)
        self.assertIn(("DescribeRegions", None, "Root"), outcomes)
        self.assertEqual(len(outcomes), 5, outcomes)
        verdict = self.goldsmith("audit", "verify")
        self.assertEqual(verdict.returncode, 0, verdict.stderr)
        head = re.search(r"head (\d+:[0-9a-f]{64})", verdict.stdout).group(1)
        self.assertEqual(self.goldsmith("audit", "verify", "--head", head).returncode, 0)
        check = self.goldsmith("fsck")
        self.assertEqual(check.returncode, 0, check.stdout)
        self.assertIn("audit log: 5 lines in 1 files", check.stdout)

    def test_verify_names_an_altered_line(self):
        with self.serve() as server:
            for name in ("one", "two", "three"):
                server.signed("imagebuilder", "/CreateComponent", "PUT", body=component(name))
        folder = os.path.join(self.data, "audit")
        name = next(name for name in os.listdir(folder) if name.startswith("events-"))
        path = os.path.join(folder, name)
        with open(path, encoding="utf-8") as file:
            text = file.read()
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace('"name":"two"', '"name":"TWO"'))
        verdict = self.goldsmith("audit", "verify")
        self.assertEqual(verdict.returncode, 1)
        self.assertIn(f"{name}:2: the line was altered", verdict.stderr)
        check = self.goldsmith("fsck")
        self.assertEqual(check.returncode, 1, check.stdout)
        self.assertIn(f"{name}:2: the line was altered", check.stdout)

    def test_kill_loses_no_answered_change(self):
        with self.serve() as server:
            for i in range(5):
                status, _, body = server.signed("imagebuilder", "/CreateComponent", "PUT", body=component(f"kill-{i}"))
                self.assertEqual(status, 200, body)
            server.kill()
            server.start()
        created = [r for r in self.lines() if r["eventName"] == "CreateComponent"]
        self.assertEqual(len(created), 5)
        self.assertEqual(self.goldsmith("audit", "verify").returncode, 0)

    def test_lookup_events_with_the_cli(self):
        if not harness.cli_programs():
            self.skipTest("the AWS CLI is not installed")
        with self.serve() as server:
            cli = harness.Cli(server)
            for i in range(3):
                server.signed("imagebuilder", "/CreateComponent", "PUT", body=component(f"found-{i}"))
            cli("imagebuilder", "list-components")
            time_limit = time.monotonic() + 10  # lines of reads are written soon, not at once
            while time.monotonic() < time_limit:
                events = cli("cloudtrail", "lookup-events", "--lookup-attributes",
                             "AttributeKey=EventName,AttributeValue=ListComponents")["Events"]
                if events:
                    break
            self.assertEqual(events[0]["ReadOnly"], "true")
            self.assertEqual(events[0]["Username"], "root")
            events = cli("cloudtrail", "lookup-events", "--page-size", "2", "--lookup-attributes",
                         "AttributeKey=EventName,AttributeValue=CreateComponent")["Events"]
            self.assertEqual(len(events), 3)
            whole = json.loads(events[0]["CloudTrailEvent"])
            self.assertEqual(whole["eventID"], events[0]["EventId"])
            self.assertEqual(events[0]["Resources"][0]["ResourceType"], "AWS::ImageBuilder::Component")
            by_name = cli("cloudtrail", "lookup-events", "--lookup-attributes", "AttributeKey=ResourceName,AttributeValue="
                          + events[0]["Resources"][0]["ResourceName"])["Events"]
            self.assertEqual([e["EventId"] for e in by_name], [events[0]["EventId"]])
            self.assertEqual(cli("cloudtrail", "lookup-events", region="us-west-2")["Events"], [])
            with self.assertRaises(harness.AwsError) as caught:
                cli("cloudtrail", "lookup-events", "--start-time", "2026-01-02", "--end-time", "2026-01-01")
            self.assertEqual(caught.exception.code, "InvalidTimeRangeException")


class TlsTest(EdgeTest):
    def test_the_cli_trusts_the_generated_authority(self):
        if not harness.cli_programs():
            self.skipTest("the AWS CLI is not installed")
        with self.serve(arguments=["--tls"]) as server:
            self.assertTrue(server.endpoint.startswith("https://"))
            cli = harness.Cli(server)
            with self.assertRaises(harness.AwsError) as caught:
                cli("imagebuilder", "list-components")
            self.assertIn("CERTIFICATE_VERIFY_FAILED", caught.exception.message)
            cli.environment["AWS_CA_BUNDLE"] = os.path.join(self.data, "tls", "ca.pem")
            self.assertEqual(cli("imagebuilder", "list-components")["componentVersionList"], [])
        listed = [r for r in self.lines() if r["eventName"] == "ListComponents"]
        self.assertTrue(listed[-1]["tlsDetails"]["tlsVersion"].startswith("TLSv1."))

    def test_policies_see_whether_a_request_is_encrypted(self):
        if not harness.cli_programs():
            self.skipTest("the AWS CLI is not installed")
        policy = {"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": "imagebuilder:ListComponents", "Resource": "*",
             "Condition": {"Bool": {"aws:SecureTransport": "true"}}}]}
        with self.serve() as server:
            root = harness.Cli(server)
            root("iam", "create-user", "--user-name", "careful")
            root("iam", "put-user-policy", "--user-name", "careful", "--policy-name", "encrypted", "--policy-document",
                 json.dumps(policy))
            made = root("iam", "create-access-key", "--user-name", "careful")["AccessKey"]
            keys = (made["AccessKeyId"], made["SecretAccessKey"])
            with self.assertRaises(harness.AwsError) as caught:
                harness.Cli(server, keys=keys)("imagebuilder", "list-components")
            self.assertEqual(caught.exception.code, "AccessDeniedException")
        with self.serve(arguments=["--tls"]) as server:
            careful = harness.Cli(server, keys=keys)
            careful.environment["AWS_CA_BUNDLE"] = os.path.join(self.data, "tls", "ca.pem")
            self.assertEqual(careful("imagebuilder", "list-components")["componentVersionList"], [])

    def test_hangup_reloads_the_certificate(self):
        first = os.path.join(self.directory.name, "one")
        second = os.path.join(self.directory.name, "two")
        for folder in (first, second):  # two servers of their own make two pairs of files
            with self.serve(arguments=["--tls"], data=folder):
                pass
        files = {name: os.path.join(self.directory.name, name) for name in ("server.pem", "server.key")}

        def install(folder):
            for name, path in files.items():
                with open(os.path.join(folder, "tls", name), "rb") as source, open(path, "wb") as target:
                    target.write(source.read())

        def presented(server):
            host, port = server.endpoint.split("//")[1].split(":")
            return ssl.get_server_certificate((host, int(port)), timeout=10)

        install(first)
        with self.serve(arguments=["--tls-certificate", files["server.pem"], "--tls-key", files["server.key"]]) as server:
            before = presented(server)
            install(second)
            server.process.send_signal(signal.SIGHUP)
            deadline = time.monotonic() + 10
            while presented(server) == before and time.monotonic() < deadline:
                pass
            self.assertNotEqual(presented(server), before)

    def test_says_which_file_is_missing(self):
        done = subprocess.run([GOLDSMITH, "serve", "--data-dir", self.data, "--listen", "127.0.0.1:0",
                               "--tls-certificate", "/none.pem", "--tls-key", "/none.key"],
                              capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("/none.pem", done.stderr)


class ThrottlingTest(EdgeTest):
    CONFIG = "throttling: on\nthrottle_read_per_second: 2\nthrottle_read_burst: 3\n"

    def test_each_service_answers_with_its_own_error(self):
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        with self.serve(self.CONFIG.replace("_second: 2", "_second: 1")) as server:
            def until_refused(call):
                for _ in range(50):
                    status, headers, body = call()
                    if status != 200:
                        return status, headers["Retry-After"], body
                self.fail("never throttled")
            status, after, body = until_refused(lambda: server.signed("imagebuilder", "/ListImages", body="{}"))
            self.assertEqual((status, after), (429, "1"))
            self.assertIn("exceeded the permitted request rate", body)
            status, after, body = until_refused(lambda: server.signed(
                "ec2", body="Action=DescribeRegions&Version=2016-11-15", headers=form))
            self.assertEqual((status, after), (503, "1"))
            self.assertIn("<Code>RequestLimitExceeded</Code>", body)
            status, after, body = until_refused(lambda: server.signed(
                "sts", body="Action=GetCallerIdentity&Version=2011-06-15", headers=form))
            self.assertEqual((status, after), (400, "1"))
            self.assertIn("<Code>Throttling</Code>", body)
        self.assertIn("CallRateLimitExceededException", [r.get("errorCode") for r in self.lines()])

    def test_the_cli_retries_until_it_gets_through(self):
        if not harness.cli_programs():
            self.skipTest("the AWS CLI is not installed")

        # The clients' standard mode does not know Image Builder's own error; their legacy mode knows its status.
        for mode, call, path, body in (
                ("standard", ("ec2", "describe-regions"), "/", "Action=DescribeRegions&Version=2016-11-15"),
                ("legacy", ("imagebuilder", "list-components"), "/ListComponents", "{}")):
            with self.subTest(mode=mode):
                self.retry(mode, call, path, body)

    def retry(self, mode, call, path, body):
        def refused_the_cli():
            return any(r.get("errorCode") in ("CallRateLimitExceededException", "RequestLimitExceeded")
                       and "aws-cli" in r["userAgent"] for r in self.lines())
        self.data = os.path.join(self.directory.name, mode)
        with self.serve(self.CONFIG, data=self.data) as server, concurrent.futures.ThreadPoolExecutor(1) as pool:
            cli = harness.Cli(server)
            cli.environment.update(AWS_MAX_ATTEMPTS="20", AWS_RETRY_MODE=mode)
            answer = pool.submit(cli, *call)
            deadline = time.monotonic() + 60
            form = {"Content-Type": "application/x-www-form-urlencoded"} if call[0] == "ec2" else {}
            while not refused_the_cli() and time.monotonic() < deadline:  # somebody else uses up every token
                for _ in range(50):
                    server.signed(call[0], path, headers=form, body=body)
            self.assertTrue(refused_the_cli())
            self.assertTrue(answer.result(60))


class CrowdTest(EdgeTest):
    def load(self, server, *arguments):
        done = subprocess.run([API_BENCH, "load", server.endpoint, server.credentials, *arguments],
                              capture_output=True, text=True, timeout=300, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return {key: float(value) for key, value in re.findall(r"(\w+)=([0-9.]+)", done.stdout)}

    def test_a_thousand_clients_see_no_error(self):
        with self.serve() as server:
            figures = self.load(server, "create", "1000", "2")
            self.assertGreaterEqual(figures["answers"], 1000)
            self.assertEqual((figures["errors"], figures["throttled"]), (0, 0))
            self.load(server, "list", "1000", "2")
        created = sum(r["eventName"] == "CreateComponent" and "errorCode" not in r for r in self.lines())
        self.assertEqual(created, figures["answers"])
        self.assertEqual(self.goldsmith("audit", "verify").returncode, 0)

    def test_with_throttling_they_see_nothing_else(self):
        with self.serve("throttling: on\n") as server:
            figures = self.load(server, "list", "1000", "2")
            self.assertEqual(figures["errors"], 0)
            self.assertGreater(figures["throttled"], 0)

    def test_stops_within_five_seconds_whoever_is_connected(self):
        with self.serve() as server:
            host, port = server.endpoint.split("//")[1].split(":")
            connections = [socket.create_connection((host, int(port))) for _ in range(50)]
            for connection in connections[10:]:
                connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc")
            begin = time.monotonic()
            server.stop()
            self.assertLess(time.monotonic() - begin, 5)
            for connection in connections:
                connection.close()


class FullDiskTest(EdgeTest):
    """A disk of its own that is really full: needs the right to mount one."""

    def setUp(self):
        super().setUp()
        os.makedirs(self.data)
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", self.data],
                                 capture_output=True, text=True, check=False)
        if mounted.returncode != 0:
            self.skipTest(f"cannot mount a small disk: {mounted.stderr.strip()}")
        self.addCleanup(subprocess.run, ["umount", self.data], check=True)

    def fill(self):
        with open(os.path.join(self.data, "ballast"), "wb", buffering=0) as ballast:
            try:
                while True:
                    ballast.write(bytes(4096))
            except OSError:
                pass

    def test_no_acknowledged_change_is_missing(self):
        acknowledged = []
        with self.serve("audit_file_mib: 1\n") as server:
            def create(name):
                status, _, body = server.signed("imagebuilder", "/CreateComponent", "PUT", body=component(name))
                if status == 200:
                    acknowledged.append(json.loads(body)["componentBuildVersionArn"])
                return status
            self.assertEqual(create("before"), 200)
            self.fill()
            for i in range(20):
                self.assertIn(create(f"full-{i}"), (200, 500, 503))
            long_line = json.dumps({"unknown": ["x" * 1000] * 60})  # the reserve holds some seventy of them
            for _ in range(200):
                status, headers, body = server.signed("imagebuilder", "/ListComponents", body=long_line)
                if status != 200:
                    break
            self.assertEqual(status, 503, body)
            self.assertIn("audit log cannot be written", body)
            self.assertTrue(headers["Retry-After"])
            self.assertEqual(create("refused"), 503)
            self.assertEqual(server.http("/healthz")[0], 200)
            os.remove(os.path.join(self.data, "ballast"))
            deadline = time.monotonic() + 20
            while create(f"after-{len(acknowledged)}-{time.monotonic_ns()}") != 200 and time.monotonic() < deadline:
                pass
            self.assertEqual(create("again"), 200)
        recorded = {(r["responseElements"] or {}).get("componentBuildVersionArn") for r in self.lines()
                    if r["eventName"] == "CreateComponent"}
        self.assertEqual(set(acknowledged) - recorded, set())
        verdict = self.goldsmith("audit", "verify")
        self.assertEqual(verdict.returncode, 0, verdict.stderr)


class SignatureTest(EdgeTest):
    """Over the wire, every protocol: what is spoilt is refused with that protocol's own error."""

    SERVICES = {
        "imagebuilder": ("/ListImages", {"Content-Type": "application/json"}, "{}",
                         "InvalidSignatureException", "UnrecognizedClientException"),
        "logs": ("/", {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "Logs_20140328.DescribeLogGroups"},
                 "{}", "InvalidSignatureException", "UnrecognizedClientException"),
        "sts": ("/", {"Content-Type": "application/x-www-form-urlencoded"},
                "Action=GetCallerIdentity&Version=2011-06-15", "SignatureDoesNotMatch", "InvalidClientTokenId"),
        "ec2": ("/", {"Content-Type": "application/x-www-form-urlencoded"},
                "Action=DescribeRegions&Version=2016-11-15", "SignatureDoesNotMatch", "AuthFailure"),
    }

    def test_spoilt_requests_are_refused(self):
        with self.serve() as server:
            key, secret = server.keys()
            for service, (path, headers, body, mismatch, unknown) in self.SERVICES.items():
                def refused(expected, statuses=(400, 401, 403), path=path, headers=headers, body=body, service=service,
                            **options):
                    status, answer_headers, answer = server.signed(service, path, headers=headers, body=body, **options)
                    said = (answer_headers.get("x-amzn-ErrorType") or "") + answer
                    self.assertIn(expected, said, (service, options))
                    self.assertIn(status, statuses)
                self.assertEqual(server.signed(service, path, headers=headers, body=body)[0], 200)
                refused(mismatch, keys=(key, secret[:-1] + ("a" if secret[-1] != "a" else "b")))
                refused(unknown, keys=("AKIA" + "Q" * 16, secret))
                refused(mismatch, sent={"body": body + " "})
                refused(mismatch, sent={"path": path + "x"})
                refused(mismatch, sent={"path": path + "?added=1"})
                refused(mismatch, sent={"headers": {"Content-Type": "text/plain"}})
                refused(mismatch, region="mars-1")
                refused(mismatch, now_offset_seconds=3600)
                expired = "RequestExpired" if service == "ec2" else mismatch
                refused(expired, now_offset_seconds=-3600)
                refused(mismatch, scope_service="lambda")
                refused(mismatch, scope_date="20200101")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
