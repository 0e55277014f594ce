"""S3Download (5.7), S3Upload (5.8) and WebDownload (5.9) of the real toe against a double."""

import base64
import gzip
import hashlib
import os
import socket
import zlib

from server_double import OWNER, RawServer
from toe_harness import ToeTest, bash, main, step


class S3Download(ToeTest):
    """Rows of 5.7."""

    def get(self, source, destination, **inputs):
        return step("S3Download", [{"source": source, "destination": destination, **inputs}])

    def test_one_object_and_missing_parents(self):
        self.double.objects["depot", "pkg/a b+c.bin"] = b"\0content"
        self.succeed(self.get("s3://depot/pkg/a b+c.bin", self.path("new/folder/a.bin"), expectedBucketOwner=OWNER))
        self.assertEqual((self.folder / "new/folder/a.bin").read_bytes(), b"\0content")

    def test_prefix_keeps_sub_folders(self):
        for key in ("pkg/a", "pkg/sub/b", "pkg/sub/deep/c", "pkg/empty/", "pkg/", "other"):
            self.double.objects["depot", key] = key.encode()
        self.succeed(self.get("s3://depot/pkg/*", self.path("out")))
        files = sorted(str(p.relative_to(self.folder / "out")) for p in (self.folder / "out").rglob("*"))
        self.assertEqual(files, ["a", "empty", "sub", "sub/b", "sub/deep", "sub/deep/c"])

    def test_stops_at_1000_objects(self):
        for number in range(1003):
            self.double.objects["depot", f"many/{number:04}"] = b"x"
        self.succeed(self.get("s3://depot/many/*", self.path("out") + "/"))
        self.assertEqual(len(list((self.folder / "out").iterdir())), 1000)
        self.assertIn("the first 1000", self.log())

    def test_star_must_follow_a_separator(self):
        self.fail_with("must follow a /", self.get("s3://depot/pkg*", self.path("out")))

    def test_prefix_without_objects(self):
        self.fail_with("no object below s3://depot/none/", self.get("s3://depot/none/*", self.path("out")))

    def test_overwrite_false(self):
        self.double.objects["depot", "k"] = b"new"
        (self.folder / "k").write_text("old")
        self.fail_with('File already exists and "overwrite" property for "destination" file is set to false. Cannot '
                       "download.", self.get("s3://depot/k", self.path("k"), overwrite=False))
        self.assertEqual((self.folder / "k").read_text(), "old")

    def test_overwrite_is_the_default_and_keeps_the_mode(self):
        self.double.objects["depot", "k"] = b"new"
        (self.folder / "k").write_text("old and longer")
        os.chmod(self.folder / "k", 0o640)
        self.succeed(self.get("s3://depot/k", self.path("k")))
        self.assertEqual((self.folder / "k").read_text(), "new")
        self.assertEqual(os.stat(self.folder / "k").st_mode & 0o777, 0o640)

    def test_wrong_bucket_owner(self):
        self.double.objects["depot", "k"] = b"x"
        self.fail_with("AccessDenied", self.get("s3://depot/k", self.path("k"), expectedBucketOwner="012345678901"))
        self.assertEqual(self.double.requests[-1][2]["x-amz-expected-bucket-owner"], "012345678901")

    def test_missing_object_and_bucket(self):
        self.fail_with("NoSuchKey", self.get("s3://depot/none", self.path("k")))
        self.fail_with("NoSuchBucket", self.get("s3://nowhere/none", self.path("k")))
        self.assertFalse((self.folder / "k").exists())
        self.assertEqual(self.leftovers(), [])

    def test_keys_never_leave_the_destination(self):
        for key in ("p/../../escape", "p//etc/x", "p/a/../../../escape", "p/./x"):
            with self.subTest(key):
                self.double.objects.clear()
                self.double.objects["depot", key] = b"x"
                self.fail_with("no path below the destination", self.get("s3://depot/p/*", self.path("d/out")))
                self.assertEqual([p for p in self.folder.rglob("*") if p.name in ("escape", "x")], [])

    def test_links_below_the_destination_are_not_followed(self):
        self.double.objects["depot", "p/link/x"] = b"x"
        os.makedirs(self.folder / "out")
        os.makedirs(self.folder / "elsewhere")
        os.symlink(self.folder / "elsewhere", self.folder / "out/link")
        self.fail_with("symbolic links are not followed", self.get("s3://depot/p/*", self.path("out")))
        self.assertEqual(list((self.folder / "elsewhere").iterdir()), [])

    def test_checksums_are_checked(self):
        content = b"some content"
        known = {"sha256": base64.b64encode(hashlib.sha256(content).digest()).decode(),
                 "crc32": base64.b64encode(zlib.crc32(content).to_bytes(4, "big")).decode()}
        self.double.objects["depot", "k"] = content
        for name, value in known.items():
            with self.subTest(name):
                self.double.checksums["depot", "k"] = {"x-amz-checksum-" + name: value}
                self.succeed(self.get("s3://depot/k", self.path("good" + name)))
                self.double.checksums["depot", "k"] = {"x-amz-checksum-" + name: "AAAA" + value[4:]}
                self.fail_with("does not fit its " + name, self.get("s3://depot/k", self.path("bad")))
                self.assertFalse((self.folder / "bad").exists())

    def test_transient_answers_are_tried_again(self):
        self.double.objects["depot", "k"] = b"x"
        self.double.failures["/depot/k"] = [(503, {}), (500, {}), (503, {})]
        self.succeed(self.get("s3://depot/k", self.path("k")))
        self.double.failures["/depot/k"] = [(503, {})] * 9
        self.fail_with("status 503", self.get("s3://depot/k", self.path("k")))
        self.assertEqual(len(self.double.failures["/depot/k"]), 4, "five attempts in all")

    def test_bucket_in_another_region(self):
        self.double.buckets["far"] = "eu-central-1"
        self.double.objects["far", "k"] = b"far away"
        self.succeed(self.get("s3://far/k", self.path("k")))
        self.assertEqual((self.folder / "k").read_bytes(), b"far away")

    def test_whole_bucket_and_odd_keys(self):
        for key in ("a\nb", "ümlaut", "%2e%2e", "plus+ &<>'\"", "star*", "~"):
            self.double.objects["depot", key] = key.encode()
        self.succeed(self.get("s3://depot/*", self.path("out")))
        self.assertEqual(sorted(p.name for p in (self.folder / "out").iterdir()),
                         sorted(key for _, key in self.double.objects))

    def test_failure_midway_leaves_what_was_downloaded(self):
        self.double.objects["depot", "p/a"] = b"a"
        self.double.objects["depot", "p/b"] = b"b"
        self.double.failures["/depot/p/b"] = [(403, {})]
        self.fail_with("s3://depot/p/b", self.get("s3://depot/p/*", self.path("out")))
        self.assertEqual([p.name for p in (self.folder / "out").iterdir()], ["a"])

    def test_no_credentials(self):
        del self.environment["AWS_ACCESS_KEY_ID"]
        self.environment["AWS_EC2_METADATA_DISABLED"] = "true"
        self.fail_with("there are no AWS credentials", self.get("s3://depot/k", self.path("k")))

    def test_wrong_secret(self):
        self.environment["AWS_SECRET_ACCESS_KEY"] = "wrong"
        self.fail_with("SignatureDoesNotMatch", self.get("s3://depot/k", self.path("k")))

    def test_bad_locations(self):
        self.fail_with("names no object", self.get("s3://depot/", self.path("k")))
        self.fail_with("no name of a bucket", self.get("s3://a b/c", self.path("k")))
        self.fail_with("must name the file", self.get("s3://depot/k", self.path("k") + "/"))


