#!/usr/bin/env python3
"""Runs the shell blocks of docs/guide.md, in order, against a fresh server: guide_test.py <goldsmith> <data directory>"""
import json
import os
import pathlib
import re
import subprocess
import sys
import time

import harness

source = pathlib.Path(__file__).resolve().parents[2]
goldsmith = pathlib.Path(sys.argv[1]).resolve()
data = pathlib.Path(sys.argv[2]).resolve()
patience_seconds = 900


def blocks():
    """Fenced `sh` blocks, without the exports: the environment is set to this test's own server."""
    found = re.findall(r"^```sh\n(.*?)^```", (source / "docs/guide.md").read_text(), re.S | re.M)
    assert len(found) >= 7, "the guide has lost its blocks"
    return [block for block in found if not block.startswith("export ")]


def run(block, environment):
    # Older CLIs do not read AWS_ENDPOINT_URL, so the option is put in, as the guide tells their users.
    block = re.sub(r"^(\s*|.*\$\()aws ", rf"\1aws --endpoint-url {environment['AWS_ENDPOINT_URL']} ", block, flags=re.M)
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", block], cwd=source, env=environment,
                          capture_output=True, text=True, timeout=300)
    print(block, done.stdout, done.stderr, sep="\n", flush=True)
    if done.returncode != 0:
        sys.exit(f"this block of the guide failed with {done.returncode}:\n{block}")
    return done.stdout


def main():
    if os.geteuid() != 0:
        harness.skip("the guide's build starts a container: root is needed")
    if not harness.shutil.which("aws"):
        harness.skip("the AWS CLI is not installed")
    if not (data / "stores").exists():
        harness.skip("there is no base image (see ensure_base_image)")
    with harness.Server([str(goldsmith)], str(data)) as server:
        environment = {**os.environ, "AWS_SHARED_CREDENTIALS_FILE": server.credentials, "AWS_PAGER": "",
                       "AWS_ENDPOINT_URL": server.endpoint, "AWS_DEFAULT_REGION": "us-east-1",
                       "PATH": f"{goldsmith.parent}:{os.environ['PATH']}"}
        for key in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
            environment.pop(key, None)
        outputs = []
        for block in blocks():
            deadline = time.monotonic() + patience_seconds
            output = run(block, environment)
            while "get-image " in block and json.loads(output)["status"] != "AVAILABLE":
                if json.loads(output)["status"] == "FAILED" or time.monotonic() > deadline:
                    sys.exit("the guide's image did not become AVAILABLE:\n" + server.read_log())
                time.sleep(2)
                output = run(block, environment)
            outputs.append(output)
    came_out, inside, cleaned = outputs[-3:]
    assert came_out.count("ami-") == 2 and "PageIsServed" in came_out, came_out
    assert "Success\tactive" in inside and "nginx version" in inside and inside.count("active") == 2, inside
    assert cleaned.strip().endswith("0"), cleaned


main()
