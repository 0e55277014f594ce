"""A server with the fake driver and an AMI to start from, behind a recording proxy; at the end of a with block that
succeeded every recorded exchange is held against the model, and every operation must have been called."""

import os
import subprocess

import every_operation
import harness
import recording_proxy


class Recorded:
    """Attributes: server, endpoint (of the proxy), ami."""

    def __init__(self, goldsmith, seed_image, check_exchanges, all_operations=True):
        self._goldsmith = goldsmith
        self._seed_image = seed_image
        self._check_exchanges = check_exchanges
        self._all_operations = all_operations
        self._folder = harness.private_directory("recorded")

    def __enter__(self):
        data = os.path.join(self._folder.name, "data")
        os.makedirs(data, mode=0o700)
        self.ami = subprocess.run([self._seed_image, data], check=True, capture_output=True, text=True).stdout.strip()
        config = os.path.join(self._folder.name, "goldsmith.yaml")
        with open(config, "w", encoding="utf-8") as file:
            file.write("driver: fake\n")
        self.server = harness.Server([self._goldsmith], data, ["--config", config])
        self.server.start()
        self.log = os.path.join(self._folder.name, "exchanges.jsonl")
        self._proxy = recording_proxy.RecordingProxy(self.server.endpoint, self.log)
        self._proxy.__enter__()
        self.endpoint = self._proxy.endpoint
        return self

    def __exit__(self, kind, *_):
        self._proxy.__exit__(None, None, None)
        log = self.server.read_log(4000)
        self.server.stop()
        try:
            if kind is None:
                self._check()
            else:
                print(log)
        finally:
            self._folder.cleanup()

    def _check(self):
        excused = every_operation.REFUSED if self._all_operations else ()
        done = subprocess.run([self._check_exchanges, self.log, *excused], capture_output=True, text=True, check=False)
        print(done.stdout)
        problems = [line for line in done.stdout.splitlines()
                    if self._all_operations or "was never called" not in line and "never succeeded" not in line]
        assert done.returncode == 0 or (not self._all_operations and len(problems) == 1), done.stdout + done.stderr
