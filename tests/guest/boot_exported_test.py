#!/usr/bin/env python3
"""Does a raw disk image stand on its own? Looks at it offline, then boots it as a container and as a
virtual machine with BIOS and with UEFI firmware, each on a throw-away copy-on-write layer.

    boot_exported_test.py IMAGE [--page TEXT] [--only offline,nspawn,bios,uefi,matrix]

`matrix` boots it by both firmwares with 512 MB and 2 GB, with one and two processors: eight emulated boots, added by
itself in `./dev test --all`.

With --page the machine must serve TEXT on port 80 with status 200. Needs root (loop mount in a private
mount namespace). Without IMAGE it is taken from GOLDSMITH_EXPORTED_IMAGE; without that the exit code is
77, which ctest shows as skipped.
"""
import argparse
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

SKIPPED = 77
BOOT_SECONDS = 300
ROOT_TYPE = "4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709"
FIRMWARE = [
    ("/usr/share/OVMF/OVMF_CODE_4M.fd", "/usr/share/OVMF/OVMF_VARS_4M.fd"),
    ("/usr/share/OVMF/OVMF_CODE.fd", "/usr/share/OVMF/OVMF_VARS.fd"),
]
# Nothing of Goldsmith, by name anywhere, or by content where configuration and state live.
TRACE = re.compile(rb"goldsmith|/var/lib/amazon/toe|\bTOE_\d{4}", re.IGNORECASE)
TRACE_FOLDERS = ["etc", "var", "root", "home", "opt", "srv", "usr/local", "tmp", "run"]


class Failure(Exception):
    pass


def check(condition, message):
    if not condition:
        raise Failure(message)


def root_partition_offset(image):
    table = json.loads(subprocess.check_output(["sfdisk", "--json", image]))["partitiontable"]
    for partition in table["partitions"]:
        if partition["type"].upper() == ROOT_TYPE:
            return partition["start"] * int(table.get("sectorsize", 512))
    raise Failure("the image has no partition of the x86-64 root type")


class MountedRoot:
    """The image's root, read-only, in this process's private mount namespace."""

    def __init__(self, image, folder):
        self.path = pathlib.Path(folder)
        self.path.mkdir()
        options = f"ro,noload,loop,offset={root_partition_offset(image)}"
        subprocess.check_call(["mount", "-t", "ext4", "-o", options, image, str(self.path)])

    def __enter__(self):
        return self.path

    def __exit__(self, *_):
        subprocess.check_call(["umount", str(self.path)])


def check_offline(root):
    check((root / "etc/machine-id").is_file(), "there is no /etc/machine-id")
    check((root / "etc/machine-id").stat().st_size == 0, "/etc/machine-id is not empty")
    keys = sorted(path.name for path in (root / "etc/ssh").glob("ssh_host_*"))
    check(not keys, f"SSH host keys are in the image: {keys}")
    for name in ("root/.bash_history", "root/.ssh/authorized_keys", "var/lib/systemd/random-seed"):
        check(not (root / name).exists(), f"/{name} is in the image")
    for name in ("var/log/journal", "var/lib/cloud/instances", "var/lib/apt/lists"):
        folder = root / name
        left = [p.name for p in folder.iterdir() if p.name != "lock"] if folder.is_dir() else []
        check(not left, f"/{name} still holds {left}")
    check_traces(root)


def check_traces(root):
    for folder, folders, files in os.walk(root):
        for name in folders + files:
            path = pathlib.Path(folder, name).relative_to(root)
            check(not TRACE.search(name.encode()), f"a trace of Goldsmith: /{path}")
    for top in TRACE_FOLDERS:
        for folder, _, files in os.walk(root / top):
            for name in files:
                path = pathlib.Path(folder, name)
                if path.is_symlink() or not path.is_file():
                    continue
                found = TRACE.search(path.read_bytes())
                check(not found, f"a trace of Goldsmith in /{path.relative_to(root)}")


def wait_until(what, seconds, condition, alive):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return
        check(alive(), f"the machine ended before {what}")
        time.sleep(0.1)
    raise Failure(f"not within {seconds} s: {what}")


