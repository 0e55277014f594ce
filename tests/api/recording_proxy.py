"""A proxy between AWS clients and a server that writes down every exchange, one JSON object a line, for check_exchanges.

    with RecordingProxy(server.endpoint, path) as proxy:
        clients use proxy.endpoint

Requests pass unchanged, the Host header included, so that their signatures stay valid."""

import http.client
import http.server
import json
import threading
import urllib.parse


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _forward(self):
        length = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(length)
        upstream = http.client.HTTPConnection(self.server.upstream, timeout=60)
        upstream.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            upstream.putheader(name, value)
        upstream.endheaders(body)
        answer = upstream.getresponse()
        content = answer.read()
        self.server.record(self, body, answer, content)
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("transfer-encoding", "connection", "content-length"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        upstream.close()

    do_GET = do_PUT = do_POST = do_DELETE = _forward

    def log_message(self, *_):  # pylint: disable=arguments-differ
        pass


class RecordingProxy(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, endpoint, path):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.upstream = endpoint.split("//")[1]
        self.endpoint = f"http://127.0.0.1:{self.server_address[1]}"
        self._file = open(path, "w", encoding="utf-8")  # pylint: disable=consider-using-with
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self.serve_forever, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()
        self._file.close()

    def record(self, request, body, answer, content):
        """Only Image Builder's exchanges: the service stands in the signature's scope."""
        if "/imagebuilder/aws4_request" not in request.headers.get("Authorization", ""):
            return
        path, _, query = request.path.partition("?")
        line = {
            "method": request.command,
            "path": [urllib.parse.unquote(segment) for segment in path.split("/")[1:]],
            "query": urllib.parse.parse_qsl(query, keep_blank_values=True),
            "requestBody": body.decode(),
            "status": answer.status,
            "errorType": (answer.getheader("x-amzn-ErrorType") or "").split(":")[0],
            "responseBody": content.decode(),
        }
        with self._lock:
            self._file.write(json.dumps(line) + "\n")
            self._file.flush()
