"""What is hostile to a run: full disks, signals, vanished folders, floods of output, processes that flee, documents
made to hurt. Whatever happens, toe ends, prints one JSON object and leaves no process and no state behind."""
import json
import os
import random
import signal
import subprocess
import sys
import time

from toe_world import World, bash_step, main, processes_with

MEMORY_LIMIT_KIB = 32 * 1024
# A process of its own: the kernel counts what a child was before it became toe, and this one may be large.
MEASURE = """
import os, sys
pid = os.spawnv(os.P_NOWAIT, sys.argv[1], sys.argv[1:])
_, status, usage = os.wait4(pid, 0)
print("MEASURED", os.waitstatus_to_exitcode(status), usage.ru_maxrss)
"""


class Robustness(World):
    def measured(self, *arguments):
        """Runs toe: exit code, everything it wrote, peak resident KiB, seconds."""
        started = time.monotonic()
        process = subprocess.run([sys.executable, "-I", "-S", "-c", MEASURE, self.toe, *map(str, arguments)],
                                 cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                 stdin=subprocess.DEVNULL, timeout=60)
        output, _, figures = process.stdout.rpartition(b"MEASURED ")
        code, memory = map(int, figures.split())
        return code, output, memory, time.monotonic() - started

    def console_lines(self, prefix="CmdExecution: Stdout: "):
        marker = " Info " + prefix
        for folder in sorted((self.folder / "logs").glob("TOE_*")):
            with open(folder / "console.log", "rb") as log:
                for line in log:
                    if marker.encode() in line:
                        yield line.split(marker.encode(), 1)[1][:-1]

    # Disks and folders

    def test_full_disk_at_every_write(self):
        document = self.document([("Say", "seq 600; seq 400 >&2"), ("Again", "seq 500; exit 194")])
        seen = set()
        for kib in range(0, 240, 8):
            logs = self.mount(self.folder / f"disk-{kib}", "-t", "tmpfs", "-o", f"size={max(kib, 4)}k", "tmpfs")
            outcome = self.run_document(document, logs=logs)
            seen.add(outcome.code)
            if outcome.code != 194:
                self.assertEqual((outcome.code, outcome.json["status"]), (1, "failed"), kib)
                self.assertIn("No space left on device", outcome.json["failureMessage"], kib)
                self.assertFalse((logs / ".toe-state/toe-state.json").exists(), kib)
            self.assertEqual(outcome.err, "")
        self.assertEqual(seen, {1, 194}, "some disks must have been too small and some large enough")

    def test_unwritable_log_folders(self):
        document = self.document([("Say", "touch ran")])
        (self.folder / "file").write_text("")
        (self.folder / "mine").mkdir(mode=0o755)
        os.chmod(self.folder, 0o755)
        nobody = ["setpriv", "--reuid=65534", "--clear-groups"]
        for logs, prefix, expected in ((self.folder / "file", [], "Not a directory"),
                                       (self.folder / "mine", nobody, "Permission denied"),
                                       ("/proc/1/none", [], "No such file or directory")):
            outcome = self.run_document(document, logs=logs, prefix=prefix)
            self.assertEqual(outcome.code, 1)
            self.assertIn(expected, outcome.json["failureMessage"])
        self.assertFalse((self.folder / "ran").exists())

    def test_vanished_working_folder(self):
        gone = self.folder / "gone"
        gone.mkdir()
        document = self.document([("Leave", f"rmdir {gone}"), ("Say", "echo still running")]
                                 ).read_text() + "      - {name: Make, action: CreateFile, inputs: [{path: here}]}\n"
        path = self.write("vanishing.yml", document)
        outcome = self.run_document(path, cwd=gone)
        self.assertEqual(outcome.code, 1)
        self.assertEqual(outcome.steps()["Say"]["outputs"], '[{"stdout":"still running"}]')
        self.assertIn("No such file or directory", outcome.steps()["Make"]["failureMessage"])
        gone.mkdir()
        script = 'cd "$1" && rmdir "$1" && shift && exec "$@"'
        outcome = self.run_document(self.document([("Say", "echo hi")]), "--state-directory", self.folder / "state",
                                    prefix=["bash", "-c", script, "bash", str(gone)], logs=self.folder / "logs-2")
        self.assertIn(outcome.code, (0, 1))
        self.assertIn(outcome.json["status"], ("success", "failed"))
        outcome = self.call("run", "-d", "x.yml", prefix=["bash", "-c", script, "bash", str(self.folder / "logs-3")]
                            if (self.folder / "logs-3").mkdir() is None else [])
        self.assertEqual((outcome.code, outcome.json["status"]), (1, "failed"))

    def test_log_folder_that_vanishes(self):
        document = self.document([("Remove", f"rm -rf {self.folder}/logs"), ("Next", "echo hi")])
        outcome = self.run_document(document)
        self.assertEqual((outcome.code, outcome.json["status"]), (1, "failed"))
        self.assertIn("No such file or directory", outcome.json["failureMessage"])

    # Processes

    def test_killed_child(self):
        outcome = self.run_document(self.document([("Die", "kill -9 $$")]))
        self.assertEqual(outcome.steps()["Die"]["failureMessage"], "signal: killed")

    def test_signals_at_any_moment(self):
        sleep = 36000 + random.randrange(900)
        document = self.document(
            bash_step("First", f"(setsid sleep 35999 &) ; for i in $(seq 50); do echo $i; done", "onFailure: Ignore")
            + "- {name: Files, action: CopyFolder, inputs: [{source: /etc/ssl, destination: copy}]}\n"
            + "- {name: Wait, action: ExecuteBinary, maxAttempts: 3, inputs: {path: sleep, arguments: ['0.02']}}\n"
            + bash_step("Last", f"trap '' TERM; sleep {sleep} & sleep {sleep}"))
        for round_number in range(15):
            logs = self.folder / f"logs-{round_number}"
            process = subprocess.Popen([self.toe, "run", "-d", document, "-l", logs], cwd=self.folder,
                                       stdout=subprocess.PIPE)
            time.sleep(random.random() * 0.15)  # any moment will do: the moment is what is random
            process.send_signal(random.choice([signal.SIGTERM, signal.SIGINT, signal.SIGHUP]))
            output = process.communicate(timeout=20)[0]
            if process.returncode < 0:  # before it could catch signals: nothing had begun
                self.assertFalse(logs.exists())
                continue
            self.assertEqual(process.returncode, 1)
            self.assertEqual(json.loads(output)["status"], "failed")
            self.assertFalse((logs / ".toe-state").exists())
            self.assertIn("stopped by a signal", json.loads(output)["failureMessage"])
        # A daemon of a step that succeeded is left alone; what a step was still doing is not.
        self.assertEqual(processes_with(f"sleep {sleep}"), [])

    def test_timeout_finds_daemons_that_fled(self):
        sleep = 37000 + random.randrange(900)
        flee = f"for i in $(seq 150); do setsid -f bash -c 'trap \"\" TERM HUP; setsid -f sleep {sleep}; sleep {sleep}'; done\nsleep {sleep}"
        outcome = self.run_document(self.document([("Flee", flee, "timeoutSeconds: 3")]))
        self.assertEqual(outcome.json["status"], "timedOut")
        self.assertEqual(processes_with(str(sleep)), [])

    def test_closed_streams(self):
        document = self.document([("Say", "echo hi")])
        for closed in ("<&-", ">&-", "<&- >&- 2>&-"):
            outcome = self.run_document(document, prefix=["bash", "-c", f'exec {closed} "$@"', "bash"])
            self.assertEqual(outcome.code, 0)
            self.assertNotIn("executionId", outcome.log())

    # Output

    def test_flood_keeps_memory_and_order(self):
        # Lines of `seq` tell when one is lost or comes out of order.
        document = self.document([("Flood", "seq 3000000; echo done")])
        code, _, memory, _ = self.measured("run", "-d", document, "-l", "logs")
        self.assertEqual(code, 0)
        self.assertLess(memory, MEMORY_LIMIT_KIB)
        for expected, line in enumerate(self.console_lines(), 1):
            if line != b"%d" % expected:
                self.assertEqual((line, expected), (b"done", 3000001))

    def test_flood_of_errors(self):
        document = self.document([("Flood", "seq 1000000 >&2; echo last >&2; exit 1")])
        code, _, memory, _ = self.measured("run", "-d", document, "-l", "logs")
        self.assertEqual(code, 1)
        self.assertLess(memory, MEMORY_LIMIT_KIB)
        log = next((self.folder / "logs").glob("TOE_*/console.log")).read_text()
        log = log[log.index("CmdExecution: Stderr: 1\n"):]
        self.assertLess(log.index(" 999999\n"), log.index(" last\n"))

    def test_long_loops_keep_memory(self):
        loop = "loop: {for: {start: 1, end: 60, updateBy: 1}}"
        code, _, memory, _ = self.measured("run", "-d", self.document([("Loop", "head -c 900000 /dev/zero | tr '\\0' x", loop)]),
                                           "-l", "logs")
        self.assertEqual(code, 0)
        self.assertLess(memory, MEMORY_LIMIT_KIB)

    def test_line_of_100_megabytes(self):
        size = 100_000_000
        document = self.document([("Line", f"head -c {size} /dev/zero | tr '\\0' x")])
        code, _, memory, _ = self.measured("run", "-d", document, "-l", "logs")
        self.assertEqual(code, 0)
        self.assertLess(memory, MEMORY_LIMIT_KIB)
        self.assertEqual(sum(len(line) for line in self.console_lines()), size)

    def test_any_bytes(self):
        document = self.document([("Bytes", r"printf 'a\0b\377\xc3\n\xe2\x82\xac\x1b[31m\n'; printf '\xff' >&2")])
        outcome = self.run_document(document, "--watch")
        self.assertEqual(outcome.code, 0)
        self.assertEqual(list(self.console_lines()), [b"a\0b\xff\xc3", b"\xe2\x82\xac\x1b[31m"])
        self.assertEqual(json.loads(outcome.steps()["Bytes"]["outputs"])[0]["stdout"],
                         "a\0b\ufffd\ufffd\n\u20ac\x1b[31m")

    # Documents

    def test_documents_made_to_hurt(self):
        laughs = "a0: &a0 [lol, lol]\n" + "".join(f"a{i}: &a{i} [*a{i-1}, *a{i-1}, *a{i-1}, *a{i-1}]\n"
                                                  for i in range(1, 40))
        cases = {
            "laughs": laughs.encode(),
            "deep flow": b"a: " + b"[" * 300_000,
            "deep block": b"\n".join(b" " * i + b"- " for i in range(1200)),
            "deep maps": b"".join(b" " * i + b"a:\n" for i in range(2000)),
            "huge scalar": b"name: " + b"x" * 30_000_000,
            "huge key": b"x" * 3_000_000 + b": 1",
            "many keys": b"".join(b"k%d: 1\n" % i for i in range(300_000)),
            "duplicate": b"schemaVersion: 1.0\nschemaVersion: 1.0\nphases: []\n",
            "tab": b"schemaVersion: 1.0\nphases:\n\t- name: build\n",
            "latin1": "schemaVersion: 1.0\nname: caf\u00e9\n".encode("latin-1"),
            "utf16": "schemaVersion: 1.0\n".encode("utf-16"),
            "nul": b"schemaVersion: 1.0\0\n",
            "self alias": b"a: &x [*x]\n",
            "unknown alias": b"a: *nobody\n",
            "alias at a value": b"fileNamePattern: *log\n",
            "empty": b"",
            "only comments": b"# nothing\n",
            "unclosed": b"a: \"b\n",
            "several": b"schemaVersion: 1.0\n---\nschemaVersion: 1.0\n",
            "braces": b"schemaVersion: 1.0\nname: " + b"{{" * 1_000_000,
            "expressions": b"schemaVersion: 1.0\nphases: [{name: build, steps: [{name: Say, action: ExecuteBash, "
                           b"inputs: {commands: ['" + b"{{ Nope }}" * 200_000 + b"']}}]}]\n",
            "merge keys": b"<<: [&a {<<: *a}]\n",
        }
        for name, text in cases.items():
            with self.subTest(name):
                (self.folder / "bad.yml").write_bytes(text)
                code, output, memory, seconds = self.measured("validate", "-d", "bad.yml")
                self.assertEqual(code, 1, output[:500])
                self.assertRegex(output[:300].decode(errors="replace"), r"bad\.yml:(\d+:\d+:)? error: |read bad.yml")
                self.assertLess(seconds, 5)
                self.assertLess(memory, 256 * 1024)
                self.assertLess(len(output), 200_000)

    # Paths

    def test_links_are_not_ways_out(self):
        outside = self.folder / "outside"
        outside.mkdir()
        (outside / "precious").write_text("untouched")
        os.chmod(outside / "precious", 0o640)
        inside = self.folder / "inside"
        inside.mkdir()
        (inside / "way-out").symlink_to(outside)
        (inside / "file-out").symlink_to(outside / "precious")
        steps = (f"- {{name: Mode, action: SetFolderPermissions, inputs: [{{path: {inside}, permissions: 0700}}]}}\n"
                 f"- {{name: Owner, action: SetFolderOwner, inputs: [{{path: {inside}, owner: daemon}}]}}\n"
                 f"- {{name: Copy, action: CopyFolder, inputs: [{{source: {inside}, destination: {self.folder}/copy}}]}}\n"
                 f"- {{name: List, action: ListFiles, inputs: [{{path: {inside}, recursive: true}}]}}\n"
                 f"- {{name: Move, action: MoveFolder, inputs: [{{source: {inside}, destination: {self.folder}/moved}}]}}\n"
                 f"- {{name: Delete, action: DeleteFolder, inputs: [{{path: {self.folder}/moved, force: true}}]}}\n"
                 f"- {{name: Link, action: DeleteFile, inputs: [{{path: {self.folder}/copy/file-out}}]}}\n")
        outcome = self.run_document(self.document(steps))
        self.assertEqual(outcome.code, 0, outcome.log())
        self.assertEqual((outside / "precious").read_text(), "untouched")
        facts = (outside / "precious").stat()
        self.assertEqual((facts.st_mode & 0o777, facts.st_uid), (0o640, 0))
        self.assertTrue((self.folder / "copy/way-out").is_symlink())
        self.assertEqual(json.loads(outcome.steps()["List"]["outputs"]), [{"files": f"{inside}/file-out"}])

    def test_delete_stops_at_other_file_systems(self):
        inside = self.mount(self.folder / "tree/mounted", "-t", "tmpfs", "tmpfs")
        (inside / "precious").write_text("untouched")
        outcome = self.run_document(self.document(
            f"- {{name: Delete, action: DeleteFolder, inputs: [{{path: {self.folder}/tree, force: true}}]}}\n"))
        self.assertEqual(outcome.code, 1)
        self.assertTrue((inside / "precious").exists())

    def test_files_that_block_or_never_end(self):
        os.mkfifo(self.folder / "pipe")
        steps = (f"- {{name: Pipe, action: ReadFile, timeoutSeconds: 2, onFailure: Continue, inputs: [{{path: {self.folder}/pipe}}]}}\n"
                 "- {name: Zero, action: ReadFile, onFailure: Continue, inputs: [{path: /dev/zero}]}\n"
                 f"- {{name: Write, action: AppendFile, onFailure: Continue, inputs: [{{path: {self.folder}/pipe, content: x}}]}}\n"
                 f"- {{name: Make, action: CreateFile, onFailure: Continue, inputs: [{{path: {self.folder}/pipe, content: x}}]}}\n"
                 f"- {{name: Copy, action: CopyFile, onFailure: Continue, inputs: [{{source: {self.folder}/pipe, destination: {self.folder}/y}}]}}\n"
                 f"- {{name: Sum, action: Assert, onFailure: Continue, inputs: {{fileMD5Equals: abc, path: {self.folder}/pipe}}}}\n")
        outcome = self.run_document(self.document(steps))
        self.assertEqual({name: step["status"] for name, step in outcome.steps().items()},
                         dict.fromkeys(["Pipe", "Zero", "Write", "Make", "Copy", "Sum"], "failed"))
        for name in ("Pipe", "Zero", "Write", "Make", "Copy"):
            self.assertIn("not a regular file", outcome.steps()[name]["failureMessage"], name)


if __name__ == "__main__":
    main()
