"""Where the log goes (6.2, 6.6), TLS and proxies, with the real toe against doubles."""

import hashlib
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from server_double import OWNER, Double
from toe_harness import ToeTest, bash, main, step


class LogUpload(ToeTest):
    """6.2: --log-s3-*."""

    def test_the_whole_folder(self):
        self.succeed(bash("echo hello"), options=("--log-s3-bucket-name", "depot", "--log-s3-key-prefix", "logs/x/",
                                                  "--log-s3-bucket-owner", OWNER))
        prefix = "logs/x/" + self.log_folder.name
        self.assertEqual(self.summary["logUrl"], "s3://depot/" + prefix)
        for name in os.listdir(self.log_folder):
            self.assertEqual(self.double.objects["depot", f"{prefix}/{name}"], (self.log_folder / name).read_bytes())
        self.assertIn(b"Stdout: hello", self.double.objects["depot", prefix + "/console.log"])

    def test_a_failed_run_is_uploaded_too(self):
        self.assertEqual(self.run_steps(bash("exit 1"), options=("-b", "depot")), 1)
        self.assertIn(("depot", self.log_folder.name + "/detailedoutput.json"), self.double.objects)

    def test_upload_that_fails_fails_the_run(self):
        self.assertEqual(self.run_steps(bash("true"), options=("-b", "nowhere")), 1)
        self.assertIn("NoSuchBucket", self.summary["failureMessage"])
        self.assertEqual(self.summary["logUrl"], str(self.log_folder))

    def test_settings_of_the_config_file(self):
        config = self.folder / "run.json"
        config.write_text('{"documents": [{"path": "document.yml"}], "logS3BucketName": "depot", "logS3KeyPrefix": "c"}')
        self.document(bash("true"))
        self.assertEqual(self.run_document(None, "--config", str(config)), 0)
        self.assertTrue(self.summary["logUrl"].startswith("s3://depot/c/TOE_"))

    def test_prefix_without_bucket(self):
        self.assertEqual(self.run_steps(bash("true"), options=("-k", "x")), 1)
        self.assertIn("need --log-s3-bucket-name", self.summary["failureMessage"])


class CloudWatch(ToeTest):
    """6.2: --cw-*."""

    OPTIONS = ("--cw-log-group", "group", "--cw-log-stream", "stream", "--cw-log-region", "eu-west-1")

    def test_every_line_in_order(self):
        self.succeed(bash("seq 1 30000; echo; echo secret AKIAABCDEFGHIJKLMNOP"), options=self.OPTIONS)
        lines = self.double.log_groups["group"]["stream"]
        numbers = [line.removeprefix("CmdExecution: Stdout: ") for line in lines]
        numbers = [int(text) for text in numbers if text.isdigit()]
        self.assertEqual(numbers, list(range(1, 30001)))
        self.assertEqual(lines[0], "Document " + self.path("document.yml"))
        self.assertEqual(lines[-1], "TOE has completed execution successfully")
        self.assertFalse([line for line in lines if "AKIAABCDEFGHIJKLMNOP" in line])
        self.assertIn("/eu-west-1/logs/", self.double.requests[-1][2]["authorization"])

    def test_stream_is_named_after_the_execution_unless_given(self):
        self.succeed(bash("true"), options=("--cw-log-group", "group", "-i", "my-run"))
        self.assertIn("my-run", self.double.log_groups["group"])

    def test_long_and_broken_lines(self):
        self.succeed(bash("head -c 600000 /dev/zero | tr '\\0' x; echo; printf 'bad \\377 byte\\n'"), options=self.OPTIONS)
        lines = self.double.log_groups["group"]["stream"]
        self.assertIn("CmdExecution: Stdout: bad \ufffd byte", lines)
        lines = [line.removeprefix("CmdExecution: Stdout: ") for line in lines if line.endswith("xxx")]
        self.assertEqual(sum(map(len, lines)), 600000)

    def test_failures(self):
        self.double.logs_refuse = True
        self.assertEqual(self.run_steps(bash("touch ran"), options=self.OPTIONS), 1)
        self.assertIn("AccessDeniedException", self.summary["failureMessage"])
        self.assertTrue((self.folder / "ran").exists())
        self.succeed(bash("true"), options=(*self.OPTIONS, "--cw-ignore-failures"))

    def test_stream_that_cannot_be_made_stops_before_anything_runs(self):
        self.environment["AWS_ENDPOINT_URL_CLOUDWATCH_LOGS"] = "http://127.0.0.1:1"
        self.assertEqual(self.run_steps(bash("touch ran"), options=self.OPTIONS), 1)
        self.assertFalse((self.folder / "ran").exists())
        self.succeed(bash("true"), options=(*self.OPTIONS, "--cw-ignore-failures"))

    def test_after_sigterm_the_end_of_the_log_still_arrives(self):
        process = subprocess.Popen(self.command(self.document(bash("touch up; sleep 60")), *self.OPTIONS), cwd=self.folder,
                                   env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.assertEqual(self.stop_when(process, (self.folder / "up").exists), 1)
        self.assertIn("TOE has completed execution with failure - Execution failed!",
                      self.double.log_groups["group"]["stream"])


def make_certificates(folder):
    """An authority, and a certificate of 127.0.0.1 and localhost by it."""
    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", "ca.key",
            "-out", "ca.pem", "-days", "2", "-subj", "/CN=test authority")
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", "server.key", "-out",
            "server.csr", "-subj", "/CN=server")
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1,DNS:localhost")
    (folder / "other-names").write_text("subjectAltName=DNS:example.org")
    for names, certificate in (("names", "server.pem"), ("other-names", "other.pem")):
        openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out",
                certificate, "-days", "2", "-extfile", names)


