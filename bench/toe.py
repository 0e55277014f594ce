#!/usr/bin/env python3
"""Figures of the component executor, each beside its peer, measured in the same run.

usage: toe.py TOE [GIGABYTES]     needs about 2 GiB per gigabyte in BENCH_WORK (default /dev/shm)
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import time

STEPS = 100
ROUNDS = 10


def run(command, **options):
    """Seconds, peak memory in KiB."""
    started = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, **options)
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"{command} failed")
    return time.monotonic() - started, usage.ru_maxrss


def document(path, steps):
    path.write_text("schemaVersion: 1.0\nphases:\n  - name: build\n    steps:" + (steps or " []") + "\n")
    return ["run", "--documents", str(path), "--log-directory", str(path.parent / "logs")]


def bash_step(name, command):
    return f"\n      - {{name: {name}, action: ExecuteBash, inputs: {{commands: ['{command}']}}}}"


def main():
    toe, gigabytes = sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else 0.5
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_WORK", "/dev/shm")) as name:
        work = pathlib.Path(name)
        print(f"size                 {os.path.getsize(toe) / 1e6:.1f} MB (limit 8)")
        empty = document(work / "empty.yml", "")
        start = min(run([toe] + empty)[0] for _ in range(ROUNDS))
        true = min(run(["true"])[0] for _ in range(ROUNDS))
        print(f"empty document       {start * 1e3:.1f} ms (limit 10; `true` {true * 1e3:.1f} ms)")
        many = document(work / "many.yml", "".join(bash_step(f"step{i}", ":") for i in range(STEPS)))
        (work / "one.sh").write_text(":\n")
        steps = min(run([toe] + many)[0] for _ in range(3))
        loop = f"for i in $(seq {STEPS}); do bash {work}/one.sh; done"
        plain = min(run(["bash", "-c", loop])[0] for _ in range(3))
        print(f"overhead per step    {(steps - start - plain) / STEPS * 1e3:.2f} ms (limit 3; plain bash {plain / STEPS * 1e3:.2f} ms)")
        source = f"yes a line of output that a build might print | head -c {int(gigabytes * 1e9)}"
        flood, memory = run([toe] + document(work / "flood.yml", bash_step("flood", source)))
        cat, _ = run(["bash", "-c", source + " | cat"])
        print(f"output               {gigabytes * 1e3 / flood:.0f} MB/s (`cat` {gigabytes * 1e3 / cat:.0f} MB/s)")
        print(f"memory               {memory / 1024:.1f} MiB (limit 32)")


if __name__ == "__main__":
    main()