def fetch(port, host="127.0.0.1"):
    try:
        connection = http.client.HTTPConnection(host, port, timeout=5)
        connection.request("GET", "/")
        answer = connection.getresponse()
        return answer.status, answer.read().decode(errors="replace")
    except OSError:
        return None
    except http.client.HTTPException:
        return None


def check_page(answer, page):
    check(answer is not None, "nothing answers on port 80")
    status, body = answer
    check(status == 200, f"the page's status is {status}")
    check(page in body, f"the page does not say {page!r} but {body[:200]!r}")


def inside(pid, *command, **options):
    """Runs a command in the container's namespaces."""
    return subprocess.run(["nsenter", "-t", str(pid), "-m", "-u", "-i", "-n", "-p", "-r", "-w",
                           *command], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          **options)


def first_child(pid):
    text = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(text[0]) if text else None


def boot_container(image, page, work):
    with MountedRoot(image, work / "lower") as lower:
        layer, tree = work / "layer", work / "tree"
        layer.mkdir(), tree.mkdir()
        subprocess.check_call(["mount", "-t", "tmpfs", "tmpfs", str(layer)])
        (layer / "upper").mkdir(), (layer / "work").mkdir()
        subprocess.check_call(["mount", "-t", "overlay", "overlay", "-o",
                               f"lowerdir={lower},upperdir={layer}/upper,workdir={layer}/work",
                               str(tree)])
        try:
            run_container(tree, page, work)
        finally:
            subprocess.check_call(["umount", str(tree)])
            subprocess.check_call(["umount", str(layer)])


