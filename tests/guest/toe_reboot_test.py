"""Reboots that toe does itself (--reboot-mode system): in a real Debian that is booted again and again by
systemd-nspawn, and, without a boot, the triggers that make it start again, for systemd and for cron.

    toe_reboot_test.py TOE [--image RAW_DISK]     without an image only the triggers are tested"""
import json
import os
import pathlib
import shlex
import signal
import subprocess
import sys
import time

from boot_exported_test import MountedRoot, first_child
from toe_world import Outcome, World, bash_step, debian_root, main

REBOOTED = 133  # what systemd-nspawn exits with when its guest asked for a reboot and --keep-unit is given
BOOT_SECONDS = 60

CHILD = """\
schemaVersion: 1.0
phases:
  - name: build
    steps:
      - {name: Before, action: ExecuteBash, inputs: {commands: ['echo before >> /root/child']}}
      - {name: Within, action: ExecuteBash, inputs: {commands: ['[ -e /root/within ] && exit 0', 'touch /root/within', 'exit 194']}}
      - {name: After, action: ExecuteBash, inputs: {commands: ['echo after >> /root/child']}}
"""

STEPS = """\
- name: Guarded
  action: ExecuteBash
  if: {not: {fileExists: /root/guarded}}
  inputs: {commands: ['[ -e /root/guarded ] && echo second && exit 0', 'touch /root/guarded', 'exit 194']}
- {name: Module, action: Reboot, inputs: {delaySeconds: 1}}
- name: Loop
  action: ExecuteBash
  loop: {for: {start: 1, end: 3, updateBy: 1}}
  inputs:
    commands:
      - echo {{ loop.value }} >> /root/loop
      - '[ {{ loop.value }} != 2 ] || [ -e /root/looped ] || { touch /root/looped; exit 194; }'
      - echo {{ loop.value }}
- {name: Nested, action: ExecuteDocument, inputs: {document: child.yml}}
- name: Last
  action: ExecuteBash
  inputs: {commands: ['echo {{ env:GREETING }} $GREETING', 'pwd', 'echo {{ build.Guarded.outputs.stdout }}', 'exit 3']}
"""
REBOOTS = 4

START = """\
[Unit]
ConditionPathExists=!/root/started
[Service]
Type=oneshot
Environment=GREETING=hello
WorkingDirectory=/root
ExecStartPre=/bin/touch /root/started
ExecStart=/usr/local/bin/toe run --documents main.yml --log-directory logs --reboot-mode system
SuccessExitStatus=194
"""
# toe reboots no container, and knows one by this file. This one plays a machine.
DISGUISE = """\
[Unit]
DefaultDependencies=no
Before=basic.target
[Service]
Type=oneshot
ExecStart=/bin/rm -f /run/systemd/container
"""


