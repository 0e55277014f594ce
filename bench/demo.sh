#!/usr/bin/env bash
# The main job, as ./dev demo runs it: demo.sh <folder with the programs>. Data stays in
# $GOLDSMITH_DEMO_DIR (default: build/demo), so that the second run starts from the base image.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
bin=$(realpath "$1")
data=${GOLDSMITH_DEMO_DIR:-$PWD/build/demo}

if [[ $(id -u) -ne 0 ]]; then
    exec sudo --preserve-env=GOLDSMITH_DEMO_DIR,PATH "$0" "$bin"
fi

"$bin/goldsmith" doctor --data-dir "$data" >"${TMPDIR:-/tmp}/goldsmith-doctor.$$" 2>&1 || {
    cat "${TMPDIR:-/tmp}/goldsmith-doctor.$$"
    exit 1
}
rm -f "${TMPDIR:-/tmp}/goldsmith-doctor.$$"

begin=$(date +%s.%N)
"$bin/goldsmith" build --data-dir "$data" examples/nginx/build.yaml
end=$(date +%s.%N)

# The newest image of the recipe's name, as a command below can take it.
image=$("$bin/goldsmith" image ls --data-dir "$data" --region us-east-1 | grep ' web ' | sort -k3 | tail -1 | awk '{print $2}')

cat <<TEXT

The build took $(awk "BEGIN {printf \"%.1f\", $end - $begin}") s. What there is now:

$("$bin/goldsmith" image ls --data-dir "$data")

Next:
  $bin/goldsmith run --data-dir $data $image    # a shell in it
  $bin/goldsmith image export --data-dir $data $image web.qcow2
  $bin/goldsmith serve --data-dir $data --listen 127.0.0.1:8080
  AWS_SHARED_CREDENTIALS_FILE=$data/credentials aws --region us-east-1 \\
      --endpoint-url http://127.0.0.1:8080 imagebuilder list-images
TEXT
