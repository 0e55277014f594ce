#!/usr/bin/env python3
"""Does a toe of another architecture work? Under an emulator of user programs: it says its version, validates and runs
golden documents with the results that are expected everywhere, and prints the schema.

    toe_smoke_test.py TOE EMULATOR      the exit code is 77 where the emulator is not installed
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

GOLDEN = pathlib.Path(__file__).resolve().parent.parent / "golden/toe"
DOCUMENTS = ["ACCEPTANCE-A", "LOOP-for", "IF-operators", "EXP-1-plain-insertion", "STEP-5-ignore", "ED-nested-documents"]
COUNTS = ["status", "failedStepCount", "executedStepCount", "ignoredFailedStepCount", "skippedStepCount"]
SIZE_LIMIT = 8_000_000


def main():
    toe, emulator = os.path.abspath(sys.argv[1]), shutil.which(sys.argv[2])
    if emulator is None:
        print(f"skipped: {sys.argv[2]} is not installed (package qemu-user-static)")
        sys.exit(77)

    def call(*arguments, **options):
        return subprocess.run([emulator, toe, *arguments], capture_output=True, text=True, timeout=120, **options)

    headers = subprocess.run(["readelf", "--file-header", "--program-headers", toe], capture_output=True, text=True).stdout
    assert "AArch64" in headers and "INTERP" not in headers, "not a static executable for 64-bit ARM"
    assert os.path.getsize(toe) < SIZE_LIMIT, os.path.getsize(toe)
    version = call("--version")
    assert version.returncode == 0 and version.stdout.strip(), version
    assert "$defs" in json.loads(call("schema").stdout)
    for name in DOCUMENTS:
        document = GOLDEN / f"{name}.yml"
        expected = json.loads((GOLDEN / f"{name}.json").read_text())
        checked = call("validate", "--documents", str(document))
        assert checked.returncode == 0, f"{name}: {checked.stdout}"
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(document, folder)
            ran = call("run", "--documents", f"{name}.yml", "--log-directory", "logs", "--reboot-mode", "exit", cwd=folder)
        summary = json.loads(ran.stdout)
        for key in COUNTS:
            assert summary[key] == expected["summary"][key], f"{name}: {key} is {summary[key]}"
        assert ran.returncode == expected["exitCode"], name
    print(f"{pathlib.Path(toe).name}: {version.stdout.strip()}, {os.path.getsize(toe) / 1e6:.1f} MB, static; "
          f"{len(DOCUMENTS)} documents ran as expected under {sys.argv[2]}")


if __name__ == "__main__":
    main()
