#!/usr/bin/env python3
"""Lays the base image that ensure_base_image.py made as one raw file into the build folder: ensure_vm_disk.py
<goldsmith> <file>. Keeps a file that is there. Exits with 77 (skipped) where there is no base image, and says why.
"""
import os
import pathlib
import subprocess
import sys

goldsmith, target = sys.argv[1], pathlib.Path(sys.argv[2])
cache = pathlib.Path(os.environ.get("GOLDSMITH_TEST_CACHE", "/var/tmp/goldsmith-test-cache"))

if target.exists():
    sys.exit(0)
if not (cache / "catalogue").exists():
    print("skipped: there is no base image (see the test guest_base_image)")
    sys.exit(77)
target.parent.mkdir(parents=True, exist_ok=True)
partial = target.with_suffix(".partial")
exported = subprocess.run([goldsmith, "image", "export", "debian-12", str(partial), "--format", "raw",
                           "--data-dir", str(cache)], capture_output=True, text=True)
print(exported.stdout, exported.stderr, sep="")
if exported.returncode != 0:
    sys.exit(1)
partial.rename(target)
