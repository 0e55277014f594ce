#!/usr/bin/env python3
"""Every operation of the Image Builder API through every AWS CLI that is installed and knows them all, against a real server with the fake
driver; each raw exchange is held against the model afterwards.

usage: cli_operations_test.py <goldsmith> <seed_image> <check_exchanges>

The CLI's start costs most of a second, so that its driver runs all calls in one process (cli_bridge.py).
"""

import json
import os
import shutil
import subprocess
import sys

import every_operation
import harness
import recorded

BRIDGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "cli_bridge.py")


def interpreter_of(program):
    """The Python that runs a CLI, from its first line; None where it is not a Python program."""
    with open(program, "rb") as file:
        first = file.readline().decode(errors="replace")
    words = first[2:].split() if first.startswith("#!") else []
    if words and "python" in words[-1]:
        return shutil.which(words[-1]) or words[-1]
    if shutil.which("pyenv"):  # a shim: it stands for the program of the chosen version
        found = subprocess.run(["pyenv", "which", "aws"], capture_output=True, text=True, check=False).stdout.strip()
        return interpreter_of(found) if found and found != program else None
    return None


def interpreters():
    found = []
    for program in harness.cli_programs():
        python = interpreter_of(program)
        if python and python not in found:
            found.append(python)
    return found


class Cli:
    def __init__(self, python, endpoint, keys, home):
        environment = {"PATH": os.environ.get("PATH", ""), "HOME": home, "LC_ALL": "C.UTF-8", "AWS_PAGER": "",
                       "AWS_EC2_METADATA_DISABLED": "true", "AWS_MAX_ATTEMPTS": "1",
                       "AWS_ACCESS_KEY_ID": keys[0], "AWS_SECRET_ACCESS_KEY": keys[1]}
        self._process = subprocess.Popen([python, BRIDGE, endpoint, "us-east-1"], stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE, text=True, env=environment)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()

    def __call__(self, operation, members):
        self._process.stdin.write(json.dumps({"operation": operation, "input": members}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "the AWS CLI ended"
        answer = json.loads(line)
        if "error" in answer:
            raise every_operation.Refused(answer["error"]["code"], answer["error"]["message"])
        return answer["output"]


def knows_every_operation(python):
    """An older CLI lacks commands, and members of answers. main_job_test.py drives it all the same."""
    nowhere = "http://127.0.0.1:1"  # the missing members are noticed before anything is sent
    with harness.private_directory("cli") as home, Cli(python, nowhere, ("x", "y"), home) as cli:
        try:
            cli("GetMarketplaceResource", {})
        except every_operation.Refused as refused:
            return "Invalid choice" not in str(refused)
    return True


def main(goldsmith, seed_image, check_exchanges):
    pythons = interpreters()
    if not pythons:
        harness.skip("no AWS CLI is installed")
    known = [python for python in pythons if knows_every_operation(python)]
    for python in pythons:
        if python not in known:
            print("left out: the AWS CLI of", python, "is older than the API")
    if not known:
        harness.skip("every AWS CLI that is installed is older than the API")
    for number, python in enumerate(known):
        with recorded.Recorded(goldsmith, seed_image, check_exchanges) as world:
            with Cli(python, world.endpoint, world.server.keys(), world.server.data_dir) as cli:
                every_operation.Scenario(cli, world.ami, f"cli{number}").run()
        print("every operation through the AWS CLI of", python)


if __name__ == "__main__":
    main(*sys.argv[1:])