class S3Upload(ToeTest):
    """Rows of 5.8."""

    def put(self, source, destination, **inputs):
        return step("S3Upload", [{"source": source, "destination": destination, **inputs}])

    def setUp(self):
        super().setUp()
        for name in ("out/a.log", "out/b.txt", "out/sub/c.log", "out/.hidden.log"):
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(name)

    def keys(self):
        return sorted(key for _, key in self.double.objects)

    def test_one_file(self):
        self.succeed(self.put(self.path("out/a.log"), "s3://depot/x/y z.log", expectedBucketOwner=OWNER))
        self.assertEqual(self.double.objects["depot", "x/y z.log"], b"out/a.log")

    def test_without_recurse_only_the_folder_itself(self):
        self.succeed(self.put(self.path("out/*"), "s3://depot/r/"))
        self.assertEqual(self.keys(), ["r/.hidden.log", "r/a.log", "r/b.txt"])

    def test_recurse(self):
        self.succeed(self.put(self.path("out/*.log"), "s3://depot/r", recurse=True))
        self.assertEqual(self.keys(), ["r/.hidden.log", "r/a.log", "r/sub/c.log"])

    def test_larger_than_any_buffer(self):
        content = os.urandom(1 << 20) * 24
        (self.folder / "big").write_bytes(content)
        self.succeed(self.put(self.path("big"), "s3://depot/big"))
        self.assertEqual(hashlib.sha256(self.double.objects["depot", "big"]).digest(), hashlib.sha256(content).digest())

    def test_empty_file_and_transient_failure(self):
        (self.folder / "empty").write_bytes(b"")
        self.double.failures["/depot/empty"] = [(503, {})]
        self.succeed(self.put(self.path("empty"), "s3://depot/empty"))
        self.assertEqual(self.double.objects["depot", "empty"], b"")

    def test_nothing_to_upload(self):
        self.fail_with("no file matches", self.put(self.path("out/*.none"), "s3://depot/r/"))
        self.fail_with("No such file", self.put(self.path("missing"), "s3://depot/r"))
        self.fail_with("is a folder", self.put(self.path("out"), "s3://depot/r"))

    def test_failure_leaves_what_was_uploaded(self):
        self.double.failures["/depot/r/b.txt"] = [(403, {})]
        self.fail_with("s3://depot/r/b.txt", self.put(self.path("out/*"), "s3://depot/r/"))
        self.assertEqual(self.keys(), ["r/.hidden.log", "r/a.log"])


