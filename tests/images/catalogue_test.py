#!/usr/bin/env python3
"""Managed images that are fetched, from a server on loopback that plays the distributions' mirrors: what is good is
taken once, what is not is refused with its reason and leaves nothing; and the API shows and uses them as it does the
ones that are installed here: catalogue_test.py <goldsmith>"""
import contextlib
import hashlib
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "api"))

import disks  # noqa: E402
import harness  # noqa: E402
import tutorial  # noqa: E402
from disks import MIB, run  # noqa: E402

disks.need("qemu-img", "bwrap", "grub-fstest", "mke2fs", "mkfs.fat", "sfdisk")
work = pathlib.Path(tempfile.mkdtemp(prefix="images-"))
goldsmith = disks.Goldsmith(sys.argv[1], work / "data")
disk = disks.make_disk(work)

UBUNTU = "/cloud-images.ubuntu.com/releases/24.04/release/"
UBUNTU_IMAGE = "ubuntu-24.04-server-cloudimg-amd64.img"
ROCKY = "/dl.rockylinux.org/pub/rocky/9/images/x86_64/"
ALPINE = "/dl-cdn.alpinelinux.org/alpine/v3.22/releases/cloud/"
ALPINE_IMAGE = "nocloud_alpine-3.22.2-x86_64-bios-cloudinit-r0.qcow2"


def qcow2(name, source=disk, *options):
    run("qemu-img", "convert", "-f", "raw", "-O", "qcow2", *options, source, work / name)
    return (work / name).read_bytes()


def digest(content, kind="sha256"):
    return hashlib.new(kind, content).hexdigest()


