#!/usr/bin/env python3
"""Every operation of the Image Builder API through the unmodified AWS SDK for JavaScript v3, against a real server with
the fake driver; each raw exchange is held against the model afterwards.

usage: sdk_test.py <goldsmith> <seed_image> <check_exchanges> <cache folder>

The SDK comes from the npm registry, once, into the cache folder. Without node, npm or the registry it skips.
"""

import json
import os
import shutil
import subprocess
import sys

import every_operation
import harness
import recorded

SDK = os.path.join(os.path.dirname(os.path.abspath(__file__)), "sdk")


def installed(cache):
    """The folder with the SDK that sdk/package.json pins."""
    for program in ("node", "npm"):
        if not shutil.which(program):
            harness.skip(f"{program} is not installed")
    wanted = json.load(open(os.path.join(SDK, "package.json"), encoding="utf-8"))["dependencies"]
    folder = os.path.join(cache, "sdk-" + wanted["@aws-sdk/client-imagebuilder"])
    if not os.path.exists(os.path.join(folder, "complete")):
        os.makedirs(folder, exist_ok=True)
        shutil.copy(os.path.join(SDK, "package.json"), folder)
        done = subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error",
                               "--fetch-retries=0"], cwd=folder, capture_output=True, text=True, timeout=300,
                              check=False)
        if done.returncode != 0:
            harness.skip(f"npm cannot install the SDK: {done.stderr.strip()[-300:]}")
        open(os.path.join(folder, "complete"), "w", encoding="utf-8").close()
    return folder


class Sdk:
    """A node process that sends the SDK's commands."""

    def __init__(self, modules, endpoint, keys):
        environment = {"PATH": os.environ.get("PATH", ""), "AWS_ACCESS_KEY_ID": keys[0],
                       "AWS_SECRET_ACCESS_KEY": keys[1]}
        self._process = subprocess.Popen(["node", os.path.join(SDK, "bridge.mjs"), modules, endpoint, "us-east-1"],
                                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()

    def __call__(self, operation, members):
        self._process.stdin.write(json.dumps({"operation": operation, "input": members}) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        if "error" in answer:
            raise every_operation.Refused(answer["error"]["code"], answer["error"]["message"])
        return answer["output"]


def main(goldsmith, seed_image, check_exchanges, cache):
    modules = installed(cache)
    with recorded.Recorded(goldsmith, seed_image, check_exchanges) as world:
        with Sdk(modules, world.endpoint, world.server.keys()) as sdk:
            every_operation.Scenario(sdk, world.ami, "sdk").run()
    print("every operation through", os.path.basename(modules))


if __name__ == "__main__":
    main(*sys.argv[1:])
