#!/usr/bin/env python3
"""Makes the base image that tests start from, once per machine, and lays it into the tests' data directories by hard
links: ensure_base_image.py <goldsmith> <data directory>...

The cache is $GOLDSMITH_TEST_CACHE (default /var/tmp/goldsmith-test-cache) and stays between runs.
Exits with 77 (skipped) where base images cannot be made, and says why.
"""
import os
import pathlib
import shutil
import subprocess
import sys

goldsmith, targets = sys.argv[1], [pathlib.Path(name) for name in sys.argv[2:]]
cache = pathlib.Path(os.environ.get("GOLDSMITH_TEST_CACHE", "/var/tmp/goldsmith-test-cache"))


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(77)


if os.geteuid() != 0:
    skip("base images are made by root")
for program in ("mmdebstrap", "systemd-nspawn", "qemu-img", "slirp4netns"):
    if not shutil.which(program):
        skip(f"{program} is not installed")

pulled = subprocess.run([goldsmith, "image", "pull", "debian-12", "--data-dir", str(cache)],
                        capture_output=True, text=True)
print(pulled.stdout, pulled.stderr, sep="")
if pulled.returncode != 0:
    if "could not be reached" in pulled.stderr:
        skip("no Debian mirror can be reached")
    sys.exit(1)
for target in targets:
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True, mode=0o700)
    for part in ("stores", "catalogue"):
        subprocess.run(["cp", "-al", str(cache / part), str(target / part)], check=True)
