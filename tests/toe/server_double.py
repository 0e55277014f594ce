"""A double of what toe talks to: a web server, S3, SSM, CloudWatch Logs, the image builder's GetComponent, the
instance metadata service and a container's credential endpoint. It checks every signature on its own. Loopback only,
any free port, standard library only."""

import base64
import hashlib
import hmac
import http.server
import json
import socket
import ssl
import threading
import time
import urllib.parse
import xml.sax.saxutils

KEY, SECRET = "AKIDOUBLE", "wJalrXUtnFEMIdouble"
OWNER = "111122223333"
ROLE_KEY = {"AccessKeyId": "ASIAROLE", "SecretAccessKey": "roleSecret", "Token": "roleToken",
            "Expiration": "2999-01-01T00:00:00Z"}
SECRETS = {KEY: (SECRET, None), "ASIAROLE": ("roleSecret", "roleToken")}


def _hmac(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def signature_problem(method, target, headers, body):
    """What is wrong with a request's SigV4 signature; None when nothing is."""
    authorization = headers.get("Authorization", "")
    if not authorization.startswith("AWS4-HMAC-SHA256 "):
        return "MissingAuthenticationToken"
    fields = dict(part.strip().split("=", 1) for part in authorization.split(" ", 1)[1].split(","))
    key, date, region, service, _ = fields["Credential"].split("/")
    if key not in SECRETS:
        return "InvalidAccessKeyId"
    secret, token = SECRETS[key]
    if headers.get("X-Amz-Security-Token") != token:
        return "InvalidClientTokenId"
    payload = hashlib.sha256(body).hexdigest()
    if service == "s3" and headers.get("X-Amz-Content-Sha256") != payload:
        return "XAmzContentSHA256Mismatch"
    path, _, query = target.partition("?")
    quoted = path if service == "s3" else urllib.parse.quote(path, safe="/~")
    pairs = sorted((urllib.parse.quote(name, safe="~"), urllib.parse.quote(value, safe="~"))
                   for name, value in urllib.parse.parse_qsl(query, keep_blank_values=True))
    names = fields["SignedHeaders"].split(";")
    for name in headers:
        if name.lower().startswith("x-amz-") and name.lower() not in names:
            return "UnsignedHeader " + name
    canonical = "\n".join([method, quoted, "&".join(f"{name}={value}" for name, value in pairs),
                           "".join(f"{name}:{' '.join(headers.get(name, '').split())}\n" for name in names),
                           fields["SignedHeaders"], payload])
    scope = f"{date}/{region}/{service}/aws4_request"
    to_sign = "\n".join(["AWS4-HMAC-SHA256", headers["X-Amz-Date"], scope,
                         hashlib.sha256(canonical.encode()).hexdigest()])
    signing_key = ("AWS4" + secret).encode()
    for part in (date, region, service, "aws4_request"):
        signing_key = _hmac(signing_key, part)
    if not hmac.compare_digest(_hmac(signing_key, to_sign).hex(), fields["Signature"]):
        return "SignatureDoesNotMatch"
    return None


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def answer(self, status, body=b"", **headers):
        body = body if isinstance(body, bytes) else body.encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def s3_error(self, status, code, **headers):
        self.answer(status, f"<Error><Code>{code}</Code><Message>{code} it is</Message></Error>", **headers)

    def json_error(self, status, code):
        self.answer(status, json.dumps({"__type": "com.amazonaws#" + code, "message": code + " it is"}))

    def handle_any(self):
        double = self.server.double
        self.body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path.startswith("http://"):  # we are the proxy
            double.proxied.append((self.path, dict(self.headers)))
            self.path = urllib.parse.urlsplit(self.path)._replace(scheme="", netloc="").geturl()
        path, _, self.query = self.path.partition("?")
        self.name = urllib.parse.unquote(path)
        double.requests.append((self.command, self.path, {k.lower(): v for k, v in self.headers.items()}))
        planned = double.failures.get(self.name)
        if planned:
            status, headers = planned.pop(0)
            return self.answer(status, "planned", **headers)
        if self.name.startswith("/latest/"):
            return self.metadata(double)
        if self.name.startswith("/web/"):
            return self.web(double)
        if self.name == "/container/credentials":
            good = self.headers.get("Authorization") == "container token"
            return self.answer(200 if good else 403, json.dumps(ROLE_KEY))
        problem = signature_problem(self.command, self.path, self.headers, self.body)
        if problem:
            return self.s3_error(403, problem)
        target = self.headers.get("X-Amz-Target", "")
        if target == "AmazonSSM.GetParameter":
            return self.parameter(double)
        if target.startswith("Logs_20140328."):
            return self.logs(double, target.split(".")[1], json.loads(self.body))
        if self.name == "/GetComponent":
            return self.component(double)
        return self.s3(double)

    do_GET = do_PUT = do_POST = do_HEAD = handle_any

    def do_CONNECT(self):
        double = self.server.double
        double.proxied.append((self.path, dict(self.headers)))
        if self.headers.get("Proxy-Authorization") != double.proxy_authorization:
            return self.answer(407)
        host, port = self.path.rsplit(":", 1)
        with socket.create_connection((host, int(port))) as upstream:
            self.send_response(200)
            self.end_headers()
            self.wfile.flush()
            there = threading.Thread(target=pump, args=(self.connection, upstream), daemon=True)
            there.start()
            pump(upstream, self.connection)
            there.join()
        self.close_connection = True

    def metadata(self, double):
        if self.name == "/latest/api/token":
            if self.command != "PUT" or "X-aws-ec2-metadata-token-ttl-seconds" not in self.headers:
                return self.answer(400)
            double.tokens += 1
            return self.answer(200, f"token-{double.tokens}")
        if self.headers.get("X-aws-ec2-metadata-token") != f"token-{double.tokens}":
            return self.answer(401)
        value = double.metadata.get(self.name.removeprefix("/latest/"))
        return self.answer(404) if value is None else self.answer(200, value)

    def web(self, double):
        content = double.web.get(self.name)
        if callable(content):
            return content(self)
        if content is None:
            return self.answer(404)
        return self.answer(200, content)

    def parameter(self, double):
        request = json.loads(self.body)
        found = double.parameters.get(request["Name"])
        if found is None:
            return self.json_error(400, "ParameterNotFound")
        kind, value = found
        if kind == "SecureString" and not request.get("WithDecryption"):
            value = "encrypted"
        return self.answer(200, json.dumps({"Parameter": {"Name": request["Name"], "Type": kind, "Value": value}}))

    def logs(self, double, operation, request):
        group = request["logGroupName"]
        if operation == "CreateLogGroup":
            double.log_groups.setdefault(group, {})
        elif group not in double.log_groups:
            return self.json_error(400, "ResourceNotFoundException")
        elif operation == "CreateLogStream":
            if request["logStreamName"] in double.log_groups[group]:
                return self.json_error(400, "ResourceAlreadyExistsException")
            double.log_groups[group][request["logStreamName"]] = []
        elif operation == "PutLogEvents":
            if double.logs_refuse:
                return self.json_error(400, "AccessDeniedException")
            events = request["logEvents"]
            size = sum(len(event["message"].encode()) + 26 for event in events)
            if not events or len(events) > 10000 or size > 1048576 or any(not event["message"] for event in events):
                return self.json_error(400, "InvalidParameterException")
            double.log_groups[group][request["logStreamName"]] += [event["message"] for event in events]
        return self.answer(200, "{}")

    def component(self, double):
        arn = dict(urllib.parse.parse_qsl(self.query)).get("componentBuildVersionArn")
        exact, document = double.components.get(arn, (None, None))
        if document is None:
            return self.json_error(404, "ResourceNotFoundException")
        return self.answer(200, json.dumps({"component": {"arn": exact, "data": document}}))

    def s3(self, double):
        bucket, _, key = self.name.lstrip("/").partition("/")
        region = self.headers["Authorization"].split("/")[2]
        if bucket not in double.buckets:
            return self.s3_error(404, "NoSuchBucket")
        if region != double.buckets[bucket]:
            return self.s3_error(301, "PermanentRedirect", x_amz_bucket_region=double.buckets[bucket])
        if self.headers.get("x-amz-expected-bucket-owner", OWNER) != OWNER:
            return self.s3_error(403, "AccessDenied")
        if self.command == "PUT":
            digest = base64.b64encode(hashlib.sha256(self.body).digest()).decode()
            if self.headers.get("x-amz-checksum-sha256") != digest:
                return self.s3_error(400, "BadDigest")
            double.objects[bucket, key] = self.body
            return self.answer(200)
        if "list-type=2" in self.query:
            return self.listing(double, bucket)
        content = double.objects.get((bucket, key))
        if content is None:
            return self.s3_error(404, "NoSuchKey")
        headers = {}
        if self.headers.get("x-amz-checksum-mode") == "ENABLED":
            headers = double.checksums.get((bucket, key), {})
        return self.answer(200, content, **headers)

    def listing(self, double, bucket):
        query = dict(urllib.parse.parse_qsl(self.query, keep_blank_values=True))
        most = int(query["max-keys"])
        keys = sorted(key for where, key in double.objects if where == bucket and key.startswith(query["prefix"]))
        shown = (urllib.parse.quote(key, safe="/*") for key in keys[:most])
        entries = "".join(f"<Contents><Key>{xml.sax.saxutils.escape(key)}</Key><Size>1</Size></Contents>" for key in shown)
        truncated = "true" if len(keys) > most else "false"
        self.answer(200, f'<?xml version="1.0"?><ListBucketResult xmlns="x"><Name>{bucket}</Name><EncodingType>url'
                         f"</EncodingType><IsTruncated>{truncated}</IsTruncated>{entries}</ListBucketResult>")


def pump(source, sink):
    try:
        while piece := source.recv(65536):
            sink.sendall(piece)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass


class QuietServer(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        pass  # clients that hang up are part of the tests


class Double:
    def __init__(self, certificate=None):
        self.requests, self.proxied = [], []
        self.failures = {}  # path -> [(status, headers), ...] to answer first
        self.web, self.metadata, self.parameters, self.components = {}, {}, {}, {}
        self.buckets, self.objects, self.checksums = {"depot": "us-east-1"}, {}, {}
        self.log_groups, self.logs_refuse = {}, False
        self.tokens = 0
        self.proxy_authorization = None
        self._server = QuietServer(("127.0.0.1", 0), Handler)
        self._server.double = self
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True,
                                                      do_handshake_on_connect=False)
        self.port = self._server.server_address[1]
        self.url = f"http{'s' if certificate else ''}://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def paths(self):
        return [path for _, path, _ in self.requests]


class RawServer:
    """Plays `script(connection)` for each client: for answers that no HTTP library would send."""

    def __init__(self, script):
        self._script = script
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/file"
        self.connections = 0
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._play, args=(connection,), daemon=True).start()

    def _play(self, connection):
        with connection:
            try:
                while b"\r\n\r\n" not in connection.recv(65536):
                    pass
                self._script(connection)
            except OSError:
                pass

    def close(self):
        self._listener.close()


def wait_until(condition, seconds=20):
    """Polls `condition` until it is true; the test fails when it never is."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError("what the test waits for does not happen")
        time.sleep(0.01)