class Boots(World):
    image = None

    def test_every_kind_of_reboot(self):
        if self.image is None or not os.path.exists(self.image):
            self.skipTest("there is no disk image to boot from")
        with MountedRoot(self.image, self.folder / "lower") as lower:
            layer = self.mount(self.folder / "layer", "-t", "tmpfs", "tmpfs")
            (layer / "upper").mkdir(), (layer / "work").mkdir()
            root = self.mount(self.folder / "root", "-t", "overlay", "-o",
                              f"lowerdir={lower},upperdir={layer}/upper,workdir={layer}/work", "overlay")
            self.prepare(root)
            boots = self.boot_until_done(root)
            self.check(root, boots)
            for mount in reversed(self._mounts):
                subprocess.run(["umount", str(mount)], check=True)
            self._mounts.clear()

    def prepare(self, root):
        program = root / "usr/local/bin/toe"
        program.write_bytes(pathlib.Path(self.toe).read_bytes())
        program.chmod(0o755)
        (root / "root/main.yml").write_text(self.document(STEPS).read_text())
        (root / "root/child.yml").write_text(CHILD)
        units = root / "etc/systemd/system"
        for name, text, target in (("start", START, "multi-user"), ("disguise", DISGUISE, "basic")):
            (units / f"{name}.service").write_text(text)
            (units / f"{target}.target.wants").mkdir(exist_ok=True)
            (units / f"{target}.target.wants/{name}.service").symlink_to(f"../{name}.service")

    def boot_until_done(self, root):
        for boots in range(1, REBOOTS + 3):
            with open(self.folder / "nspawn.log", "ab") as log:
                manager = subprocess.Popen(
                    ["systemd-nspawn", "--quiet", "--boot", f"--directory={root}", "--private-network", "--register=no",
                     "--keep-unit", f"--machine=toe-reboot-{os.getpid()}", "--console=pipe"],
                    stdin=subprocess.DEVNULL, stdout=log, stderr=log)
            try:
                if self.wait_for_end(root, manager) != REBOOTED:
                    return boots
            finally:
                if manager.poll() is None:
                    manager.kill()
                    manager.wait()
        self.fail("it rebooted too often")

    def wait_for_end(self, root, manager):
        deadline = time.monotonic() + BOOT_SECONDS
        while manager.poll() is None:
            self.assertLess(time.monotonic(), deadline, (self.folder / "nspawn.log").read_text()[-2000:])
            logs = list((root / "root/logs").glob("TOE_*/console.log"))
            if logs and "TOE has completed" in logs[0].read_text() and first_child(manager.pid):
                os.kill(first_child(manager.pid), signal.SIGRTMIN + 4)
                return manager.wait(30)
            time.sleep(0.05)
        return manager.returncode

    def check(self, root, boots):
        outcome = Outcome(subprocess.CompletedProcess([], 0, b"", b""), root / "root/logs")
        log = outcome.log()
        self.assertEqual(boots, REBOOTS + 1, log)
        self.assertEqual(len(list((root / "root/logs").glob("TOE_*"))), 1)
        self.assertEqual(log.count("Rebooting the system now"), REBOOTS)
        self.assertEqual(log.count("Executor: System has rebooted successfully"), REBOOTS)
        steps = outcome.steps()
        self.assertEqual({name: step["status"] for name, step in steps.items()},
                         {"Guarded": "success", "Module": "success", "Loop": "success", "Nested": "success",
                          "Last": "failed"})
        self.assertEqual(steps["Guarded"]["outputs"], '[{"stdout":"second"}]')
        self.assertEqual((root / "root/loop").read_text().split(), ["1", "2", "2", "3"])
        self.assertEqual(json.loads(steps["Loop"]["outputs"])[0]["stdout"], "1\n2\n3")
        self.assertEqual((root / "root/child").read_text().split(), ["before", "after"])
        # The variables of the first start are there, although systemd started it the last time.
        for line in ("Stdout: hello hello", "Stdout: /root", "Stdout: second"):
            self.assertIn(line, log)
        # Gone at the end, although the run failed.
        self.assertFalse((root / "root/logs/.toe-state").exists())
        self.assertEqual(list((root / "etc/systemd/system").glob("**/toe-resume*")), [])


