#!/usr/bin/env bash
# ./dev bench: run.sh <folder with the programs>. Prints every figure of docs/benchmarks.md beside its peer or
# limit, measured in this run. Needs root. Data stays in $GOLDSMITH_BENCH_DIR (default: build/bench).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
bin=$(realpath "$1")
python3 bench/figures.py "$bin" "${GOLDSMITH_BENCH_DIR:-$PWD/build/bench}"
echo "api"
python3 bench/api.py "$bin"
echo "toe"
python3 bench/toe.py "$bin/toe"
