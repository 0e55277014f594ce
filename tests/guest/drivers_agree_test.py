#!/usr/bin/env python3
"""The same recipe by both drivers gives the same image: drivers_agree_test.py <goldsmith> <data directory>

Builds examples/nginx in a container and in a virtual machine, and compares packages, services and every file of the two
disks. Each difference that is allowed has its reason in ALLOWED. Emulated boots: for `./dev test --all`. Needs root to
mount the disks; exits with 77 (skipped) where it cannot run.
"""
import hashlib
import os
import pathlib
import re
import stat
import subprocess
import sys
import tempfile

import boot_exported_test

goldsmith, data = sys.argv[1], pathlib.Path(sys.argv[2])
source = pathlib.Path(__file__).resolve().parents[2]

# Paths (from the root, as regular expressions) whose content may differ, and why.
ALLOWED = [
    (r"boot/grub/grubenv", "GRUB notes there that a boot came to its end; a container boots without GRUB"),
    (r"var/log/(apt|dpkg|alternatives|fontconfig).*|var/log/apt/.*", "packages are logged with the time of their installation"),
    (r"var/lib/dpkg/(status|available)(-old)?|var/lib/dpkg/triggers/.*", "the order of equal entries; packages are compared apart"),
    (r"var/cache/(ldconfig|debconf|man|fontconfig)/.*|etc/ld\.so\.cache", "caches with the times of what they were made of"),
    (r"var/lib/(systemd|private/systemd|cloud|chrony|NetworkManager)/.*", "state of services that ran: clock, timers, catalogues"),
    (r"etc/\.pwd\.lock|etc/(passwd|group|shadow|gshadow)-?", "accounts carry the day of their last change"),
    (r"run/.*|tmp/.*|var/tmp/.*", "not part of the image"),
    (r"usr/lib/udev/hwdb\.bin|etc/udev/hwdb\.bin", "made from the same files, with their times"),
    (r"var/lib/ucf/.*|var/lib/apt/.*", "times of package lists and settings"),
    (r"var/log/wtmp", "the machine notes there that it goes down, which is after the clean-up"),
    (r"lost\+found", "the file system's own"),
]


class Disagreement(Exception):
    pass


def run(*arguments):
    done = subprocess.run([goldsmith, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode != 0:
        raise Disagreement(f"goldsmith {arguments[0]} failed:\n{(done.stdout + done.stderr)[-4000:]}")
    return done.stdout


def build(driver, work):
    """Builds with the driver; gives the image's disk as a raw file."""
    config = work / f"{driver}.yaml"
    config.write_text(f"driver: {driver}\n")
    said = run("build", "--plain", "--config", config, "--data-dir", data, source / "examples/nginx/build.yaml")
    ami = re.search(r"us-east-1\s+(ami-[0-9a-f]{17})", said).group(1)
    disk = work / f"{driver}.raw"
    run("image", "export", "--data-dir", data, ami, disk)
    return disk


def digest_of(path):
    facts = path.lstat()
    kind = stat.S_IFMT(facts.st_mode)
    text = f"{kind:o} {stat.S_IMODE(facts.st_mode):o} {facts.st_uid}:{facts.st_gid} "
    if stat.S_ISLNK(facts.st_mode):
        return text + os.readlink(path)
    if stat.S_ISREG(facts.st_mode):
        return text + hashlib.sha256(path.read_bytes()).hexdigest()
    return text


def files_of(root):
    found = {}
    for folder, folders, files in os.walk(root):
        for name in folders + files:
            path = pathlib.Path(folder, name)
            found[str(path.relative_to(root))] = digest_of(path)
    return found


def packages_of(root):
    status = (root / "var/lib/dpkg/status").read_text()
    return sorted(re.findall(r"(?m)^Package: (.*)\nStatus: (.*)\n(?:.*\n)*?Version: (.*)$", status))


def services_of(root):
    enabled = root / "etc/systemd/system"
    return sorted(str(path.relative_to(enabled)) for path in enabled.rglob("*.wants/*"))


def look_at(disk, work):
    with boot_exported_test.MountedRoot(str(disk), work / ("mounted-" + disk.stem)) as root:
        return packages_of(root), services_of(root), files_of(root)


def compare(one, two):
    for name, left, right in zip(("packages", "services"), one, two):
        if left != right:
            raise Disagreement(f"{name} differ: {sorted(set(left) ^ set(right))}")
    allowed = re.compile("|".join(f"(?:{pattern})" for pattern, _ in ALLOWED))
    different = sorted(path for path in one[2].keys() | two[2].keys()
                       if one[2].get(path) != two[2].get(path) and not allowed.fullmatch(path))
    if different:
        lines = [f"  /{path}\n    container {one[2].get(path, 'has none')}\n    vm        {two[2].get(path, 'has none')}"
                 for path in different[:40]]
        raise Disagreement(f"{len(different)} files differ without a known reason:\n" + "\n".join(lines))
    print(f"{len(one[0])} packages, {len(one[1])} services and {len(one[2])} files agree")


def main():
    if os.environ.get("GOLDSMITH_TEST_ALL") != "yes":
        print("skipped: boots emulated machines: ./dev test --all runs it")
        sys.exit(77)
    if os.geteuid() != 0:
        print("skipped: mounting the disks needs root")
        sys.exit(77)
    if "DRIVERS_AGREE_UNSHARED" not in os.environ:
        os.environ["DRIVERS_AGREE_UNSHARED"] = "1"
        os.execvp("unshare", ["unshare", "--mount", "--propagation=private", sys.executable, *sys.argv])
    with tempfile.TemporaryDirectory(prefix="drivers-agree-", dir="/var/tmp") as folder:
        work = pathlib.Path(folder)
        try:
            compare(*(look_at(build(driver, work), work) for driver in ("container", "vm")))
        except Disagreement as disagreement:
            print(f"FAILED: {disagreement}", file=sys.stderr)
            sys.exit(1)


main()
