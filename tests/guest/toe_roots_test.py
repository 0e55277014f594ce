"""The static toe in root file systems as users have them: Debian, one without bash (busybox), one that cannot be
written, one without /proc; on a kernel that knows no system call younger than Linux 3.10; under its other name."""
import os
import platform
import struct
import subprocess
import sys

from toe_world import Outcome, World, bash_step, busybox_root, debian_root, main

# The greatest system call number of Linux 3.10: everything above is younger.
NEWEST_OF_3_10 = {"x86_64": 313, "aarch64": 273}

EVERYDAY = (
    bash_step("Bash", 'cd /tmp && echo "$(id -u) $((6 * 7))"')
    + "- {name: Binary, action: ExecuteBinary, inputs: {path: ls, arguments: [/]}}\n"
    + "- {name: Make, action: CreateFile, inputs: [{path: /tmp/a/b, content: '{{ context:uuid }}', permissions: 0640,"
    " owner: alice, group: staff}]}\n"
    + "- {name: Copy, action: CopyFolder, inputs: [{source: /tmp/a, destination: /tmp/c}]}\n"
    + "- {name: Read, action: ReadFile, inputs: [{path: /tmp/c/b}]}\n"
    + "- {name: List, action: ListFiles, inputs: [{path: /tmp/c}]}\n"
    + "- {name: Gone, action: DeleteFolder, inputs: [{path: /tmp/c, force: true}]}\n"
    + "- {name: Sum, action: Assert, inputs: {patternMatches: '^[0-9a-f-]{36}$', value: "
    "'{{ build.Read.outputs.content }}'}}\n"
    + bash_step("Slow", "sleep 3501 & sleep 3502", "timeoutSeconds: 1\nonFailure: Ignore")
)


