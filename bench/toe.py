#!/usr/bin/env python3
"""Figures of the component executor, each beside its peer or limit, measured in the same run: both sides take turns and
the best round of each counts, so that a busy machine spoils neither alone.

usage: toe.py TOE [GIGABYTES]     needs about 4 GB per gigabyte in BENCH_WORK (default /dev/shm)
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import time

STEPS = 100
ROUNDS = 9
LINE = "a line of output that a build might print"
# The kernel counts as a child's memory what it was before it became toe, so its parent has to be small.
MEASURE = "import os, sys\npid = os.spawnv(os.P_NOWAIT, sys.argv[1], sys.argv[1:])\n" \
          "print(os.wait4(pid, 0)[2].ru_maxrss, file=sys.stderr)"


def seconds(command, **options):
    started = time.monotonic()
    status = subprocess.run(command, stdout=options.pop("stdout", subprocess.DEVNULL), **options).returncode
    if status != 0:
        sys.exit(f"{command} failed")
    return time.monotonic() - started


def best_in_turns(*calls, rounds=ROUNDS):
    """The best time of each of these functions."""
    times = [[call() for call in calls] for _ in range(rounds)]
    return [min(column) for column in zip(*times)]


def document(path, steps):
    path.write_text("schemaVersion: 1.0\nphases:\n  - name: build\n    steps:" + (steps or " []") + "\n")
    return ["run", "--documents", str(path), "--log-directory", str(path.parent / "logs")]


def bash_step(name, command):
    return f"\n      - {{name: {name}, action: ExecuteBash, inputs: {{commands: ['{command}']}}}}"


def verdict(value, limit):
    return f"limit {limit}" if value < limit else f"limit {limit}: MISSED"


def main():
    toe, gigabytes = os.path.abspath(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 0.5
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_WORK", "/dev/shm")) as name:
        work = pathlib.Path(name)
        size = os.path.getsize(toe) / 1e6
        print(f"size                 {size:.1f} MB ({verdict(size, 8)})")

        empty = [toe] + document(work / "empty.yml", "")
        many = [toe] + document(work / "many.yml", "".join(bash_step(f"step{i}", ":") for i in range(STEPS)))
        plain = ["bash", "-c", f"for i in $(seq {STEPS}); do bash -c :; done"]
        start, true, steps, commands = (1e3 * value for value in best_in_turns(
            *(lambda command=command: seconds(command) for command in (empty, ["true"], many, plain))))
        added = (steps - start - commands) / STEPS
        print(f"empty document       {start:.1f} ms ({verdict(start, 10)}; `true` {true:.1f} ms)")
        print(f"overhead per step    {added:.2f} ms ({verdict(added, 3)}; plain `bash -c` {commands / STEPS:.2f} ms)")

        source = work / "source"
        with open(source, "wb") as file:
            subprocess.run(["bash", "-c", f"yes {LINE} | head -c {int(gigabytes * 1e9)}"], stdout=file, check=True)
        flood = [toe] + document(work / "flood.yml", bash_step("flood", f"cat {source}"))

        def through_cat():
            with open(work / "copy", "wb") as copy:
                return seconds(["bash", "-c", f"cat {source} | cat"], stdout=copy)

        def through_toe():
            subprocess.run(["rm", "-rf", work / "logs"], check=True)
            return seconds(flood)

        ours, cat = best_in_turns(through_toe, through_cat, rounds=3)
        print(f"output               {gigabytes * 1e3 / ours:.0f} MB/s (`cat` into a file {gigabytes * 1e3 / cat:.0f} MB/s)")
        memory = int(subprocess.run([sys.executable, "-I", "-S", "-c", MEASURE, *flood], stdout=subprocess.DEVNULL,
                                    stderr=subprocess.PIPE, check=True, text=True).stderr) / 1024
        print(f"memory               {memory:.1f} MiB ({verdict(memory, 32)}; while {gigabytes:g} GB pass)")


if __name__ == "__main__":
    main()