def run_container(tree, page, work):
    with open(work / "nspawn.log", "wb") as log:
        manager = subprocess.Popen(
            ["systemd-nspawn", "--quiet", "--boot", f"--directory={tree}", "--private-network",
             "--register=no", "--keep-unit", f"--machine=boot-test-{os.getpid()}",
             "--console=pipe"], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        alive = lambda: manager.poll() is None
        wait_until("its first process starts", 20, lambda: first_child(manager.pid), alive)
        guest = first_child(manager.pid)
        is_active = ["systemctl", "is-active", "--quiet", "multi-user.target"]
        wait_until("multi-user.target", 60, lambda: inside(guest, *is_active).returncode == 0, alive)
        failed = inside(guest, "systemctl", "--failed", "--plain", "--no-legend").stdout.strip()
        check(not failed, f"units failed in the container: {failed}")
        if page:
            fetcher = f"import sys; sys.path.insert(0, {str(pathlib.Path(__file__).parent)!r}); " \
                      "import boot_exported_test as t; import json; print(json.dumps(t.fetch(80)))"
            answer = subprocess.check_output(["nsenter", "-t", str(guest), "-n", sys.executable,
                                              "-c", fetcher], text=True)
            check_page(json.loads(answer), page)
        os.kill(guest, signal.SIGRTMIN + 4)
        manager.wait(30)
    finally:
        if manager.poll() is None:
            guest = first_child(manager.pid)
            if guest:
                os.kill(guest, signal.SIGKILL)
            manager.kill()
            manager.wait()


def firmware_arguments(work):
    for code, variables in FIRMWARE:
        if os.path.exists(code):
            shutil.copy(variables, work / "vars.fd")
            return ["-drive", f"if=pflash,format=raw,readonly=on,file={code}",
                    "-drive", f"if=pflash,format=raw,file={work}/vars.fd"]
    raise Failure("no UEFI firmware for QEMU is installed (package ovmf)")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def boot_matrix(image, page, work):
    for uefi in (False, True):
        for memory_mib in (512, 2048):
            for vcpus in (1, 2):
                start = time.monotonic()
                folder = work / f"{uefi}-{memory_mib}-{vcpus}"
                folder.mkdir()
                boot_machine(image, page, folder, uefi, memory_mib, vcpus)
                print(f"  {'uefi' if uefi else 'bios'}, {memory_mib} MiB, {vcpus} processors: "
                      f"{time.monotonic() - start:.1f} s", flush=True)


def boot_machine(image, page, work, uefi, memory_mib=1024, vcpus=2):
    console = work / "console.log"
    port = free_port()
    subprocess.check_call(["qemu-img", "create", "-q", "-f", "qcow2", "-b", image, "-F", "raw",
                           str(work / "layer.qcow2")])
    command = ["qemu-system-x86_64", "-machine", "q35", "-m", str(memory_mib), "-smp", str(vcpus), "-nodefaults",
               "-accel", os.environ.get("GOLDSMITH_QEMU_ACCEL", "tcg,thread=multi"),
               "-display", "none", "-serial", f"file:{console}", "-no-reboot",
               "-drive", f"if=virtio,format=qcow2,file={work}/layer.qcow2",
               "-netdev", f"user,id=net,restrict=on,hostfwd=tcp:127.0.0.1:{port}-:80",
               "-device", "virtio-net-pci,netdev=net", "-device", "virtio-rng-pci"]
    machine = subprocess.Popen(command + (firmware_arguments(work) if uefi else []),
                               stdin=subprocess.DEVNULL)
    try:
        alive = lambda: machine.poll() is None
        text = lambda: console.read_bytes() if console.exists() else b""
        # Only the login prompt is sure to be printed when the console is not written by systemd.
        up = lambda: b"multi-user.target" in text() or b"login:" in text()
        wait_until("multi-user on the serial console", BOOT_SECONDS, up, alive)
        if page:
            wait_until("an answer on port 80", BOOT_SECONDS, lambda: fetch(port), alive)
            check_page(fetch(port), page)
    except Failure as failure:
        tail = console.read_text(errors="replace")[-2000:] if console.exists() else ""
        raise Failure(f"{failure}\nThe console's end:\n{tail}")
    finally:
        machine.kill()
        machine.wait()


def run(image, page, only):
    steps = {
        "offline": lambda work: check_in_mount(image, work),
        "nspawn": lambda work: boot_container(image, page, work),
        "bios": lambda work: boot_machine(image, page, work, uefi=False),
        "uefi": lambda work: boot_machine(image, page, work, uefi=True),
        "matrix": lambda work: boot_matrix(image, page, work),
    }
    unknown = set(only) - set(steps)
    check(not unknown, f"unknown: {', '.join(unknown)}")
    for name in only:
        start = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="boot-test-", dir="/var/tmp") as folder:
            steps[name](pathlib.Path(folder))
        print(f"{name:8} ok, {time.monotonic() - start:.1f} s", flush=True)


def check_in_mount(image, work):
    with MountedRoot(image, work / "root") as root:
        check_offline(root)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("image", nargs="?", default=os.environ.get("GOLDSMITH_EXPORTED_IMAGE"))
    parser.add_argument("--page", default=os.environ.get("GOLDSMITH_EXPORTED_PAGE"))
    steps = "offline,nspawn,bios,uefi" + (",matrix" if os.environ.get("GOLDSMITH_TEST_ALL") == "yes" else "")
    parser.add_argument("--only", default=steps)
    arguments = parser.parse_args()
    if not arguments.image:
        print("skipped: GOLDSMITH_EXPORTED_IMAGE names no image")
        sys.exit(SKIPPED)
    if os.geteuid() != 0:
        print("skipped: mounting the image needs root")
        sys.exit(SKIPPED)
    if "BOOT_TEST_UNSHARED" not in os.environ:
        # Mounts and processes of this test die with it, however it ends: a killed systemd-nspawn
        # alone would leave its guest running.
        os.environ["BOOT_TEST_UNSHARED"] = "1"
        os.execvp("unshare", ["unshare", "--mount", "--propagation=private", "--pid", "--fork",
                              "--kill-child", "--mount-proc", sys.executable, *sys.argv])
    try:
        run(os.path.abspath(arguments.image), arguments.page, arguments.only.split(","))
    except Failure as failure:
        print(f"FAILED: {failure}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