def in_parts(content, parts, pause=0.0, length=None):
    """An answer in so many pieces, of which the last may be missing."""
    def answer(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", str(length or len(content)))
        handler.end_headers()
        size = len(content) // parts + 1
        with contextlib.suppress(OSError):  # the client has had enough
            for begin in range(0, len(content), size):
                handler.wfile.write(content[begin:begin + size])
                handler.wfile.flush()
                time.sleep(pause)
        if length:
            handler.close_connection = True
    return answer


def counted(content, calls):
    def answer(handler):
        calls.append(handler.path)
        in_parts(content, 1)(handler)
    return answer


def no_file_is_left():
    left = [path for path in (work / "data/catalogue").glob("*/work/*") if "packages" not in path.name]
    assert not left, left


def nothing_is_left():
    no_file_is_left()
    goldsmith.nothing_left()


def here(alias):
    """The version of an entry that is here, by `image catalogue`."""
    lines = {line.split()[0]: line.split() for line in goldsmith("image", "catalogue").splitlines()[1:]}
    return lines[alias][3]


def what_is_good_is_taken_once():
    image, calls = qcow2("a.qcow2"), []
    files = {UBUNTU + "SHA256SUMS": f"{'0' * 64} *other.img\n{digest(image)} *{UBUNTU_IMAGE}\n".encode(),
             UBUNTU + UBUNTU_IMAGE: counted(image, calls)}
    assert here("ubuntu-24.04") == "-" and here("debian-12") == "-"
    with disks.web_server(files) as mirror:
        said = goldsmith("image", "pull", "ubuntu-24.04", "--mirror", mirror)
        assert "(new)" in said and f"fetching {UBUNTU_IMAGE}: 100%" in said and "storing the disk" in said, said
        version = here("ubuntu-24.04")
        assert version.startswith("1.0.20") and version in said, (version, said)  # the test disk calls itself 1
        again = goldsmith("image", "pull", "ubuntu-24.04", "--mirror", mirror, "--refresh")
        assert "was there already" in again and len(calls) == 1, "what has not changed is not fetched again"
    # Nobody listens any more.
    assert "was there already" in goldsmith("image", "pull", "ubuntu-server-24-lts-x86")
    assert "ubuntu-server-24-lts-x86-1.0." in goldsmith("image", "ls")
    nothing_is_left()


def every_form_of_list():
    image = qcow2("r.qcow2", disk, "-c")
    names = [f"Rocky-9-GenericCloud-Base-9.{minor}-20250531.0.x86_64.qcow2" for minor in (6, 10, 9)]
    checksums = "".join(f"# {name}: 7 bytes\nSHA256 ({name}) = {'0' * 64 if '9.10' not in name else digest(image)}\n"
                        for name in names)
    files = {ROCKY + "CHECKSUM": f"-----BEGIN PGP SIGNED MESSAGE-----\n\n{checksums}".encode(),
             ROCKY + names[1]: lambda handler: handler.redirect("/elsewhere"), "/elsewhere": in_parts(image, 7, 0.2),
             ALPINE + ALPINE_IMAGE + ".sha512": digest(image, "sha512").encode(), ALPINE + ALPINE_IMAGE: image}
    with disks.web_server(files) as mirror:
        assert "9.10" in goldsmith("image", "pull", "rocky-9", "--mirror", mirror)
        assert "(new)" in goldsmith("image", "pull", "alpine-3", "--mirror", mirror + "/")
    no_file_is_left()


def what_is_wrong_is_refused():
    image = qcow2("w.qcow2")
    before = goldsmith.images()
    run("qemu-img", "create", "-q", "-f", "qcow2", "-u", "-b", "/etc/passwd", "-F", "raw", work / "backed", "48M")
    backed = (work / "backed").read_bytes()
    base = "/cloud-images.ubuntu.com/releases/22.04/release/"
    name = "ubuntu-22.04-server-cloudimg-amd64.img"
    right = f"{digest(image)} *{name}\n".encode()
    for what, listed, answer, reasons in (
            ("no list", None, image, ["SHA256SUMS", "404"]),
            ("a page instead of a list", b"<html>sign in</html>", image, ["names no", name]),
            ("a list without it", f"{digest(image)} *other.img\n".encode(), image, ["names no", name]),
            ("no image", right, None, [name, "404"]),
            ("a wrong digest", f"{'0' * 64} *{name}\n".encode(), image, ["should be sha256:000", "damaged"]),
            ("a truncated answer", right, in_parts(image[:MIB], 1, length=len(image)), ["bytes remaining"]),
            ("a shorter file", right, image[:MIB], [f"should be sha256:{digest(image)}"]),
            ("a list without end", in_parts(b"#" * (5 * MIB), 1), image, ["more than 4.0 MiB"]),
            ("what names other files", f"{digest(backed)} *{name}\n".encode(), backed, ["backing file '/etc/passwd'"]),
            ("another format", f"{digest(b'x' * 4096)} *{name}\n".encode(), b"x" * 4096, ["qcow2"])):
        files = {base + "SHA256SUMS": listed, base + name: answer}
        with disks.web_server({path: content for path, content in files.items() if content is not None}) as mirror:
            said = goldsmith.refused("image", "pull", "ubuntu-22.04", "--mirror", mirror)
        for reason in ["cannot fetch the base image ubuntu-server-22-lts-x86", *reasons]:
            assert reason in said, (what, reason, said)
        no_file_is_left()
    assert here("ubuntu-22.04") == "-"
    assert "known: debian-12, " in goldsmith.refused("image", "pull", "windows-95")
    assert "no http or https URL" in goldsmith.refused("image", "pull", "ubuntu-22.04", "--mirror", "ftp://127.0.0.1")
    assert goldsmith.images() == before
    nothing_is_left()


def a_killed_pull_is_begun_again():
    image, arrived = qcow2("k.qcow2"), threading.Event()
    base = "/repo.almalinux.org/almalinux/9/cloud/x86_64/images/"
    name = "AlmaLinux-9-GenericCloud-9.6-20250522.x86_64.qcow2"
    files = {base + "CHECKSUM": f"{digest(image)}  {name}\n".encode()}

    def stall(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(image)))
        handler.end_headers()
        handler.wfile.write(image[:MIB])
        handler.wfile.flush()
        arrived.set()
        with contextlib.suppress(OSError):
            handler.rfile.read(1)  # until the client is gone

    with disks.web_server({**files, base + name: stall}) as mirror:
        for end in ("kill", "terminate"):
            arrived.clear()
            pulling = subprocess.Popen(goldsmith.command("image", "pull", "almalinux-9", "--mirror", mirror),
                                       stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
            assert arrived.wait(60)
            getattr(pulling, end)()
            said = pulling.communicate(timeout=30)[1]
        assert "stopped on request" in said, said
    no_file_is_left()  # the second has swept what the first could not
    with disks.web_server({**files, base + name: image}) as mirror:
        assert "(new)" in goldsmith("image", "pull", "almalinux-9", "--mirror", mirror)
    nothing_is_left()


def the_api_has_them():
    if not harness.cli_programs():
        print("the API: not tried, no AWS CLI is installed")
        return
    image = qcow2("api.qcow2")
    base = "/cdn.amazonlinux.com/al2023/os-images/latest/kvm/"
    name = "al2023-kvm-2023.9.20251117.1-kernel-6.1-x86_64.xfs.gpt.qcow2"
    files = {base + "SHA256SUMS": f"{digest(image)}  {name}\n".encode(), base + name: image}
    config = work / "config.yaml"
    with disks.web_server(files) as mirror:
        config.write_text(f"driver: fake\nimage_mirror: {mirror}\n")
        with harness.Server([goldsmith.program], str(goldsmith.data), ["--config", str(config)]) as server:
            cli = harness.Cli(server)
            made = tutorial.Tutorial(cli, server.data_dir)

            def shown():
                listed = cli("imagebuilder", "list-images", "--owner", "Amazon")["imageVersionList"]
                return {each["name"]: each for each in listed}

            assert "ubuntu-server-24-lts-x86" in shown() and "amazon-linux-2023-x86" not in shown(), shown()
            amis = cli("ec2", "describe-images", "--owners", "amazon", "--filters",
                       "Name=name,Values=ubuntu-server-24-lts-x86-*")["Images"]
            assert len(amis) == 1 and amis[0]["BootMode"] == "uefi-preferred" and amis[0]["Public"], amis

            def build_on(parent):
                recipe = cli("imagebuilder", "create-image-recipe", "--name", tutorial.unique("recipe"),
                             "--semantic-version", "1.0.0", "--parent-image", parent, "--components", "componentArn="
                             + made.component(tutorial.QUICK.format(seconds=0)))["imageRecipeArn"]
                return made.image(recipe, made.infrastructure())

            def build(managed, version="x.x.x"):
                return build_on(f"arn:aws:imagebuilder:us-east-1:aws:image/{managed}/{version}")

            # The first build on one fetches it.
            built = tutorial.wait_for(cli, build("amazon-linux-2023-x86"), ("AVAILABLE",), 120)
            assert built["imageRecipe"]["parentImage"].endswith("amazon-linux-2023-x86/x.x.x"), built
            assert shown()["amazon-linux-2023-x86"]["owner"] == "Amazon"
            failed = tutorial.wait_for(cli, build("fedora-43-x86"), ("FAILED",), 120)
            reason = failed["state"]["reason"]
            assert "fedora-43-x86" in reason and "404" in reason, reason
            absent = tutorial.wait_for(cli, build("amazon-linux-2023-x86", "7.x.x"), ("FAILED",), 120)
            assert "there is no version 7.x.x" in absent["state"]["reason"], absent
            # A parameter that holds an AMI id is a parent like the AMI itself.
            ami = amis[0]["ImageId"]
            cli("ssm", "put-parameter", "--name", "/golden/ubuntu", "--type", "String", "--value", ami)
            built = tutorial.wait_for(cli, build_on("ssm:/golden/ubuntu"), ("AVAILABLE",), 120)
            assert built["imageRecipe"]["parentImage"] == ami, built


for step in (what_is_good_is_taken_once, every_form_of_list, what_is_wrong_is_refused, a_killed_pull_is_begun_again,
             the_api_has_them):
    print(step.__name__, flush=True)
    step()
shutil.rmtree(work)