class Triggers(World):
    """In a Debian root where the programs that would reboot only say so."""

    def root_with(self, *programs):
        root = debian_root(self, self.folder / "root")
        (root.path / "fake").mkdir()
        for program in programs:
            path = root.path / "fake" / program
            path.write_text(f'#!/bin/sh\necho "{program} $*" >> /rebooted\n')
            path.chmod(0o755)
        return root

    def run_in(self, root, steps):
        (root.path / "work dir").mkdir(exist_ok=True)
        (root.path / "d.yml").write_text(self.document(steps).read_text())
        return root.run_document("/d.yml", "--reboot-mode", "system", "--state-directory", "/state",
                                 env={"PATH": "/fake:/usr/bin:/bin", "GREETING": "it's 100% \"hello\""})

    def setUp(self):
        super().setUp()
        # This process is the first one of its namespace, to which toe turns as it would to systemd.
        self.asked = []
        signal.signal(signal.SIGRTMIN + 5, lambda *_: self.asked.append("reboot"))

    AGAIN = [("Again", '[ -e /again ] && echo "$GREETING" && exit 4\ntouch /again\nexit 194')]

    def test_systemd(self):
        root = self.root_with()
        (root.path / "run/systemd/system").mkdir(parents=True)
        outcome = self.run_in(root, self.AGAIN)
        self.assertEqual((outcome.code, outcome.out, self.asked), (194, b"", ["reboot"]))
        unit = root.path / "etc/systemd/system/toe-resume.service"
        started = next(line for line in unit.read_text().splitlines() if line.startswith("ExecStart="))
        arguments = shlex.split(started.removeprefix("ExecStart="))
        self.assertEqual(arguments[:2], ["/opt/toe", "run"])
        state = root.path / "state/toe-state.json"
        self.assertEqual(state.stat().st_mode & 0o777, 0o600)
        final = root.call(*arguments[1:])
        self.assertEqual((final.code, final.json["failedStepCount"]), (1, 1))
        self.assertIn("Stdout: it's 100% \"hello\"", final.log())
        self.assertFalse(unit.exists() or unit.is_symlink() or state.exists())
        self.assertEqual(list((root.path / "etc/systemd").glob("**/toe-resume*")), [])

    def test_the_input_file_need_not_survive(self):
        root = self.root_with()
        (root.path / "run/systemd/system").mkdir(parents=True)
        (root.path / "d.yml").write_text(self.document(self.AGAIN).read_text())
        (root.path / "tmp/config.json").write_text('{"documents": [{"path": "/d.yml"}], "logDirectory": "/logs"}')
        environment = {"PATH": "/fake:/usr/bin:/bin", "GREETING": "hello"}
        outcome = root.call("run", "-c", "/tmp/config.json", "--reboot-mode", "system", env=environment)
        self.assertEqual(outcome.code, 194, outcome.out)
        (root.path / "tmp/config.json").unlink()
        (root.path / "d.yml").unlink()
        unit = (root.path / "etc/systemd/system/toe-resume.service").read_text()
        started = next(line for line in unit.splitlines() if line.startswith("ExecStart="))
        final = root.call(*shlex.split(started.removeprefix("ExecStart="))[1:])
        self.assertEqual((final.code, final.json["failedStepCount"]), (1, 1), final.out)
        self.assertFalse((root.path / "logs/.toe-state").exists())

    def test_cron_where_there_is_no_systemd(self):
        root = self.root_with("reboot", "cron")
        (root.path / "etc/cron.d").mkdir()
        outcome = self.run_in(root, self.AGAIN)
        self.assertEqual(outcome.code, 194, outcome.out)
        self.assertEqual((root.path / "rebooted").read_text(), "reboot \n")
        table = root.path / "etc/cron.d/toe-resume"
        line = table.read_text().splitlines()[-1]
        self.assertTrue(line.startswith("@reboot root "), line)
        command = line.removeprefix("@reboot root ").replace("\\%", "%")  # as cron reads it
        status = subprocess.run(["/usr/sbin/chroot", str(root.path), "/bin/sh", "-c", command], env={"PATH": "/usr/bin:/bin"})
        self.assertEqual(status.returncode, 1)
        self.assertIn("Stdout: it's 100% \"hello\"", outcome.log())
        self.assertFalse(table.exists())

    def test_neither(self):
        root = self.root_with("reboot")
        outcome = self.run_in(root, "- {name: Module, action: Reboot}\n")
        self.assertEqual((outcome.code, outcome.json["status"]), (1, "failed"))
        self.assertIn("through systemd or cron", outcome.json["failureMessage"])
        self.assertFalse((root.path / "rebooted").exists() or (root.path / "state").exists())

    def test_refused_reboot_leaves_nothing(self):
        root = self.root_with("reboot", "cron")
        (root.path / "etc/cron.d").mkdir()
        (root.path / "fake/reboot").write_text("#!/bin/sh\necho 'not now' >&2\nexit 1\n")
        outcome = self.run_in(root, "- {name: Module, action: Reboot}\n")
        self.assertEqual(outcome.code, 1)
        self.assertIn("not now", outcome.json["failureMessage"])
        self.assertEqual(list((root.path / "etc/cron.d").iterdir()), [])
        self.assertFalse((root.path / "state").exists())

    def test_never_in_a_container(self):
        root = self.root_with()
        (root.path / "run/systemd/system").mkdir(parents=True)
        (root.path / "run/systemd/container").write_text("lxc")
        outcome = self.run_in(root, "- {name: Module, action: Reboot}\n")
        self.assertIn("this is a container", outcome.json["failureMessage"])
        self.assertEqual(self.asked, [])
        outcome = root.run_document("/d.yml", "--state-directory", "/state")
        self.assertEqual(outcome.code, 194, "in a container the caller reboots, unless told otherwise")

    def test_fifteen_reboots_are_the_limit(self):
        document = self.document([("Again", "echo pass; exit 194")])
        outcomes = [self.run_document(document).code for _ in range(16)]
        self.assertEqual(outcomes, [194] * 15 + [1])
        outcome = Outcome(subprocess.CompletedProcess([], 1, b"", b""), self.folder / "logs")
        self.assertEqual(outcome.log().count("Stdout: pass"), 16)
        self.assertIn("more than 15 reboots", outcome.log())

    def test_a_script_that_reboots_by_itself_fails_the_run(self):
        """The shutdown ends toe with SIGTERM; nothing is left that would continue."""
        outcome = self.run_document(self.document([("Self", "kill -TERM $PPID; sleep 3600")]))
        self.assertEqual((outcome.code, outcome.json["status"]), (1, "failed"))
        self.assertFalse((self.folder / "logs/.toe-state").exists())


if __name__ == "__main__":
    if "--image" in sys.argv:
        at = sys.argv.index("--image")
        Boots.image = os.path.abspath(sys.argv[at + 1])
        del sys.argv[at:at + 2]
        if "TOE_TEST_UNSHARED" not in os.environ:
            os.environ["TOE_TEST_IMAGE"] = Boots.image
    Boots.image = Boots.image or os.environ.get("TOE_TEST_IMAGE")
    main()
