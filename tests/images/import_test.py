#!/usr/bin/env python3
"""goldsmith image import: every format comes back as the same chunks, every hostile image is refused with its reason
and leaves nothing, and so does an import that is killed or runs out of space: import_test.py <goldsmith>"""
import hashlib
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading

import disks
from disks import MIB, run

disks.need("qemu-img", "bwrap", "grub-fstest", "mke2fs", "mkfs.fat", "sfdisk", "tar")
work = pathlib.Path(tempfile.mkdtemp(prefix="images-"))
goldsmith = disks.Goldsmith(sys.argv[1], work / "data")
disk = disks.make_disk(work)


def converted(name, form, *options):
    run("qemu-img", "convert", "-f", "raw", "-O", form, *options, disk, work / name)
    return work / name


def every_format_gives_the_same_chunks():
    first = goldsmith("image", "import", disk, "--name", "from-raw")
    assert "Test Linux 1" in first and "ext4 on partition 2" in first and "uefi-preferred" in first, first
    for name, form, *options in (("a.qcow2", "qcow2"), ("b.qcow2", "qcow2", "-c", "-o", "compression_type=zstd"),
                                 ("c.vmdk", "vmdk"), ("d.vmdk", "vmdk", "-o", "subformat=streamOptimized"),
                                 ("e.vhd", "vpc", "-o", "force_size=on"),
                                 ("f.vhd", "vpc", "-o", "subformat=fixed,force_size=on"), ("g.vhdx", "vhdx")):
        said = goldsmith("image", "import", converted(name, form, *options), "--name", "from-" + name)
        assert "in 0 new chunks" in said, (name, said)
    assert len(goldsmith.images()) == 8
    goldsmith.nothing_left()


def names_are_taken_once():
    assert "already" in goldsmith.refused("image", "import", disk, "--name", "from-raw")
    assert "is no tag" in goldsmith.refused("image", "import", disk, "--name", "t", "--tag", "nonsense")
    assert "no format 'iso'" in goldsmith.refused("image", "import", disk, "--format", "iso")


def ova_and_tar():
    stream = converted("disk-1.vmdk", "vmdk", "-o", "subformat=streamOptimized")
    digest = hashlib.sha256(stream.read_bytes()).hexdigest()
    (work / "m.ovf").write_text('<Envelope><File ovf:href="disk-1.vmdk"/></Envelope>')
    (work / "m.mf").write_text(f"SHA256(disk-1.vmdk)= {digest}\n")
    run("tar", "-cf", work / "m.ova", "-C", work, "m.ovf", "m.mf", "disk-1.vmdk")
    assert "in 0 new chunks" in goldsmith("image", "import", work / "m.ova")
    (work / "m.mf").write_text(f"SHA256(disk-1.vmdk)= {digest[::-1]}\n")
    run("tar", "-cf", work / "m2.ova", "-C", work, "m.ovf", "m.mf", "disk-1.vmdk")
    assert "the digest of 'disk-1.vmdk'" in goldsmith.refused("image", "import", work / "m2.ova")
    if os.geteuid() != 0:
        print("tar: not tried, it needs root")
        return
    tree = work / "root"
    (tree / "etc").mkdir(parents=True)
    (tree / "usr").mkdir()
    (tree / "etc/os-release").write_text("ID=tarred\nPRETTY_NAME='From a tar'\n")
    run("tar", "-czf", work / "root.tar.gz", "-C", tree, ".")
    said = goldsmith("image", "import", work / "root.tar.gz")
    assert "From a tar" in said and "as a container only" in said, said