@unittest.skipUnless(shutil.which("openssl"), "openssl is not installed: no certificates to test TLS with")
class Tls(ToeTest):
    """5.9: https, ignoreCertificateErrors; proxies."""

    @classmethod
    def setUpClass(cls):
        cls.certificates = pathlib.Path(tempfile.mkdtemp(prefix="toe-tls-"))
        cls.addClassCleanup(shutil.rmtree, cls.certificates)
        make_certificates(cls.certificates)

    def setUp(self):
        super().setUp()
        self.secure = Double((self.certificates / "server.pem", self.certificates / "server.key"))
        self.addCleanup(self.secure.close)
        self.secure.web["/web/x"] = b"over TLS" * 10000
        self.environment["SSL_CERT_FILE"] = str(self.certificates / "ca.pem")

    def get(self, url, **inputs):
        return step("WebDownload", [{"source": url, "destination": "x", **inputs}])

    def test_trusted_by_address_and_by_name(self):
        self.succeed(self.get(self.secure.url + "/web/x"))
        self.assertEqual((self.folder / "x").read_bytes(), b"over TLS" * 10000)
        self.succeed(self.get(self.secure.url.replace("127.0.0.1", "localhost") + "/web/x"))

    def test_wrong_name(self):
        other = Double((self.certificates / "other.pem", self.certificates / "server.key"))
        self.addCleanup(other.close)
        other.web["/web/x"] = b"x"
        self.fail_with("is not trusted: IP address mismatch", self.get(other.url + "/web/x"))
        self.fail_with("is not trusted: hostname mismatch",
                       self.get(other.url.replace("127.0.0.1", "localhost") + "/web/x"))

    def test_unknown_authority(self):
        del self.environment["SSL_CERT_FILE"]
        self.fail_with("is not trusted", self.get(self.secure.url + "/web/x"))
        self.assertFalse((self.folder / "x").exists())
        self.succeed(self.get(self.secure.url + "/web/x", ignoreCertificateErrors=True))

    def test_unreadable_bundle(self):
        self.environment["SSL_CERT_FILE"] = self.path("none.pem")
        self.fail_with("ca-certificates", self.get(self.secure.url + "/web/x"))

    def test_no_tls_there(self):
        self.fail_with("TLS with 127.0.0.1", self.get(self.double.url.replace("http:", "https:") + "/web/x"))

    def test_redirects_do_not_leave_tls(self):
        self.double.web["/web/plain"] = b"plain"
        self.secure.web["/web/down"] = lambda handler: handler.answer(302, b"", Location=self.double.url + "/web/plain")
        self.fail_with("which is not encrypted", self.get(self.secure.url + "/web/down"))
        digest = hashlib.md5(b"plain").hexdigest()
        self.succeed(self.get(self.secure.url + "/web/down", checksum=digest, algorithm="MD5"))

    def test_aws_over_tls(self):
        self.environment["AWS_ENDPOINT_URL"] = self.secure.url
        self.secure.objects["depot", "k"] = b"k" * 100000
        (self.folder / "up").write_bytes(b"u" * 3000000)
        self.succeed(step("S3Download", [{"source": "s3://depot/k", "destination": "k"}]),
                     step("S3Upload", [{"source": "up", "destination": "s3://depot/up"}], name="Put"))
        self.assertEqual(len(self.secure.objects["depot", "up"]), 3000000)

    def test_tunnel_through_a_proxy(self):
        self.environment["https_proxy"] = self.double.url.replace("http://", "http://me:word@")
        self.double.proxy_authorization = "Basic bWU6d29yZA=="
        self.succeed(self.get(self.secure.url + "/web/x"))
        self.assertEqual([path for path, _ in self.double.proxied], [self.secure.url.removeprefix("https://")])
        self.environment["https_proxy"] = self.double.url
        self.fail_with("refuses to connect to 127.0.0.1", self.get(self.secure.url + "/web/x"))

    def test_plain_proxy_and_no_proxy(self):
        self.double.web["/web/plain"] = b"plain"
        self.environment["http_proxy"] = self.double.url
        self.succeed(self.get("http://example.invalid/web/plain"))
        self.assertEqual(self.double.proxied[0][0], "http://example.invalid/web/plain")
        self.environment.update(http_proxy="http://127.0.0.1:1", no_proxy="localhost,127.0.0.0/8")
        self.succeed(self.get(self.double.url + "/web/plain"))
        self.environment["http_proxy"] = "socks5://127.0.0.1:1"
        self.fail_with("only proxies that are reached over http://", self.get("http://example.invalid/x"))


if __name__ == "__main__":
    main()
