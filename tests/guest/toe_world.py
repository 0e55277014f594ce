"""What the tests of the real, static toe share: running it, root file systems to run it in, documents.

Every test of this kind is `<test>.py TOE`. It needs root, and runs in mount and process namespaces of its own, so that
nothing that it mounts or starts outlives it.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import textwrap
import unittest

SKIPPED = 77
LIMIT_SECONDS = 60


class Outcome:
    """How one call of toe ended."""

    def __init__(self, process, log_directory):
        self.code = process.returncode
        self.out = process.stdout
        self.err = process.stderr.decode(errors="replace")
        self.json = json.loads(self.out) if self.out.strip().startswith(b"{") else None
        self.log_directory = pathlib.Path(log_directory)

    @property
    def folder(self):
        folders = sorted(self.log_directory.glob("TOE_*"))
        return folders[-1] if folders else None

    def log(self, name="console.log"):
        return (self.folder / name).read_text(errors="replace")

    def details(self):
        return json.loads(self.log("detailedoutput.json"))

    def steps(self):
        return {step["name"]: step for document in self.details()["documents"]
                for phase in document["phases"] for step in phase["steps"]}


class World(unittest.TestCase):
    """A test with a folder of its own, in which toe runs."""

    toe = None

    def setUp(self):
        self._folder = tempfile.TemporaryDirectory(prefix="toe-test-", dir=os.environ.get("TOE_TEST_FOLDER"))
        self.folder = pathlib.Path(self._folder.name)
        self._mounts = []

    def tearDown(self):
        for mount in reversed(self._mounts):
            subprocess.run(["umount", "--lazy", str(mount)], check=True)
        self._folder.cleanup()

    def mount(self, target, *arguments):
        target = pathlib.Path(target)
        target.mkdir(parents=True, exist_ok=True)
        subprocess.run(["mount", *arguments, str(target)], check=True)
        self._mounts.append(target)
        return target

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))
        return path

    def document(self, steps, name="document.yml", head=""):
        """A document with one phase `build`. `steps`: text, or pairs of name and bash commands."""
        if not isinstance(steps, str):
            steps = "".join(bash_step(*step) for step in steps)
        return self.write(name, f"schemaVersion: 1.0\n{head}phases:\n  - name: build\n    steps:\n"
                          + textwrap.indent(textwrap.dedent(steps), "      "))

    def call(self, *arguments, cwd=None, env=None, prefix=(), log_directory=None, **options):
        """toe with just these arguments."""
        options.setdefault("timeout", LIMIT_SECONDS)
        process = subprocess.run([*prefix, self.toe, *map(str, arguments)], cwd=cwd or self.folder, env=env,
                                 stdin=subprocess.DEVNULL, capture_output=True, **options)
        return Outcome(process, log_directory or self.folder / "logs")

    def run_document(self, document, *arguments, **options):
        logs = options.pop("logs", self.folder / "logs")
        return self.call("run", "--documents", document, "--log-directory", logs, "--reboot-mode", "exit",
                         *arguments, log_directory=logs, **options)


class Root:
    """A root file system that shares the programs of this machine but nothing that can be written."""

    def __init__(self, test, folder):
        self.test, self.path = test, pathlib.Path(folder)
        for name in ("proc", "dev/shm", "tmp", "run", "var/tmp", "etc", "root", "opt"):
            (self.path / name).mkdir(parents=True, exist_ok=True)
        (self.path / "etc/passwd").write_text("root:x:0:0::/root:/bin/sh\nalice:x:1234:1235::/:/bin/sh\n")
        (self.path / "etc/group").write_text("root:x:0:\nstaff:x:1236:\n")
        test.mount(self.path / "proc", "-t", "proc", "proc")
        for device in ("null", "zero", "urandom", "random"):
            (self.path / "dev" / device).touch()
            subprocess.run(["mount", "--bind", f"/dev/{device}", str(self.path / "dev" / device)], check=True)
            test._mounts.append(self.path / "dev" / device)
        shutil.copy(test.toe, self.path / "opt/toe")

    def call(self, *arguments, env=None, log_directory="/logs", prefix=()):
        process = subprocess.run(["/usr/sbin/chroot", str(self.path), *prefix, "/opt/toe", *map(str, arguments)],
                                 env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", **(env or {})},
                                 stdin=subprocess.DEVNULL, capture_output=True, timeout=LIMIT_SECONDS)
        return Outcome(process, str(self.path) + log_directory)

    def run_document(self, document, *arguments, **options):
        logs = options.get("log_directory", "/logs")
        return self.call("run", "--documents", document, "--log-directory", logs, *arguments, **options)


def debian_root(test, folder):
    """This machine's own user land, which is Debian's."""
    folder = pathlib.Path(folder)
    test.mount(folder / "usr", "--bind", "/usr")
    subprocess.run(["mount", "-o", "remount,bind,ro", str(folder / "usr")], check=True)
    for name in ("bin", "sbin", "lib", "lib64"):
        if os.path.islink("/" + name):
            (folder / name).symlink_to("usr/" + name)
    root = Root(test, folder)
    (folder / "etc/os-release").symlink_to("../usr/lib/os-release")
    return root


def busybox_root(test, folder):
    """Nothing but busybox: no bash, no glibc. Skips the test where busybox is not installed."""
    busybox = next((path for path in ("/bin/busybox", "/usr/bin/busybox") if os.path.exists(path)), None)
    if busybox is None or b"INTERP" in subprocess.run(["readelf", "-l", busybox], capture_output=True).stdout:
        test.skipTest("a static busybox is not installed (package busybox-static)")
    folder = pathlib.Path(folder)
    (folder / "bin").mkdir(parents=True)
    shutil.copy(busybox, folder / "bin/busybox")
    for name in subprocess.check_output([busybox, "--list"], text=True).split():
        if name != "busybox":
            (folder / "bin" / name).symlink_to("busybox")
    return Root(test, folder)


def bash_step(name, commands, extra=""):
    body = "".join(f"\n      {line}" for line in commands.splitlines())
    fields = "".join(f"  {line}\n" for line in extra.splitlines())
    return f"- name: {name}\n  action: ExecuteBash\n{fields}  inputs:\n    commands:\n    - |{body}\n"


def processes_with(text):
    """Command lines of running processes that hold `text`."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            if text in line and "toe-test" not in line.split(" ")[0]:
                found.append(line)
    return found


def main():
    """`<test>.py TOE [unittest arguments]`."""
    if len(sys.argv) < 2:
        sys.exit(f"usage: {sys.argv[0]} TOE [TEST...]")
    if os.geteuid() != 0:
        print("skipped: namespaces and root file systems need root")
        sys.exit(SKIPPED)
    namespaces = ["unshare", "--mount", "--propagation=private", "--pid", "--fork", "--kill-child", "--mount-proc"]
    if "TOE_TEST_UNSHARED" not in os.environ:
        if subprocess.run([*namespaces, "true"], capture_output=True).returncode != 0:
            print("skipped: no namespaces can be made here")
            sys.exit(SKIPPED)
        os.environ["TOE_TEST_UNSHARED"] = "1"
        os.execvp("unshare", [*namespaces, sys.executable, *sys.argv])
    World.toe = os.path.abspath(sys.argv.pop(1))
    unittest.main(module="__main__", verbosity=2)
