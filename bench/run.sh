#!/usr/bin/env bash
# ./dev bench: run.sh <folder with the programs>. Prints every figure of docs/benchmarks.md beside its peer or
# limit, measured in this run. Needs root. Data stays in $GOLDSMITH_BENCH_DIR (default: build/bench).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec python3 bench/figures.py "$(realpath "$1")" "${GOLDSMITH_BENCH_DIR:-$PWD/build/bench}"
