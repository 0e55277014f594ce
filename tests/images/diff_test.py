#!/usr/bin/env python3
"""goldsmith image diff: two root file systems that differ in known ways, as files and as images: diff_test.py
<goldsmith>"""
import json
import os
import pathlib
import shutil
import sys
import tempfile

import disks
from disks import MIB, run

disks.need("qemu-img", "bwrap", "grub-fstest", "debugfs", "mke2fs", "mkfs.fat", "sfdisk")
work = pathlib.Path(tempfile.mkdtemp(prefix="images-"))
goldsmith = disks.Goldsmith(sys.argv[1], work / "data")
LONG = "/usr/share/" + "a-long-target/" * 6 + "end"  # does not fit into an inode
STATUS = """Package: nginx
Status: install ok installed
Architecture: amd64
Version: {}

"""


def tree(name, files, links=(), modes=(), minute=0):
    root = work / name
    for folder in ("etc", "usr/bin", "usr/lib/systemd/system", "var/lib/dpkg", "empty"):
        (root / folder).mkdir(parents=True)
    files = {"usr/lib/os-release": "ID=test\nVERSION_ID=1\n", "usr/bin/sh": "not really", **files}
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content if isinstance(content, bytes) else content.encode())
        os.utime(root / path, (1_700_000_000 + 60 * minute,) * 2)
    for path, target in links:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).symlink_to(target)
    for path, mode in modes:
        (root / path).chmod(mode)
    return root


def disk_of(root):
    """48 MiB with a partition table, as tests/images/disks.py makes them."""
    disk = disks.make_disk(work, root.name + ".raw", root=False)
    run("/usr/sbin/mke2fs", "-q", "-F", "-E", f"offset={9 * MIB},root_owner=0:0", "-d", root, disk, "37888k")
    return disk


big = os.urandom(3 * MIB)
before = disk_of(tree("before", {
    "etc/edited": "a = 1\n", "etc/same": "same\n", "etc/gone": "", "etc/touched": "same\n", "big": big,
    "var/lib/dpkg/status": STATUS.format("1.0") + STATUS.replace("nginx", "olde").format("2"),
    "usr/lib/systemd/system/nginx.service": "[Service]\n", "etc/a name with blanks": "x"},
    links=[("etc/link", "one"), ("etc/long", LONG)]))
after = disk_of(tree("after", {
    "etc/edited": "a = 2\n", "etc/same": "same\n", "etc/new": "", "etc/touched": "same\n", "big": big[:-1] + b"x",
    "var/lib/dpkg/status": STATUS.format("1.1") + STATUS.replace("nginx", "curl").format("8"),
    "usr/lib/systemd/system/nginx.service": "[Service]\n", "etc/a name with blanks": "xy"},
    links=[("etc/link", "two"), ("etc/long", LONG),
           ("etc/systemd/system/multi-user.target.wants/nginx.service", "/usr/lib/systemd/system/nginx.service")],
    modes=[("etc/same", 0o4755)], minute=1))
EXPECTED = """\
packages: 1 added, 1 removed, 1 changed
  + curl 8
  - olde 2
  ~ nginx: version 1.0 -> 1.1
units: 1 changed
  ~ nginx.service: state not enabled -> enabled
files: 5 added, 1 removed, 6 changed
  + /etc/new
  + /etc/systemd
  + /etc/systemd/system
  + /etc/systemd/system/multi-user.target.wants
  + /etc/systemd/system/multi-user.target.wants/nginx.service
  - /etc/gone
  ~ /big: content
  ~ /etc/a name with blanks: content, size 1 -> 2
  ~ /etc/edited: content
  ~ /etc/link: target one -> two
  ~ /etc/same: mode 0644 -> 4755
  ~ /var/lib/dpkg/status: content
"""


def files_are_compared():
    said = goldsmith("image", "diff", before, after)
    title, rest = said.split("\n", 1)
    assert title == f"{before} -> {after}", title
    assert rest == EXPECTED, rest
    same = goldsmith("image", "diff", before, before, "--all-content")
    assert same.count("no difference") == 3, same
    goldsmith.nothing_left()


def images_are_compared():
    for name, disk in (("one", before), ("two", after)):
        goldsmith("image", "import", disk, "--name", name)
    said = goldsmith("image", "diff", "one", "two")
    assert said.split("\n", 1)[1] == EXPECTED, said
    assert said.startswith("one (ami-"), said
    found = json.loads(goldsmith("image", "diff", "one", after, "--output", "json", "--below", "/etc/"))
    assert [each["name"] for each in found["files"]["changed"]] == [
        "/etc/a name with blanks", "/etc/edited", "/etc/link", "/etc/same"], found
    assert found["files"]["changed"][3]["aspects"] == {"mode": {"before": "0644", "after": "4755"}}, found
    assert found["packages"]["added"] == [{"name": "curl", "version": "8"}], found
    goldsmith.nothing_left()


def what_times_hide_is_found_on_request():
    files = {"etc/edited": "a = 1\n"}
    one, two = disk_of(tree("one", files)), disk_of(tree("two", {"etc/edited": "a = 2\n"}))
    assert goldsmith("image", "diff", one, two).count("no difference") >= 2
    assert "~ /etc/edited: content" in goldsmith("image", "diff", one, two, "--all-content")
    assert "packages: not known" in goldsmith("image", "diff", one, two)


def what_cannot_be_read_is_said():
    (work / "empty.raw").write_bytes(bytes(4 * MIB))
    assert "no bootable partition" in goldsmith.refused("image", "diff", work / "empty.raw", before)
    assert "no image 'nothing'" in goldsmith.refused("image", "diff", "nothing", before)
    assert "absolute path" in goldsmith.refused("image", "diff", before, after, "--below", "etc")
    if shutil.which("mkfs.xfs", path=os.environ["PATH"] + ":/usr/sbin"):
        with (work / "xfs.raw").open("wb") as file:
            file.truncate(400 * MIB)
        run("mkfs.xfs", "-q", work / "xfs.raw")
        assert "only ext2, ext3 and ext4" in goldsmith.refused("image", "diff", work / "xfs.raw", before)
    # The file system's tables are gone, its beginning still says that it is one.
    broken = work / "broken.raw"
    shutil.copy(before, broken)
    with broken.open("r+b") as file:
        file.seek(9 * MIB + 4096)
        file.write(os.urandom(2 * MIB))
    assert "goldsmith: " in goldsmith.refused("image", "diff", broken, before)
    goldsmith.nothing_left()


for step in (files_are_compared, images_are_compared, what_times_hide_is_found_on_request,
             what_cannot_be_read_is_said):
    print(step.__name__, flush=True)
    step()
shutil.rmtree(work)
