"""Measures the API beside its limits: api.py <folder with the programs> [<data folder>].

Everything is on this machine: the server, the load generator (api_bench, one thread, signed requests over keep-alive
connections) and the peers. Both sides of a comparison take turns; medians are printed, with the ratio of each pair.
"""
import os
import pathlib
import re
import signal
import statistics
import subprocess
import sys
import tempfile

programs = pathlib.Path(sys.argv[1])
rounds = int(os.environ.get("GOLDSMITH_BENCH_ROUNDS", "3"))
seconds = os.environ.get("GOLDSMITH_BENCH_SECONDS", "3")
ARN = "arn:aws:imagebuilder:us-east-1:123456789012:component/bench/1.0.0/1"


def report(name, value, beside=""):
    print(f"{name:<58} {value:>12}   {beside}", flush=True)


def bench(*arguments):
    """One run of api_bench: its figures."""
    done = subprocess.run([programs / "api_bench", *map(str, arguments)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"api_bench {arguments}: {done.stderr[-2000:]}")
    return {key: float(value) for key, value in re.findall(r"(\w+)=([0-9.]+)", done.stdout)}


class Process:
    """A server that says `listening on URL`."""

    def __init__(self, *command):
        self.process = subprocess.Popen([*map(str, command)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.url = re.search(r"http://\S+", self.process.stdout.readline()).group(0)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(10)

    def resident_mib(self, field="VmRSS"):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8")
        return int(re.search(rf"{field}:\s+(\d+)", status).group(1)) / 1024


def serve(data):
    config = data / "config.yaml"
    config.write_text("driver: fake\n", encoding="utf-8")
    return Process(programs / "goldsmith", "serve", "--data-dir", data, "--listen", "127.0.0.1:0", "--config", config)


def median(samples, key):
    return statistics.median(sample[key] for sample in samples)


def latency(samples):
    return f"p50 {median(samples, 'p50_ms'):.2f} ms, p99 {median(samples, 'p99_ms'):.2f} ms"


def reads(data, server):
    credentials = data / "credentials"
    get, empty = [], []
    with Process(programs / "api_bench", "empty-server", credentials) as peer:
        for _ in range(rounds):
            empty.append(bench("load", peer.url, credentials, "get", ARN, 16, seconds))
            get.append(bench("load", server.url, credentials, "get", ARN, 16, seconds))
    ratio = statistics.median(a["per_second"] / b["per_second"] for a, b in zip(get, empty))
    report("signed GetComponent, per second, 16 connections", f"{median(get, 'per_second'):.0f}", latency(get))
    report("    empty signed handler, per second", f"{median(empty, 'per_second'):.0f}", latency(empty))
    report("    ratio", f"{ratio:.0%}", "aim: at least 60%")


def writes(data, server):
    credentials = data / "credentials"
    many, one, own = [], [], []
    for _ in range(rounds):
        own.append(bench("commits", data, seconds))
        many.append(bench("load", server.url, credentials, "create", 32, seconds))
        one.append(bench("load", server.url, credentials, "create", 1, seconds))
    ratio = statistics.median(a["per_second"] / b["per_second"] for a, b in zip(many, own))
    report("CreateComponent, per second, 32 connections", f"{median(many, 'per_second'):.0f}", latency(many))
    report("CreateComponent, per second, 1 connection", f"{median(one, 'per_second'):.0f}", latency(one))
    report("    one transaction with its flush after the other", f"{median(own, 'per_second'):.0f}")
    report("    ratio (32 connections)", f"{ratio:.0%}", "aim: at least 70%")


def many_rows(data):
    with serve(data) as server:  # makes the database and the key
        pass
    bench("fill", data, 100_000)
    with serve(data) as server:
        idle = server.resident_mib()
        lists = bench("load", server.url, data / "credentials", "list", 1, seconds)
        busy = bench("load", server.url, data / "credentials", "list", 16, seconds)
        report("100,000 components: first page of ListComponents, ms", f"{lists['p50_ms']:.2f}",
               f"p99 {lists['p99_ms']:.2f} ms, aim: under 5 ms")
        report("    the same from 16 connections, per second", f"{busy['per_second']:.0f}", latency([busy]))
        report("    resident MiB at the start / peak afterwards", f"{idle:.0f} / {server.resident_mib('VmHWM'):.0f}",
               "aim: under 200")


def main():
    with tempfile.TemporaryDirectory(prefix="goldsmith-bench-", dir=sys.argv[2] if len(sys.argv) > 2 else None) as folder:
        folder = pathlib.Path(folder)
        data = folder / "api"
        data.mkdir()
        with serve(data) as server:
            bench("load", server.url, data / "credentials", "create", 1, 0.1)  # what GetComponent gets
            reads(data, server)
            writes(data, server)
        rows = folder / "rows"
        rows.mkdir()
        many_rows(rows)


main()