def hostile_images_are_refused():
    before = goldsmith.images()
    refused = []

    def refuse(path, *reasons, options=()):
        said = goldsmith.refused("image", "import", path, *options)
        for reason in reasons:
            assert reason in said, (path, reason, said)
        refused.append(path)

    pipe = work / "pipe"  # whoever opens it hangs
    os.mkfifo(pipe)
    run("qemu-img", "create", "-q", "-f", "qcow2", "-u", "-b", pipe, "-F", "raw", work / "backed.qcow2", "48M")
    refuse(work / "backed.qcow2", "backing file", str(pipe), "never opened")
    run("qemu-img", "create", "-q", "-f", "qcow2", "-o", f"data_file={work}/outside.raw", work / "data.qcow2", "48M")
    refuse(work / "data.qcow2", "external data file", "outside.raw")
    converted("flat.vmdk", "vmdk", "-o", "subformat=monolithicFlat")
    refuse(work / "flat.vmdk", "names other files")
    (work / "passwd.vmdk").write_text('# Disk DescriptorFile\ncreateType="monolithicFlat"\nRW 1 FLAT "/etc/passwd" 0\n')
    refuse(work / "passwd.vmdk", "names other files")
    short = converted("short.qcow2", "qcow2")
    os.truncate(short, short.stat().st_size // 2)
    refuse(short, "truncated")
    run("qemu-img", "create", "-q", "-f", "qcow2", work / "vast.qcow2", "900T")
    refuse(work / "vast.qcow2", "900.0 TiB", "at most 2.0 TiB")
    with (work / "vast.raw").open("wb") as file:
        file.truncate(5 << 40)
    refuse(work / "vast.raw", "at most 2.0 TiB")
    converted("lies.vmdk", "qcow2")
    refuse(work / "lies.vmdk", "its content is qcow2")
    secret = ("--object", "secret,id=s,data=x", "-o", "encrypt.format=aes,encrypt.key-secret=s")
    converted("locked.qcow2", "qcow2", *secret)
    refuse(work / "locked.qcow2", "encrypted")
    with (work / "empty.raw").open("wb") as file:
        file.truncate(8 * MIB)
    refuse(work / "empty.raw", "no bootable partition", "neither a partition table nor a file system")
    bare = disks.make_disk(work, "bare.raw", boot=False)
    refuse(bare, "no bootable partition", "--container-only")
    rootless = disks.make_disk(work, "rootless.raw", root=False)
    refuse(rootless, "none of its partitions")
    (work / "luks.raw").write_bytes(b"LUKS\xba\xbe" + bytes(4 * MIB))
    refuse(work / "luks.raw", "encrypted (LUKS)")
    (work / "noise.qcow2").write_bytes(os.urandom(MIB))
    refuse(work / "noise.qcow2", "should be qcow2")
    refuse(work / "absent.raw", "No such file")
    refuse("/dev/zero", "no regular file", options=("--format", "raw"))
    assert goldsmith.images() == before
    goldsmith.nothing_left()
    assert "container" in goldsmith("image", "import", bare, "--container-only")
    print(f"{len(refused)} hostile images refused")


def urls():
    image = converted("u.qcow2", "qcow2", "-c")
    good = hashlib.sha512(image.read_bytes()).hexdigest()

    def short_answer(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", "1000000")
        handler.end_headers()
        handler.wfile.write(b"QFI\xfb")
        handler.close_connection = True

    files = {"/u.qcow2": image, "/SHA512SUMS": f"{good} *u.qcow2\n".encode(),
             "/moved/u.qcow2": lambda handler: handler.redirect("/u.qcow2"),
             "/file/u.qcow2": lambda handler: handler.redirect(f"file://{image}"),
             "/loop/u.qcow2": lambda handler: handler.redirect("/loop/u.qcow2"),
             "/short/u.qcow2": short_answer}
    with disks.web_server(files) as url:
        said = goldsmith("image", "import", f"{url}/u.qcow2", "--digest", f"sha512:{good}", "--name", "by-url")
        assert "in 0 new chunks" in said, said
        goldsmith("image", "import", f"{url}/moved/u.qcow2", "--digest-list", f"{url}/SHA512SUMS", "--name", "moved")
        for path, reason, *options in (("u.qcow2", "should be sha512:00", "--digest", "sha512:" + "0" * 128),
                                       ("u.qcow2", "is no digest", "--digest", "md5:0"),
                                       ("u.qcow2", "404", "--digest-list", f"{url}/none"),
                                       ("none.qcow2", "404"), ("file/u.qcow2", "Protocol"), ("loop/u.qcow2", "redirects"),
                                       ("short/u.qcow2", "bytes remaining")):
            refused = goldsmith.refused("image", "import", f"{url}/{path}", "--name", "n", *options)
            assert reason in refused, (path, refused)
        # What a server fetches for its clients does not come from this host.
        for path in ("u.qcow2", "moved/u.qcow2"):
            refused = goldsmith.refused("image", "import", f"{url}/{path}", "--server", "--token", "t")
            assert "loopback or link-local" in refused, refused
    assert "no http or https URL" in goldsmith.refused("image", "import", "ftp://127.0.0.1/x.qcow2")
    goldsmith.nothing_left()


def killed_imports_leave_nothing():
    image = converted("k.qcow2", "qcow2")
    before = goldsmith.images()
    arrived = threading.Event()

    def stall(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", str(image.stat().st_size))
        handler.end_headers()
        handler.wfile.write(image.read_bytes()[:MIB])
        handler.wfile.flush()
        arrived.set()
        handler.rfile.read(1)  # until the client is gone

    with disks.web_server({"/k.qcow2": stall}) as url:
        importing = subprocess.Popen(goldsmith.command("image", "import", f"{url}/k.qcow2", "--name", "killed"))
        assert arrived.wait(60)
        importing.kill()
        importing.wait()
    left = [path.name for path in (work / "data/imports").iterdir()]
    planned = goldsmith("gc", "--dry-run")
    assert left and all(f"imports/{name} was interrupted" in planned for name in left), (left, planned)
    assert "(import/" in planned and " in us-east-1): to take away" in planned, planned
    assert sorted(left) == sorted(path.name for path in (work / "data/imports").iterdir()), "a dry run takes nothing"
    for line in ("checking", "converting", "inspecting", "storing"):
        fresh = disks.make_disk(work, "fresh.raw")  # new content, so that chunks are written
        run("qemu-img", "convert", "-f", "raw", "-O", "vmdk", fresh, work / "fresh.vmdk")
        importing = subprocess.Popen(goldsmith.command("image", "import", work / "fresh.vmdk", "--name", "killed"),
                                     stdout=subprocess.PIPE, text=True)
        for said in importing.stdout:
            if said.startswith(line):
                importing.kill()
                break
        importing.communicate()
    goldsmith("fsck")
    said = goldsmith("gc", "--grace-seconds", "0")
    assert goldsmith.images() == before
    goldsmith.nothing_left()
    print("killed: " + said.splitlines()[0])
    # Asked to stop, it takes its folder away itself.
    with disks.web_server({"/k.qcow2": stall}) as url:
        arrived.clear()
        importing = subprocess.Popen(goldsmith.command("image", "import", f"{url}/k.qcow2", "--name", "stopped"))
        assert arrived.wait(60)
        importing.send_signal(signal.SIGTERM)
        assert importing.wait(30) == 1
    goldsmith.nothing_left()


def a_full_disk_is_said():
    small = work / "small"
    small.mkdir()
    # Two thirds of what the converted disk needs, in a mount namespace of the command's own.
    script = f'mount -t tmpfs -o size=66m none {small} && exec "$0" "$@"'
    tried = subprocess.run(["unshare", "-m", "sh", "-c", script, goldsmith.program, "image", "import", work / "a.qcow2",
                            "--data-dir", small, "--name", "full"], capture_output=True, text=True)
    if "unshare:" in tried.stderr or "mount:" in tried.stderr:
        print("full disk: not tried, it needs root")
        return
    assert tried.returncode == 1 and "not enough space" in tried.stderr, tried


for step in (every_format_gives_the_same_chunks, names_are_taken_once, ova_and_tar, hostile_images_are_refused, urls,
             killed_imports_leave_nothing, a_full_disk_is_said):
    print(step.__name__)
    step()
subprocess.run(["rm", "-rf", str(work)], check=True)
