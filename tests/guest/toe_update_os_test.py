"""UpdateOS with package managers that only write down how they were called: which commands run for each family, and
that packages are held no longer than the update takes, whatever becomes of it."""
import os
import signal
import subprocess
import time

from toe_world import World, main

UPGRADE = "apt-get -y -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold "


class UpdateOS(World):
    def run_with(self, manager, inputs="", script="", extra="", held="", prepare_only=False):
        """Runs UpdateOS where `manager` is the only package manager; returns the outcome and the calls."""
        folder = self.folder / "fake"
        folder.mkdir(exist_ok=True)
        for name in {manager, "apt-mark" if manager == "apt-get" else manager}:
            path = folder / name
            path.write_text(f'#!/bin/sh\n[ "$1" = showhold ] && {{ printf "{held}"; exit 0; }}\n'
                            f'echo "{name} $*" "${{DEBIAN_FRONTEND-}}" >> {self.folder}/calls\n{script}\n')
            path.chmod(0o755)
        fields = f", inputs: {inputs}" if inputs else ""
        document = self.document(f"- {{name: Update, action: UpdateOS{fields}{extra}}}\n")
        if prepare_only:
            return document, {"PATH": str(folder)}
        outcome = self.run_document(document, env={"PATH": str(folder)})
        calls = self.folder / "calls"
        lines = [line.rstrip() for line in calls.read_text().splitlines()] if calls.exists() else []
        return outcome, lines

    def test_apt_all(self):
        outcome, calls = self.run_with("apt-get")
        self.assertEqual(outcome.code, 0, outcome.out)
        self.assertEqual(calls, ["apt-get update", UPGRADE + "upgrade noninteractive"])

    def test_apt_include_and_exclude(self):
        outcome, calls = self.run_with("apt-get", "{include: [a, b, c], exclude: [b, kernel]}", held=r"kernel\n")
        self.assertEqual(outcome.code, 0, outcome.log())
        self.assertEqual(calls, ["apt-get update", "apt-mark hold b", UPGRADE + "install --only-upgrade a c "
                                 "noninteractive", "apt-mark unhold b"], "what somebody else holds stays held")

    def test_apt_releases_after_failure(self):
        outcome, calls = self.run_with("apt-get", "{exclude: [b]}", 'case "$*" in *upgrade) echo no >&2; exit 100;; esac')
        self.assertEqual(outcome.code, 1)
        self.assertEqual(outcome.steps()["Update"]["failureMessage"], "exit status 100")
        self.assertEqual(calls[-1], "apt-mark unhold b")

    def test_apt_releases_after_timeout(self):
        outcome, calls = self.run_with("apt-get", "{exclude: [b]}", 'case "$*" in *upgrade) /bin/sleep 3511;; esac',
                                       ", timeoutSeconds: 1")
        self.assertEqual(outcome.json["status"], "timedOut")
        self.assertEqual(calls[-1], "apt-mark unhold b")

    def test_apt_releases_when_stopped(self):
        document, environment = self.run_with("apt-get", "{exclude: [b]}",
                                              'case "$*" in *upgrade) /bin/sleep 3512;; esac', prepare_only=True)
        process = subprocess.Popen([self.toe, "run", "-d", document, "-l", self.folder / "logs"], env=environment,
                                   stdout=subprocess.PIPE)
        calls = self.folder / "calls"
        deadline = time.monotonic() + 30
        while not (calls.exists() and " upgrade" in calls.read_text()):
            self.assertLess(time.monotonic(), deadline)
            self.assertIsNone(process.poll())
            time.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        self.assertIn(b"stopped by a signal", process.communicate(timeout=30)[0])
        self.assertEqual(calls.read_text().splitlines()[-1].rstrip(), "apt-mark unhold b")

    def test_other_families(self):
        wanted = "{include: [a, b], exclude: [b]}"
        for manager, expected in {
                "dnf": ["dnf -y upgrade --exclude=b a"],
                "yum": ["yum -y update --exclude=b a"],
                "zypper": ["zypper --non-interactive refresh", "zypper --non-interactive addlock b",
                           "zypper --non-interactive update a", "zypper --non-interactive removelock b"],
                "apk": ["apk update", "apk upgrade --ignore b a"]}.items():
            with self.subTest(manager):
                for left in (self.folder / "fake").glob("*"):
                    left.unlink()
                (self.folder / "calls").unlink(missing_ok=True)
                outcome, calls = self.run_with(manager, wanted)
                self.assertEqual((outcome.code, calls), (0, expected))

    def test_everything_excluded(self):
        outcome, calls = self.run_with("apt-get", "{include: [a], exclude: [a]}")
        self.assertEqual((outcome.code, calls), (0, []))

    def test_none_and_not_root(self):
        document = self.document("- {name: Update, action: UpdateOS}\n")
        empty = self.folder / "empty"
        empty.mkdir()
        outcome = self.run_document(document, env={"PATH": str(empty)})
        self.assertIn("none of dnf, yum, apt-get, zypper and apk", outcome.log())
        os.chmod(self.folder, 0o777)
        outcome = self.run_document(document, prefix=["setpriv", "--reuid=65534", "--clear-groups"],
                                    logs=self.folder / "others")
        self.assertIn("UpdateOS needs root", outcome.log())


if __name__ == "__main__":
    main()
