#!/usr/bin/env python3
"""goldsmith image export: every format that is written is what other programs take it for, and comes back as the same
chunks: export_test.py <goldsmith>"""
import hashlib
import json
import pathlib
import subprocess
import sys
import tarfile
import tempfile

import disks
from disks import run

disks.need("qemu-img", "bwrap", "grub-fstest", "mke2fs", "mkfs.fat", "sfdisk")
work = pathlib.Path(tempfile.mkdtemp(prefix="images-"))
goldsmith = disks.Goldsmith(sys.argv[1], work / "data")
disk = disks.make_disk(work)
goldsmith("image", "import", disk, "--name", "web")


def info(path, form):
    return json.loads(run("qemu-img", "info", "--output=json", "-f", form, path))


def every_format_comes_back():
    for name, form in (("web.raw", "raw"), ("web.qcow2", "qcow2"), ("web.vmdk", "vmdk"), ("web.vhd", "vpc")):
        said = goldsmith("image", "export", "web", work / name)
        assert hashlib.sha256((work / name).read_bytes()).hexdigest() in said, said
        assert info(work / name, form)["virtual-size"] == disk.stat().st_size, name
        run("qemu-img", "compare", "-f", form, "-F", "raw", work / name, disk)
        assert "in 0 new chunks" in goldsmith("image", "import", work / name, "--name", f"again-{name}")
    stream = info(work / "web.vmdk", "vmdk")["format-specific"]["data"]
    assert stream["create-type"] == "streamOptimized", stream
    sparse = (work / "web.raw").stat()
    assert sparse.st_blocks * 512 < sparse.st_size / 2, "zero blocks were written"


def an_ova_is_a_machine():
    goldsmith("image", "export", "web", work / "web.ova")
    with tarfile.open(work / "web.ova") as ova:
        names = ova.getnames()
        assert names == ["web.ovf", "web.mf", "web.vmdk"], names
        for line in ova.extractfile("web.mf").read().decode().splitlines():
            name, digest = line.removeprefix("SHA256(").split(")= ")
            assert hashlib.sha256(ova.extractfile(name).read()).hexdigest() == digest, name
        description = ova.extractfile("web.ovf").read().decode()
        assert 'ovf:href="web.vmdk"' in description and 'value="efi"' in description, description
        assert f'ovf:capacity="{disk.stat().st_size}"' in description
    assert "in 0 new chunks" in goldsmith("image", "import", work / "web.ova", "--name", "again-ova")


def what_fails_leaves_nothing():
    before = sorted(path.name for path in work.iterdir())
    assert "--format" in goldsmith.refused("image", "export", "web", work / "web.vhdx")
    assert "--format" in goldsmith.refused("image", "export", "web", work / "web.xyz")
    assert "--format" in goldsmith.refused("image", "export", "web", work / "x", "--format", "iso")
    assert "no image 'nothing'" in goldsmith.refused("image", "export", "nothing", work / "x.raw")
    goldsmith.refused("image", "export", "web", work / "no/such/folder.qcow2")
    assert sorted(path.name for path in work.iterdir()) == before
    # A name that is there is replaced only by a whole file.
    (work / "web.qcow2").write_text("old")
    goldsmith("image", "export", "web", work / "web.qcow2")
    run("qemu-img", "check", "-f", "qcow2", work / "web.qcow2")
    goldsmith("image", "export", "web", work / "named", "--format", "vhd")
    assert (work / "named").read_bytes()[:8] == b"conectix"


for step in (every_format_comes_back, an_ova_is_a_machine, what_fails_leaves_nothing):
    print(step.__name__)
    step()
goldsmith.nothing_left()
subprocess.run(["rm", "-rf", str(work)], check=True)
