"""Small disks for the tests of imports and exports: a GPT disk with a root file system, boot code and an ESP, made
without mounting anything; and a web server on loopback that serves them."""
import contextlib
import http.server
import os
import pathlib
import shutil
import subprocess
import sys
import threading

MIB = 1 << 20


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(77)


def need(*programs):
    for program in programs:
        if not shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin:/sbin"):
            skip(f"{program} is not installed")


def run(*command, **options):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, **options)
    assert done.returncode == 0, f"{command} ended with {done.returncode}: {done.stderr}"
    return done.stdout


def make_disk(folder, name="disk.raw", boot=True, root=True):
    """48 MiB: ESP at 1 MiB, root at 9 MiB, some boot code."""
    disk, tree = folder / name, folder / "tree"
    for part in ("etc", "usr/bin", "usr/lib"):
        (tree / part).mkdir(parents=True, exist_ok=True)
    (tree / "usr/lib/os-release").write_text('ID=test\nVERSION_ID="1"\nPRETTY_NAME="Test Linux 1"\n')
    shutil.copy("/bin/true", tree / "usr/bin/sh")
    (tree / "payload").write_bytes(os.urandom(3 * MIB))
    for link, target in (("bin", "usr/bin"), ("etc/os-release", "../usr/lib/os-release")):
        if not (tree / link).is_symlink():
            (tree / link).symlink_to(target)
    with disk.open("wb") as file:
        file.truncate(48 * MIB)
    esp = "start=2048, size=16384, type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B\n" if boot else ""
    run("/usr/sbin/sfdisk", "-q", disk, input=f"label: gpt\n{esp}start=18432, size=75776, type=linux\n")
    if boot:
        run("/usr/sbin/mkfs.fat", "-F", "12", "--offset", "2048", disk, str(8 * 1024))
        with disk.open("r+b") as file:
            file.write(b"\xeb\x63" + b"boot code" * 40)
    if root:
        run("/usr/sbin/mke2fs", "-q", "-F", "-E", f"offset={9 * MIB}", "-d", tree, disk, "37888k")
    shutil.rmtree(tree)
    return disk


class Goldsmith:
    """The command line on a data directory of its own."""

    def __init__(self, program, data):
        self.program, self.data = program, pathlib.Path(data)

    def command(self, *words):
        return [self.program, *map(str, words), "--data-dir", str(self.data)]

    def __call__(self, *words):
        done = subprocess.run(self.command(*words), capture_output=True, text=True, timeout=120)
        if done.returncode != 0:
            raise AssertionError(f"{words}: {done.stdout}{done.stderr}")
        return done.stdout

    def refused(self, *words):
        done = subprocess.run(self.command(*words), capture_output=True, text=True, timeout=120)
        assert done.returncode == 1, f"{words} was not refused: {done.returncode} {done.stdout}{done.stderr}"
        return done.stderr

    def images(self):
        return self("image", "ls").splitlines()[1:]

    def nothing_left(self):
        left = list((self.data / "imports").glob("*")) if (self.data / "imports").exists() else []
        assert not left, left
        report = self("fsck")
        assert all(line.endswith(" 0 unreferenced") for line in report.splitlines()), report


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves `server.files`; a value may be bytes, a path, or a function of the handler."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        content = self.server.files.get(self.path)
        if callable(content):
            content(self)
            return
        if content is None:
            self.send_error(404)
            return
        body = content if isinstance(content, bytes) else content.read_bytes()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def redirect(self, where):
        self.send_response(302)
        self.send_header("Location", where)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def web_server(files):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.files = files
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
