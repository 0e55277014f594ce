"""Starts a server binary and drives it with real AWS clients. Standard library only, so that it runs wherever the
tests run; what needs the AWS CLI or boto3 is skipped where they are absent.

    with Server([binary], data_dir) as server:
        cli = Cli(server)
        cli("imagebuilder", "list-images")
"""

import datetime
import hashlib
import hmac
import json
import os
import re
import selectors
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

SKIPPED = 77  # what ctest reads as "skipped"
REGIONS = ("us-east-1", "us-west-2")


class AwsError(Exception):
    """The CLI ended with an error of the service: its code and message."""

    def __init__(self, code, message, output):
        super().__init__(output)
        self.code = code
        self.message = message


class Server:
    """`<command> serve --data-dir DIR --listen 127.0.0.1:0`, until the end of the with block.

    Attributes: endpoint, data_dir, process, credentials (path), log (path of what it wrote to stderr)."""

    def __init__(self, command, data_dir, arguments=(), environment=None, ready_seconds=60):
        self.data_dir = data_dir
        self.credentials = os.path.join(data_dir, "credentials")
        self.log = os.path.join(data_dir, "server-under-test.log")
        self._command = [*command, "serve", "--data-dir", data_dir, "--listen", "127.0.0.1:0", *arguments]
        self._environment = environment
        self._ready_seconds = ready_seconds
        self.process = None
        self.endpoint = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        os.makedirs(self.data_dir, exist_ok=True)
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(self._command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                            stderr=log, env=self._environment)
        try:
            self.endpoint = self._wait_until_listening()
        except Exception:
            self.process.kill()
            self.process.wait()
            raise

    def _wait_until_listening(self):
        deadline = time.monotonic() + self._ready_seconds
        seen = b""
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            while time.monotonic() < deadline:
                if not selector.select(deadline - time.monotonic()):
                    continue
                data = os.read(self.process.stdout.fileno(), 4096)
                seen += data
                found = re.search(rb"listening on (https?://\S+)\s", seen)
                if found:
                    return found.group(1).decode()
                if not data:
                    raise AssertionError(f"{self._command} ended before it listened:\n{self.read_log()}")
        raise AssertionError(f"{self._command} did not say 'listening on'; it said {seen!r}\n{self.read_log()}")

    def kill(self):
        """kill -9: the daemon gets no chance to clean up."""
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def stop(self):
        """SIGTERM; the server must end with status 0 within ten seconds."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                status = self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise AssertionError(f"the server ignored SIGTERM for 10 s\n{self.read_log()}") from None
            assert status == 0, f"the server ended with status {status}\n{self.read_log()}"
        self.process.stdout.close()

    def read_log(self, tail_bytes=20000):
        try:
            with open(self.log, "rb") as log:
                return log.read()[-tail_bytes:].decode(errors="replace")
        except FileNotFoundError:
            return ""

    def keys(self):
        """The access key id and the secret of profile [default]."""
        with open(self.credentials, encoding="utf-8") as file:
            fields = dict(re.findall(r"^\s*(aws_\w+)\s*=\s*(\S+)\s*$", file.read(), re.M))
        return fields["aws_access_key_id"], fields["aws_secret_access_key"]

    def http(self, path="/", method="GET", headers=None, body=None):
        """A raw request: (status, headers, body text), whatever the status."""
        request = urllib.request.Request(self.endpoint + path, method=method, headers=headers or {},
                                         data=body.encode() if isinstance(body, str) else body)
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return response.status, response.headers, response.read().decode(errors="replace")
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers, error.read().decode(errors="replace")


    def signed(self, service, path="/", method="POST", headers=None, body="", region="us-east-1", keys=None,
               now_offset_seconds=0, scope_service=None, scope_date=None, sent=None):
        """A raw signed request, for what no client would send: (status, headers, body text). `path` has no query.
        `sent` replaces path, body or headers after signing."""
        key, secret = keys or self.keys()
        moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=now_offset_seconds)
        now = moment.strftime("%Y%m%dT%H%M%SZ")
        scope = f"{scope_date or now[:8]}/{region}/{scope_service or service}/aws4_request"
        fields = {**(headers or {}), "Host": self.endpoint.split("//")[1], "X-Amz-Date": now}
        names = sorted(name.lower() for name in fields)
        values = {name.lower(): value for name, value in fields.items()}
        data = body.encode() if isinstance(body, str) else body
        canonical = "\n".join([method, path, "", *(f"{name}:{values[name]}" for name in names), "", ";".join(names),
                               hashlib.sha256(data).hexdigest()])
        signature = signature_of(secret, scope, now, canonical)
        fields["Authorization"] = (f"AWS4-HMAC-SHA256 Credential={key}/{scope}, SignedHeaders={';'.join(names)}, "
                                   f"Signature={signature}")
        spoilt = sent or {}
        return self.http(spoilt.get("path", path), method, {**fields, **spoilt.get("headers", {})},
                         spoilt.get("body", data))

    def presigned(self, service, path="/", query=None, method="GET", expires=60, region="us-east-1", keys=None,
                  now_offset_seconds=0):
        """The path and query of a request that carries its signature in them, as a browser would send it. `path` is
        percent-encoded once."""
        key, secret = keys or self.keys()
        moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=now_offset_seconds)
        now = moment.strftime("%Y%m%dT%H%M%SZ")
        scope = f"{now[:8]}/{region}/{service}/aws4_request"
        fields = {**(query or {}), "X-Amz-Algorithm": "AWS4-HMAC-SHA256", "X-Amz-Credential": f"{key}/{scope}",
                  "X-Amz-Date": now, "X-Amz-Expires": str(expires), "X-Amz-SignedHeaders": "host"}
        text = urllib.parse.urlencode(sorted(fields.items()), quote_via=urllib.parse.quote, safe="-_.~")
        canonical = "\n".join([method, urllib.parse.quote(path, safe="/-_.~"), text,
                               f"host:{self.endpoint.split('//')[1]}", "", "host", hashlib.sha256(b"").hexdigest()])
        return f"{path}?{text}&X-Amz-Signature={signature_of(secret, scope, now, canonical)}"


def signature_of(secret, scope, now, canonical):
    """Of a canonical request, by Signature Version 4."""
    signing = ("AWS4" + secret).encode()
    for part in scope.split("/"):
        signing = hmac.digest(signing, part.encode(), "sha256")
    text = "\n".join(["AWS4-HMAC-SHA256", now, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    return hmac.digest(signing, text.encode(), "sha256").hex()


def cli_programs():
    """Every AWS CLI that can be run here, the one in PATH first."""
    candidates = [shutil.which("aws"), "/usr/bin/aws", "/usr/local/bin/aws"]
    programs = []
    for path in candidates:
        if path and os.access(path, os.X_OK) and path not in programs:
            programs.append(path)
    return programs


class Cli:
    """The unmodified AWS CLI, given nothing but the endpoint, the credentials file and a region."""

    def __init__(self, server, program=None, region="us-east-1", keys=None, timeout_seconds=120):
        self._server = server
        self._program = program or cli_programs()[0]
        self._region = region
        self._timeout_seconds = timeout_seconds
        self.environment = {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
            "HOME": server.data_dir,  # no configuration of whoever runs the tests
            "LC_ALL": "C.UTF-8",
            "AWS_PAGER": "",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_MAX_ATTEMPTS": "1",
        }
        if keys:
            self.environment["AWS_ACCESS_KEY_ID"], self.environment["AWS_SECRET_ACCESS_KEY"] = keys
        else:
            self.environment["AWS_SHARED_CREDENTIALS_FILE"] = server.credentials

    def __call__(self, service, operation, *arguments, region=None):
        """Runs `aws <service> <operation>` and gives its answer (None when it printed nothing)."""
        command = [self._program, "--endpoint-url", self._server.endpoint, "--region", region or self._region,
                   "--output", "json", "--cli-connect-timeout", "10", service, operation, *arguments]
        done = subprocess.run(command, env=self.environment, stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=self._timeout_seconds, check=False)
        if done.returncode != 0:
            found = re.search(r"An error occurred \((\S+)\) when calling .*? operation(?: \([^)]*\))?: (.*)", done.stderr, re.S)
            code, message = found.groups() if found else ("", done.stderr)
            raise AwsError(code, message.strip(), done.stderr.strip())
        return json.loads(done.stdout) if done.stdout.strip() else None


def boto3_or_none():
    try:
        import boto3  # pylint: disable=import-outside-toplevel
        return boto3
    except ImportError:
        return None


def boto_client(server, service, region="us-east-1", **config):
    import boto3  # pylint: disable=import-outside-toplevel
    from botocore.config import Config  # pylint: disable=import-outside-toplevel
    key, secret = server.keys()
    return boto3.client(service, region_name=region, endpoint_url=server.endpoint, aws_access_key_id=key,
                        aws_secret_access_key=secret, config=Config(retries={"max_attempts": 1}, **config))


def private_directory(name):
    """A folder of this run alone; removed at its end by the context manager."""
    return tempfile.TemporaryDirectory(prefix=f"goldsmith-{name}-")


def skip(reason):
    """Ends the program as skipped."""
    print(f"SKIPPED: {reason}", file=sys.stderr)
    sys.exit(SKIPPED)
