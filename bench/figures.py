"""Measures the figures of docs/benchmarks.md: figures.py <folder with the programs> <data folder>.

Wall-clock seconds of whole processes; memory is the peak resident size that the kernel reports. Each comparison
runs both sides in turn, so that a machine whose speed drifts slows both; medians are printed.
"""
import json
import os
import pathlib
import re
import signal
import statistics
import subprocess
import sys
import time

bench = pathlib.Path(__file__).resolve().parent
programs = pathlib.Path(sys.argv[1])
data = pathlib.Path(sys.argv[2])
rounds = int(os.environ.get("GOLDSMITH_BENCH_ROUNDS", "3"))
goldsmith = str(programs / "goldsmith")


def run(*command, **options):
    return subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True, **options)


def report(name, value, beside=""):
    print(f"{name:<58} {value:>12}   {beside}", flush=True)


class Server:
    """A server on the data folder, and its memory."""

    def __enter__(self):
        self.process = subprocess.Popen(
            [goldsmith, "serve", "--data-dir", str(data), "--listen", "127.0.0.1:0"],
            stdout=subprocess.PIPE, stderr=open(data / "serve.log", "a"), text=True)
        line = self.process.stdout.readline()
        if "listening on" not in line:
            raise SystemExit(f"the server did not start; see {data / 'serve.log'}")
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=10)

    def resident_mib(self, peak=False):
        field = "VmHWM" if peak else "VmRSS"
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(rf"{field}:\s+(\d+)", status).group(1)) / 1024


def runner_peaks():
    """Peak resident sizes of the runners that live now, in MiB, by process id."""
    peaks = {}
    for entry in pathlib.Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and (entry / "comm").read_text().strip() == "goldsmith-runne":
                peak = re.search(r"VmHWM:\s+(\d+)", (entry / "status").read_text())
                if peak:  # a process that is ending has no memory any more
                    peaks[int(entry.name)] = int(peak.group(1)) / 1024
        except OSError:
            pass  # it ended meanwhile
    return peaks


def build(page, server=None):
    """Builds the nginx image with this page; gives seconds in all, the log's lines, and the runners' peak."""
    file = data / "bench-build.yaml"
    file.write_text((bench.parent / "examples/nginx/build.yaml").read_text()
                    .replace("path: nginx.yaml", f"path: {bench.parent / 'examples/nginx/nginx.yaml'}")
                    .replace("Hello from a golden image", page))
    with open(data / "bench-build.log", "w+") as log:
        begin = time.monotonic()
        process = subprocess.Popen([goldsmith, "build", "--plain", "--data-dir", str(data), str(file)],
                                   stdout=log, stderr=subprocess.STDOUT)
        peak = 0.0
        while process.poll() is None:
            peak = max([peak, *runner_peaks().values()])
            time.sleep(0.02)
        seconds = time.monotonic() - begin
        log.seek(0)
        output = log.read()
    if process.returncode != 0:
        raise SystemExit("the build failed:\n" + output[-3000:])
    return seconds, output, peak


def step_seconds(output, name):
    found = re.findall(rf"ok\s+{name}\s+([0-9.]+) s", output)
    return sum(float(text) for text in found)


def by_hand(parent):
    lines = run(bench / "by_hand.sh", parent, bench / "nginx_commands.sh").stdout.splitlines()
    return {line.split()[0]: float(line.split()[1]) for line in lines if len(line.split()) == 2}


def main():
    if os.geteuid() != 0:
        raise SystemExit("the benchmarks start machines: run ./dev bench as root")
    data.mkdir(parents=True, exist_ok=True)
    run(goldsmith, "image", "pull", "debian-12", "--data-dir", data)
    parent = data / "parent.raw"
    if not parent.exists():
        run(goldsmith, "image", "export", "debian-12-x86", parent, "--data-dir", data)

    hand, whole, user, peaks = [], [], [], []
    output = ""
    for number in range(rounds):
        hand.append(by_hand(parent))
        with Server() as server:
            if number == 0:
                time.sleep(1)
                report("(c) daemon, idle, resident MiB", f"{server.resident_mib():.0f}", "aim: under 60")
            seconds, output, peak = build(f"round {number} {time.time()}")
            whole.append(seconds)
            user.append(step_seconds(output, "ApplyBuildComponents") + step_seconds(output, "ApplyTestComponents"))
            peaks.append(peak)
            daemon_peak = server.resident_mib(peak=True)
    commands_by_hand = statistics.median(sample["commands"] for sample in hand)
    total_by_hand = statistics.median(sample["total"] for sample in hand)
    report("(a) cold build, all stages, two regions, seconds", f"{statistics.median(whole):.2f}",
           f"by hand (no test, one image): {total_by_hand:.2f}")
    report("    of it the user's commands (build + test), seconds", f"{statistics.median(user):.2f}",
           f"by hand (build only): {commands_by_hand:.2f}")
    added = statistics.median(a - b for a, b in zip(whole, user))
    report("    added by all of Goldsmith's stages, seconds", f"{added:.2f}", "limit: 3")
    warm = [build("the same page")[0] for _ in range(rounds + 1)][1:]
    report("(b) rebuild, nothing changed, seconds", f"{statistics.median(warm):.2f}",
           "limit: 2 (step cache: not there yet)")
    report("(c) daemon, building, peak resident MiB", f"{daemon_peak:.0f}", "aim: under 150")
    report("    runner, peak resident MiB", f"{max(peaks):.0f}", "")
    if (programs / "store_bench").exists():
        print("(d) store", flush=True)
        subprocess.run([str(programs / "store_bench")], check=True)
    print(json.dumps({"whole": whole, "user": user, "by_hand": hand, "warm": warm}), flush=True)


main()