class WebDownload(ToeTest):
    """Rows of 5.9."""

    def get(self, source, destination, **inputs):
        name = inputs.pop("name", "Step")
        return step("WebDownload", [{"source": source, "destination": destination, **inputs}], name=name)

    def setUp(self):
        super().setUp()
        self.double.web["/web/tool.bin"] = b"tool"
        self.url = self.double.url + "/web/tool.bin"

    def test_folder_destination_takes_the_name_of_the_url(self):
        self.succeed(self.get(self.url + "?token=1#part", "down/"), bash("cat {{ build.Step.outputs.destination }}",
                                                                        name="Show"))
        self.assertEqual((self.folder / "down/tool.bin").read_bytes(), b"tool")
        self.assertIn("Stdout: tool", self.log())

    def test_outputs_of_several_elements_are_joined(self):
        inputs = [{"source": self.url, "destination": "a"}, {"source": self.url, "destination": "sub/b"}]
        self.succeed(step("WebDownload", inputs))
        self.assertEqual(self.steps["Step"]["outputs"], '[{"destination":"a\\nsub/b"}]')

    def test_url_without_a_file_name(self):
        self.fail_with("ends in no name of a file", self.get(self.double.url + "/", "down/"))

    def test_overwrite(self):
        (self.folder / "old").write_text("old")
        self.fail_with("'overwrite' is false", self.get(self.url, "old", overwrite=False))
        self.assertEqual((self.folder / "old").read_text(), "old")
        self.succeed(self.get(self.url, "old"))
        self.assertEqual((self.folder / "old").read_text(), "tool")

    def test_every_algorithm(self):
        for algorithm in ("MD5", "SHA1", "SHA256", "SHA512"):
            with self.subTest(algorithm):
                digest = hashlib.new(algorithm.lower(), b"tool").hexdigest()
                self.succeed(self.get(self.url, "good" + algorithm, checksum=digest.upper(), algorithm=algorithm))
                self.fail_with("digest of the download", self.get(self.url, "bad", checksum="00" + digest[2:],
                                                                  algorithm=algorithm))
                self.assertFalse((self.folder / "bad").exists())
                self.assertEqual(self.leftovers(), [])

    def test_file_with_the_right_digest_is_kept(self):
        (self.folder / "tool").write_bytes(b"tool")
        self.succeed(self.get(self.url, "tool", checksum=hashlib.sha256(b"tool").hexdigest(), algorithm="SHA256"))
        self.assertEqual(self.double.requests, [])

    def test_checksum_without_algorithm_is_not_verified(self):
        self.succeed(self.get(self.url, "tool", checksum="00"))
        self.assertIn("the digest is not checked", self.log())

    def test_only_200_is_success(self):
        self.double.web["/web/partial"] = lambda handler: handler.answer(206, b"x")
        self.fail_with("status 206", self.get(self.double.url + "/web/partial", "x"))
        self.fail_with("status 404", self.get(self.double.url + "/web/none", "x"))
        self.assertEqual(self.double.paths().count("/web/none"), 1, "what is missing is not asked for again")
        self.assertFalse((self.folder / "x").exists())

    def test_five_internal_attempts(self):
        self.double.failures["/web/tool.bin"] = [(503, {})] * 4
        self.succeed(self.get(self.url, "tool"))
        self.double.failures["/web/tool.bin"] = [(503, {})] * 9
        self.fail_with("after 5 attempts", self.get(self.url, "tool"))
        self.assertEqual(len(self.double.failures["/web/tool.bin"]), 4)

    def test_max_attempts_multiply(self):
        self.double.failures["/web/tool.bin"] = [(503, {})] * 7
        self.succeed({**self.get(self.url, "tool"), "maxAttempts": 2})

    def test_redirects(self):
        def redirect(to):
            return lambda handler: handler.answer(302, b"", Location=to)
        self.double.web["/web/one"] = redirect("two?x=1")
        self.double.web["/web/two"] = redirect(self.double.url + "/web/tool.bin")
        self.succeed(self.get(self.double.url + "/web/one", "tool"))
        self.double.web["/web/loop"] = redirect("/web/loop")
        self.fail_with("redirects more than 10 times", self.get(self.double.url + "/web/loop", "x"))
        self.double.web["/web/ftp"] = redirect("ftp://127.0.0.1/x")
        self.fail_with("redirects to something unusable", self.get(self.double.url + "/web/ftp", "x"))
        self.double.web["/web/huge"] = redirect("/" + "x" * 30000)
        self.fail_with("16 KiB", self.get(self.double.url + "/web/huge", "x"))

    def test_passwords_stay_with_their_host(self):
        with_password = self.url.replace("http://", "http://user:pass%40word@")
        self.succeed(self.get(with_password, "tool"))
        self.assertEqual(self.double.requests[-1][2]["authorization"], "Basic dXNlcjpwYXNzQHdvcmQ=")
        self.assertNotIn("pass%40word", self.everything().replace((self.log_folder / "document.yaml").read_text(), ""))
        other = type(self.double)()
        self.addCleanup(other.close)
        other.web["/web/x"] = b"other"
        self.double.web["/web/away"] = lambda handler: handler.answer(301, b"", Location=other.url + "/web/x")
        away = self.double.url.replace("http://", "http://user:secret@") + "/web/away"
        self.succeed(self.get(away, "x"))
        self.assertNotIn("authorization", other.requests[-1][2])

    def test_content_is_kept_as_it_is(self):
        packed = gzip.compress(b"tool")
        self.double.web["/web/packed"] = lambda handler: handler.answer(200, packed, Content_Encoding="gzip")
        self.succeed(self.get(self.double.url + "/web/packed", "packed"))
        self.assertEqual((self.folder / "packed").read_bytes(), packed)

    def test_link_as_destination_stays(self):
        (self.folder / "real").write_text("old")
        os.symlink("real", self.folder / "link")
        self.succeed(self.get(self.url, "link"))
        self.assertTrue((self.folder / "link").is_symlink())
        self.assertEqual((self.folder / "real").read_text(), "tool")

    def test_existing_folder_as_destination(self):
        os.makedirs(self.folder / "taken")
        self.fail_with("is a folder", self.get(self.url, "taken"))

    def test_not_a_url(self):
        for text in ("ftp://host/x", "//host/x", "http:///x", "http://host:99999/x", "http://ho st/x"):
            with self.subTest(text):
                self.fail_with("'source' is not usable", self.get(text, "x"))

    def test_unknown_host_names_what_was_tried(self):
        self.fail_with("after 5 attempts", self.get("http://127.0.0.1:1/x", "x"))
        self.assertIn("Connection refused", self.steps["Step"]["failureMessage"])