class Roots(World):
    def document_in(self, root, steps, name="d.yml"):
        (root.path / name).write_text(self.document(steps, name=f"source-{name}").read_text())
        return "/" + name

    def test_debian(self):
        root = debian_root(self, self.folder / "root")
        context = ("- {name: Fact, action: Assert, inputs: {and: [{stringEquals: linux, value: "
                   "'{{ context:osPlatform }}'}, {stringEquals: 'Debian GNU/Linux', value: '{{ context:osName }}'}]}}\n")
        outcome = root.run_document(self.document_in(root, EVERYDAY + context))
        self.assertEqual((outcome.code, outcome.json["status"]), (0, "success"), outcome.log())
        self.assertEqual(outcome.steps()["Slow"]["status"], "ignoredFailure")
        made = (root.path / "tmp/a/b").stat()
        self.assertEqual((made.st_mode & 0o7777, made.st_uid, made.st_gid), (0o640, 1234, 1236))

    def test_without_bash(self):
        root = busybox_root(self, self.folder / "root")
        outcome = root.run_document(self.document_in(root, [("Bash", "echo hi")]))
        self.assertEqual(outcome.code, 1)
        self.assertIn("ExecuteBash needs bash, which this system does not have", outcome.log())
        self.assertIn("'path: sh'", outcome.log())
        others = EVERYDAY.split("- {name: Binary")[1].rsplit("- name: Slow")[0]
        more = ("- {name: Shell, action: ExecuteBinary, inputs: {path: sh, arguments: [-c, 'echo ok; sleep 0']}}\n"
                "- {name: Find, action: Assert, inputs: {and: [{binaryExists: wget}, {not: {binaryExists: bash}}]}}\n"
                "- {name: Late, action: ExecuteBinary, timeoutSeconds: 1, onFailure: Ignore, "
                "inputs: {path: sleep, arguments: [3503]}}\n")
        outcome = root.run_document(self.document_in(root, "- {name: Binary" + others + more))
        self.assertEqual(outcome.code, 0, outcome.log())
        self.assertEqual(outcome.json["ignoredFailedStepCount"], 1)

    def test_read_only(self):
        root = debian_root(self, self.folder / "root")
        document = self.document_in(root, [("Say", "echo still here; seq 400000 >&2")])
        self.mount(root.path / "run", "-t", "tmpfs", "tmpfs")
        subprocess.run(["mount", "--bind", str(root.path), str(root.path)], check=True)
        self._mounts.append(root.path)
        # The new mount hides those below; what is needed is brought along.
        for name in ("usr", "proc", "run", "dev/null", "dev/urandom"):
            source = {"run": "tmpfs"}.get(name, "/" + name)
            kind = ["-t", "tmpfs"] if name == "run" else ["--bind"]
            subprocess.run(["mount", *kind, source, str(root.path / name)], check=True)
            self._mounts.append(root.path / name)
        subprocess.run(["mount", "-o", "remount,bind,ro", str(root.path)], check=True)
        outcome = root.run_document(document, "--state-directory", "/run/state", log_directory="/run/logs")
        self.assertEqual(outcome.code, 0, outcome.out)
        self.assertIn("Created temporary directory: /run/toe", outcome.log())
        self.assertIn("400000\n", outcome.log())
        outcome = root.run_document(document)
        self.assertEqual((outcome.code, outcome.json["status"]), (1, "failed"))
        self.assertIn("Read-only file system", outcome.json["failureMessage"])

    def test_temporary_folder_that_forbids_programs(self):
        folder = self.mount(self.folder / "noexec", "-t", "tmpfs", "-o", "noexec", "tmpfs")
        outcome = self.run_document(self.document([("Say", "echo hi")]), env={"PATH": "/usr/bin:/bin", "TMPDIR": folder})
        self.assertEqual(outcome.code, 0, outcome.out)
        self.assertIn(f"Created temporary directory: {folder}/", outcome.log())

    def test_without_proc(self):
        root = debian_root(self, self.folder / "root")
        subprocess.run(["umount", str(root.path / "proc")], check=True)
        self._mounts.remove(root.path / "proc")
        outcome = root.run_document(self.document_in(root, [("Slow", "sleep 3504", "timeoutSeconds: 1")]))
        self.assertEqual((outcome.code, outcome.json["status"]), (1, "timedOut"))

    def test_kernel_3_10(self):
        """Every younger system call answers ENOSYS, also in the commands that toe starts."""
        newest = NEWEST_OF_3_10.get(platform.machine())
        if newest is None:
            self.skipTest(f"the system calls of Linux 3.10 on {platform.machine()} are not known here")
        document = self.document(EVERYDAY)
        wrapper = [sys.executable, __file__, "--as-kernel-3.10", str(newest)]
        document.write_text(document.read_text().replace("owner: alice, group: staff", "owner: root"))
        outcome = self.run_document(document, prefix=wrapper)
        self.assertEqual(outcome.code, 0, outcome.out.decode() + outcome.err)
        self.assertEqual(outcome.steps()["Slow"]["failureMessage"], "the step timed out after 1 s")
        outcome = self.run_document(self.document([("Again", "exit 194")]), prefix=wrapper)
        self.assertEqual(outcome.code, 194)

    def test_answers_to_awstoe(self):
        (self.folder / "awstoe").symlink_to(self.toe)
        process = subprocess.run(["./awstoe", "run", "-d", self.document([("Say", "echo hi")]), "-l", "logs"],
                                 cwd=self.folder, capture_output=True)
        outcome = Outcome(process, self.folder / "logs")
        self.assertEqual((outcome.code, outcome.json["executedStepCount"]), (0, 1))
        version = subprocess.run(["./awstoe", "--version"], cwd=self.folder, capture_output=True)
        self.assertEqual((version.returncode, version.stderr), (0, b""))

    def test_is_one_static_file(self):
        headers = subprocess.check_output(["readelf", "--program-headers", self.toe], text=True)
        self.assertNotIn("INTERP", headers)
        self.assertLess(os.path.getsize(self.toe), 8_000_000)


def as_kernel_3_10(newest, command):
    """Becomes `command` with a seccomp filter: numbers above `newest` do not exist."""
    import ctypes
    # Load the number; greater than `newest`: errno 38; else allow.
    filters = struct.pack("HBBI" * 4, 0x20, 0, 0, 0, 0x25, 0, 1, newest, 0x06, 0, 0, 0x00050000 | 38,
                          0x06, 0, 0, 0x7FFF0000)
    buffer = ctypes.create_string_buffer(filters)

    class Program(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("filters", ctypes.c_void_p)]

    libc = ctypes.CDLL(None, use_errno=True)
    no_new_privileges, set_seccomp, filter_mode = 38, 22, 2
    program = Program(4, ctypes.cast(buffer, ctypes.c_void_p))
    if libc.prctl(no_new_privileges, 1, 0, 0, 0) != 0 or \
            libc.prctl(set_seccomp, filter_mode, ctypes.byref(program), 0, 0) != 0:
        sys.exit("a seccomp filter cannot be installed here")
    os.execv(command[0], command)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--as-kernel-3.10"]:
        as_kernel_3_10(int(sys.argv[2]), sys.argv[3:])
    main()
