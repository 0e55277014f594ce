#!/usr/bin/env bash
# What a careful person does by hand for the job that `./dev bench` measures, as the peer to compare
# with: copy the parent's disk, mount its root, run the commands in it with systemd-nspawn, write a
# standalone qcow2 compressed with zstd on all cores. No test machine, no clean-up beyond package
# caches, no second region: less than Goldsmith does.
#
#   by_hand.sh PARENT.raw COMMANDS.sh [OUTPUT.qcow2]     prints "<part> <seconds>" lines; needs root
set -euo pipefail

usage() { sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 2; }
[[ $# -ge 2 ]] || usage

# Mounts are made in a namespace of our own, so that nothing stays however this ends.
if [[ -z "${BY_HAND_UNSHARED:-}" ]]; then
    BY_HAND_UNSHARED=1 exec unshare --mount --propagation=private "$0" "$@"
fi

parent=$(realpath "$1")
commands=$(realpath "$2")
work=$(mktemp -d "${BENCH_WORK:-/var/tmp}/by-hand.XXXXXX")
output=$(realpath -m "${3:-$work/output.qcow2}")
readonly parent commands work output disk=$work/disk.raw tree=$work/tree

clean_up() {
    mountpoint -q "$tree" && umount "$tree"
    rm -rf "$work"
}
trap clean_up EXIT

now() { date +%s.%N; }
started=$(now)
part_started=$started
part() {
    local end
    end=$(now)
    awk -v name="$1" -v a="$part_started" -v b="$end" 'BEGIN { printf "%-10s %.2f\n", name, b - a }'
    part_started=$(now)
}

root_offset() {
    sfdisk --json "$disk" | python3 -c '
import json, sys
root = "4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709"
table = json.load(sys.stdin)["partitiontable"]
print(next(p["start"] for p in table["partitions"] if p["type"].upper() == root) * 512)'
}

cp --sparse=always --reflink=auto "$parent" "$disk"
part copy

mkdir "$tree"
mount -t ext4 -o "loop,discard,offset=$(root_offset)" "$disk" "$tree"
part mount

# The guest resolves names through the host's resolver; its own is not running.
systemd-nspawn --quiet --register=no --keep-unit --directory="$tree" \
    --machine="by-hand-$$" --console=pipe \
    --bind-ro=/etc/resolv.conf:/run/systemd/resolve/stub-resolv.conf \
    --bind-ro="$commands:/run/commands.sh" \
    /bin/bash -e /run/commands.sh </dev/null >"$work/commands.log" 2>&1 ||
    { tail -20 "$work/commands.log" >&2; echo "by_hand: the commands failed" >&2; exit 1; }
part commands

rm -rf "$tree"/var/cache/apt/archives/*.deb "$tree"/var/lib/apt/lists/*
: >"$tree/etc/machine-id"
fstrim "$tree"
umount "$tree"
part clean-up

qemu-img convert -f raw -O qcow2 -c -o compression_type=zstd -m "$(nproc)" -W "$disk" "$output"
part compress

part_started=$started
part total