class HostileServers(ToeTest):
    """Clear errors, bounded memory and time, and never a file under the final name."""

    def raw(self, script):
        server = RawServer(script)
        self.addCleanup(server.close)
        return server

    def refused(self, text, script, attempts=None, **fields):
        server = self.raw(script)
        self.fail_with(text, step("WebDownload", [{"source": server.url, "destination": "file"}], **fields))
        self.assertFalse((self.folder / "file").exists())
        self.assertEqual(self.leftovers(), [])
        if attempts:
            self.assertEqual(server.connections, attempts)

    @staticmethod
    def endless(piece, first=b""):
        def script(connection):
            connection.sendall(first)
            while True:
                connection.sendall(piece)
        return script

    def test_endless_headers(self):
        self.refused("larger than 64 KiB", self.endless(b"X-Header: value\r\n" * 100, b"HTTP/1.1 200 OK\r\n"), 1)
        self.refused("", self.endless(b"x" * 4096, b"HTTP/1.1 200 OK\r\nX: "), 1)

    def test_endless_informational_answers(self):
        self.refused("informational answers without an end", self.endless(b"HTTP/1.1 100 Continue\r\n\r\n"), 1)

    def test_endless_chunk_header(self):
        head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;"
        self.refused("", self.endless(b"x" * 4096, head), 1)

    def test_lying_content_length(self):
        self.refused("after 5 attempts: the server closed the connection after 4 bytes of its answer instead of 100",
                     lambda connection: connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nfour"), 5)

    def test_chunked_body_that_breaks_off(self):
        self.refused("closed the connection", lambda connection: connection.sendall(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfour\r\n"), 5)

    def test_two_lengths(self):
        self.refused("is not HTTP", lambda connection: connection.sendall(
            b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx"), 1)

    def test_no_http(self):
        self.refused("is not HTTP", lambda connection: connection.sendall(b"SSH-2.0-OpenSSH_9\r\n\r\n"), 1)
        self.refused("without an answer", lambda connection: None, 5)

    def test_silent_server(self):
        self.environment["TOE_NETWORK_TIMEOUT_SECONDS"] = "1"
        self.refused("was silent for 1 s", lambda connection: connection.recv(1), 5)

    def test_drip(self):
        def drip(connection):
            connection.settimeout(0.05)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            while True:
                connection.sendall(b"x")
                try:
                    connection.recv(1)
                    return
                except socket.timeout:
                    pass
        self.environment["TOE_NETWORK_TIMEOUT_SECONDS"] = "1"
        self.refused("sends too slowly", drip, 5)

    def test_step_timeout_interrupts_a_transfer(self):
        server = self.raw(self.endless(b"x" * 4096, b"HTTP/1.1 200 OK\r\n\r\n"))
        self.fail_with("timed out after 1 s", step("WebDownload", [{"source": server.url, "destination": "file"}],
                                                   timeoutSeconds=1))
        self.assertEqual(self.summary["status"], "timedOut")
        self.assertFalse((self.folder / "file").exists())
        self.assertEqual(self.leftovers(), [])

    def test_sigterm_interrupts_a_transfer_and_removes_the_partial_file(self):
        def script(connection):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" + b"x" * 1000)
            connection.recv(1)
        server = self.raw(script)
        process = self.start(step("WebDownload", [{"source": server.url, "destination": "file"}]))
        self.assertEqual(self.stop_when(process, self.leftovers), 1)
        self.assertEqual(self.leftovers(), [])
        self.assertFalse((self.folder / "file").exists())

    def silent(self):
        return self.raw(lambda connection: connection.recv(1))

    def test_sigterm_interrupts_an_upload(self):
        server = self.raw(lambda connection: connection.recv(1))
        self.environment["AWS_ENDPOINT_URL_S3"] = server.url
        (self.folder / "big").write_bytes(b"x" * 50_000_000)
        process = self.start(step("S3Upload", [{"source": "big", "destination": "s3://depot/big"}]))
        self.assertEqual(self.stop_when(process, lambda: server.connections), 1)

    def test_step_timeout_covers_references(self):
        self.environment["AWS_ENDPOINT_URL_SSM"] = self.silent().url
        self.fail_with("timed out after 1 s", bash("echo {{ aws:ssm:/p }}", timeoutSeconds=1))

    def test_step_timeout_covers_a_tls_handshake(self):
        url = self.silent_listener().replace("http:", "https:")
        self.fail_with("timed out after 1 s", step("WebDownload", [{"source": url, "destination": "x"}], timeoutSeconds=1))

    def silent_listener(self):
        """Nobody accepts: the kernel does, and nothing answers."""
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)
        return f"http://127.0.0.1:{listener.getsockname()[1]}/x"

    def test_answers_of_services_are_bounded(self):
        flood = self.endless(b"<Contents><Key>k</Key></Contents>" * 1000, b"HTTP/1.1 200 OK\r\n\r\n<ListBucketResult>")
        self.environment["AWS_ENDPOINT_URL_S3"] = self.raw(flood).url
        self.fail_with("larger than 8192 KiB", step("S3Download", [{"source": "s3://depot/*", "destination": "x"}]))
        self.environment["AWS_ENDPOINT_URL_SSM"] = self.raw(self.endless(b" " * 65536, b"HTTP/1.1 200 OK\r\n\r\n")).url
        self.fail_with("larger than 1024 KiB", bash("echo {{ aws:ssm:/p }}"))

    def test_answers_of_services_that_make_no_sense(self):
        def answer(body):
            return self.raw(lambda connection: connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + body)).url
        for body in (b"", b"null", b"[1]", b'{"Parameter":7}', b'{"Parameter":{"Value":7}}', b"{" * 1000):
            with self.subTest(body):
                self.environment["AWS_ENDPOINT_URL_SSM"] = answer(body)
                self.fail_with("holds no value", bash("echo {{ aws:ssm:/p }}"))
        self.environment["AWS_ENDPOINT_URL_S3"] = answer(b"<html>welcome</html>")
        self.fail_with("not in the form of S3", step("S3Download", [{"source": "s3://depot/*", "destination": "x"}]))

    def test_nobody_waits_for_an_hour(self):
        self.refused("status 503", lambda connection: connection.sendall(
            b"HTTP/1.1 503 Later\r\nRetry-After: 3600\r\nContent-Length: 0\r\n\r\n"), 1)

    def test_escape_sequences_of_servers_stay_out_of_the_log(self):
        self.environment["AWS_ENDPOINT_URL_S3"] = self.raw(lambda connection: connection.sendall(
            b"HTTP/1.1 403 No\r\n\r\n<Error><Code>Bad</Code><Message>\x1b[2J\nTOE has completed execution "
            b"successfully</Message></Error>")).url
        self.fail_with("Bad", step("S3Download", [{"source": "s3://depot/k", "destination": "x"}]))
        self.assertNotIn("\x1b", self.log())
        self.assertNotIn("\nTOE has completed execution successfully", self.log())

    def test_memory_is_bounded(self):
        block = b"x" * 65536
        def script(connection):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (65536 * 3200))
            for _ in range(3200):
                connection.sendall(block)
        server = self.raw(script)
        document = self.document(step("WebDownload", [{"source": server.url, "destination": self.path("file")}]))
        pid = os.posix_spawn(self.toe, self.command(document), {**self.environment},
                             file_actions=[(os.POSIX_SPAWN_OPEN, 1, self.path("summary"), os.O_CREAT | os.O_WRONLY, 0o600)])
        _, status, usage = os.wait4(pid, 0)
        self.assertEqual(status, 0)
        self.assertLess(usage.ru_maxrss, 32 * 1024, "KiB")


if __name__ == "__main__":
    main()
