"""Runs the real toe against doubles in a private folder."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

from server_double import KEY, SECRET, Double, wait_until

SKIPPED = 77  # what ctest reads as "skipped"


class ToeTest(unittest.TestCase):
    """One double, one folder, one environment per test. `toe` is set by main()."""

    toe = None

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="toe-network-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.double = Double()
        self.addCleanup(self.double.close)
        self.environment = {
            "PATH": os.environ["PATH"], "HOME": str(self.folder), "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_ENDPOINT_URL": self.double.url,
            "AWS_EC2_METADATA_SERVICE_ENDPOINT": self.double.url, "AWSTOE_IMAGEBUILDER_ENDPOINT": self.double.url,
            "TOE_RETRY_DELAY_MILLISECONDS": "1", "TOE_NETWORK_TIMEOUT_SECONDS": "20"}

    def path(self, name):
        return str(self.folder / name)

    def document(self, *steps, head=""):
        path = self.folder / "document.yml"
        body = "".join(f"      - {json.dumps(step)}\n" for step in steps)
        path.write_text(f"schemaVersion: 1.0\n{head}phases:\n  - name: build\n    steps:\n{body}")
        return str(path)

    def command(self, document, *options):
        source = ["--documents", document] if document else []
        return [self.toe, "run", *source, "--log-directory", self.path("logs"), *options]

    def start(self, *steps):
        return subprocess.Popen(self.command(self.document(*steps)), cwd=self.folder, env=self.environment,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def run_document(self, document, *options, timeout=60):
        before = set((self.folder / "logs").glob("TOE_*"))
        done = subprocess.run(self.command(document, *options), cwd=self.folder, env=self.environment,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=timeout)
        self.summary = json.loads(done.stdout)
        self.stderr = done.stderr.decode()
        self.log_folder = self.made_folder(before, options)
        self.steps = {}
        if self.log_folder:
            report = json.loads((self.log_folder / "detailedoutput.json").read_text())
            for document_report in report["documents"]:
                for phase in document_report["phases"]:
                    self.steps.update({step["name"]: step for step in phase["steps"]})
        return done.returncode

    def made_folder(self, before, options):
        """The log folder of the run; of one that continues, the folder that was there."""
        made = set((self.folder / "logs").glob("TOE_*")) - before or (before if "--reboot-mode" in options else set())
        return made.pop() if len(made) == 1 else None

    def run_steps(self, *steps, options=(), timeout=60):
        return self.run_document(self.document(*steps), *options, timeout=timeout)

    def log(self, name="console.log"):
        return (self.log_folder / name).read_text()

    def everything(self):
        return "".join(path.read_text(errors="replace") for path in self.log_folder.iterdir()) + self.stderr

    def succeed(self, *steps, **keywords):
        code = self.run_steps(*steps, **keywords)
        self.assertEqual(code, 0, json.dumps(self.steps, indent=1) + self.stderr)

    def fail_with(self, text, *steps, **keywords):
        """The run fails; a step's message (or the run's) contains `text`."""
        self.assertEqual(self.run_steps(*steps, **keywords), 1)
        messages = [step["failureMessage"] for step in self.steps.values()] + [self.summary["failureMessage"]]
        self.assertIn(text, "\n".join(messages))

    def leftovers(self):
        return [str(path) for path in self.folder.rglob(".toe-*.part")]

    def stop_when(self, process, condition):
        """SIGTERM once the condition holds; the run must end by itself soon."""
        try:
            wait_until(condition)
            process.terminate()
            process.communicate(timeout=5)
        finally:
            process.kill()
            process.wait()
        return process.returncode


def step(action, inputs, name="Step", **fields):
    return {"name": name, "action": action, **fields, "inputs": inputs}


def bash(*commands, **fields):
    return step("ExecuteBash", {"commands": list(commands)}, **fields)


def main():
    if len(sys.argv) < 2 or not os.access(sys.argv[1], os.X_OK):
        print("usage: TEST toe [unittest arguments]")
        sys.exit(2)
    ToeTest.toe = os.path.abspath(sys.argv.pop(1))
    unittest.main(module="__main__")
