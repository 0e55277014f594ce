#!/usr/bin/env python3
"""The example through `goldsmith build`, for real: build_example_test.py <goldsmith> <data directory> <exported.raw>

Leaves the built image as a raw file for the boot test.
"""
import pathlib
import re
import subprocess
import sys
import unittest

goldsmith = sys.argv[1]
data = pathlib.Path(sys.argv[2])
exported = pathlib.Path(sys.argv[3])
source = pathlib.Path(__file__).resolve().parents[2]

FAILING = """
name: failing
components:
  - name: breaks
    data: |
      schemaVersion: 1.0
      phases:
        - name: PHASE
          steps:
            - name: BreakHere
              action: ExecuteBash
              inputs: {commands: ["echo the last words; exit 23"]}
"""

REBOOTING = """
name: rebooting
components:
  - name: restarts
    data: |
      schemaVersion: 1.0
      phases:
        - name: build
          steps:
            - name: First
              action: ExecuteBash
              inputs:
                commands:
                  - test -e /var/tmp/seen && echo resumed-after-boot && exit 0
                  - cat /proc/sys/kernel/random/boot_id > /dev/null
                  - systemctl show -p UserspaceTimestampMonotonic > /var/tmp/seen
                  - exit 194
            - name: Second
              action: Reboot
            - name: Third
              action: ExecuteBash
              inputs: {commands: ["echo after-the-reboot-module"]}
"""


def run(*arguments):
    done = subprocess.run([goldsmith, *map(str, arguments)], capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def build(file):
    return run("build", "--plain", "--data-dir", data, file)


def stored_bytes():
    return sum(file.stat().st_blocks * 512 for file in (data / "stores").rglob("*.pack"))


class BuildExample(unittest.TestCase):
    def write(self, text):
        file = data / "test-build.yaml"
        file.write_text(text)
        return file

    def test_1_the_example_is_built_tested_and_distributed(self):
        before = stored_bytes()
        status, out, err = build(source / "examples/nginx/build.yaml")
        self.assertEqual(status, 0, out + err)
        self.assertIn("image/web/1.0.0/1 is AVAILABLE", out)
        amis = re.findall(r"^  (us-east-1|us-west-2)  (ami-[0-9a-f]{17})  web \d{4}-", out, re.M)
        self.assertEqual(sorted(region for region, _ in amis), ["us-east-1", "us-west-2"])
        self.assertIn("Phase test", out)
        first = stored_bytes() - before

        status, out, err = build(source / "examples/nginx/build.yaml")
        self.assertEqual(status, 0, out + err)
        self.assertIn("image/web/1.0.0/2 is AVAILABLE", out)
        second = stored_bytes() - before - first
        self.assertLess(second, before / 4, "a second build stores what changed, not the disk again")

        status, out, err = run("image", "export", "--data-dir", data, amis[1][1], exported)
        self.assertEqual(status, 0, out + err)

    def test_2_a_failing_phase_names_everything(self):
        for phase in ("validate", "test"):
            with self.subTest(phase):
                status, out, err = build(self.write(FAILING.replace("PHASE", phase)))
                self.assertEqual(status, 1, out)
                for part in ("is FAILED", "component breaks", f"phase {phase}", "step BreakHere", "23",
                             "the last words"):
                    self.assertIn(part, err)
                self.assertEqual(run("image", "ls", "--data-dir", data, "--region", "us-west-2")[1].count("failing"),
                                 0)

    def test_3_reboots_are_real_and_steps_resume(self):
        status, out, err = build(self.write(REBOOTING))
        self.assertEqual(status, 0, out + err)
        self.assertIn("resumed-after-boot", out)
        self.assertIn("after-the-reboot-module", out)

    def test_4_bad_files_are_refused_with_their_place(self):
        file = self.write("name: x\nparentimage: debian-12-x86\n")
        status, _, err = build(file)
        self.assertEqual(status, 1)
        self.assertIn(f"{file}:2:1: error: unknown key 'parentimage'", err)

    def test_5_run_executes_a_command_in_the_image(self):
        status, out, err = run("run", "--data-dir", data, "debian-12-x86", "--", "/bin/sh", "-c",
                               "systemctl is-system-running --wait >/dev/null; id -u; cat /etc/debian_version")
        self.assertEqual(status, 0, out + err)
        self.assertRegex(out, r"(?m)^0\s*$")
        self.assertRegex(out, r"(?m)^12\.\d+\s*$")

    def test_6_nothing_is_left_and_all_is_sound(self):
        self.assertEqual([p for p in (data / "runs").iterdir() if not p.name.startswith(".")], [])
        mounts = pathlib.Path("/proc/self/mounts").read_text()
        self.assertNotIn(str(data), mounts)
        loops = subprocess.run(["losetup", "-a"], capture_output=True, text=True).stdout
        self.assertNotIn(str(data), loops)
        for entry in pathlib.Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                except OSError:
                    continue  # it ended meanwhile
                self.assertFalse(str(data) in line and "build_example_test" not in line, line)
        status, out, err = run("fsck", "--data-dir", data)
        self.assertEqual(status, 0, out + err)


unittest.main(argv=[sys.argv[0], "-v"])
