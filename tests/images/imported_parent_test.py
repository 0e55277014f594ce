#!/usr/bin/env python3
"""Builds on imported parents, over the API and with real machines (container driver, root): the base image leaves as a
qcow2, as a raw disk and as a tar of its root file system, comes back by ImportDiskImage, by the command line and by
EC2's ImportImage, and a recipe on each is built, tested and becomes AVAILABLE.

usage: imported_parent_test.py <goldsmith> <data directory that holds the base image>
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "api"))

import disks  # noqa: E402
import harness  # noqa: E402
import tutorial  # noqa: E402

COMPONENT = """\
name: mark
schemaVersion: 1.0
phases:
  - name: build
    steps:
      - name: WriteMark
        action: ExecuteBash
        inputs: {commands: ["grep -q bookworm /etc/os-release", "echo marker > /srv/marker"]}
  - name: validate
    steps:
      - name: SeeMark
        action: ExecuteBash
        inputs: {commands: ["grep -q marker /srv/marker"]}
  - name: test
    steps:
      - name: SeeMarkAgain
        action: ExecuteBash
        inputs: {commands: ["grep -q marker /srv/marker"]}
"""


def root_offset(raw):
    table = json.loads(disks.run("/usr/sbin/sfdisk", "--json", raw))["partitiontable"]
    root = max(table["partitions"], key=lambda partition: partition["size"])
    return root["start"] * 512


def root_tar(raw, target):
    """The root file system as a tar, through a mount that only this process and its children see."""
    mount = target.parent / "mount"
    mount.mkdir()
    script = ('mount -o ro,noload,loop,offset="$1" "$2" "$3" && '
              'tar --create --use-compress-program="zstd -1 -T0" --numeric-owner --file="$4" --directory="$3" .')
    disks.run("unshare", "--mount", "--propagation=private", "sh", "-ec", script, "sh", root_offset(raw), raw, mount,
              target)
    mount.rmdir()
    return target


class ImportedParents(unittest.TestCase):
    server = web = command = raw = None

    def setUp(self):
        self.cli = harness.Cli(self.server, timeout_seconds=300)
        self.tutorial = tutorial.Tutorial(self.cli, self.server.data_dir)

    def wait(self, image):
        return tutorial.wait_for(self.cli, image, ("AVAILABLE",), 600)

    def import_disk(self, name):
        # Version 1 of the CLI would fetch a URL that is a parameter's value by itself.
        return self.cli("imagebuilder", "import-disk-image", "--name", tutorial.unique("parent"), "--semantic-version",
                        "1.0.0", "--platform", "Linux", "--os-version", "Debian 12",
                        "--infrastructure-configuration-arn", self.tutorial.infrastructure(), "--cli-input-json",
                        json.dumps({"uri": f"{self.web}/{name}"}))["imageBuildVersionArn"]

    def build_on(self, parent):
        recipe = self.cli("imagebuilder", "create-image-recipe", "--name", tutorial.unique("recipe"),
                          "--semantic-version", "1.0.0", "--parent-image", parent, "--components",
                          "componentArn=" + self.tutorial.component(COMPONENT))["imageRecipeArn"]
        image = self.wait(self.tutorial.image(recipe, self.tutorial.infrastructure()))
        return image["imageRecipe"]["parentImage"], image["outputResources"]["amis"][0]["image"]

    def test_1_a_qcow2_by_its_arn_with_wildcards(self):
        imported = self.wait(self.import_disk("base.qcow2"))
        parent, ami = self.build_on(re.sub(r"/1\.0\.0/1$", "/x.x.x", imported["arn"]))
        self.assertEqual(parent, imported["arn"])
        self.assertNotEqual(ami, imported["outputResources"]["amis"][0]["image"])

    def test_2_a_raw_disk_of_the_command_line_by_its_ami(self):
        name = tutorial.unique("raw")
        said = self.command("image", "import", self.raw, "--name", name)
        ami = re.search(rf"^{name} (ami-[0-9a-f]+) ", said, re.M)[1]
        self.assertEqual(self.build_on(ami)[0], ami)

    def test_3_a_root_file_system_by_an_import_task(self):
        task = self.cli("ec2", "import-image", "--disk-containers", f"Url={self.web}/root.tar.zst")["ImportTaskId"]
        imported = self.wait(self.cli(
            "imagebuilder", "import-vm-image", "--name", tutorial.unique("vm"), "--semantic-version", "1.0.0",
            "--platform", "Linux", "--vm-import-task-id", task)["imageArn"])
        self.assertEqual(self.build_on(imported["arn"])[0], imported["arn"])

    def test_4_nothing_is_left(self):
        deadline = time.monotonic() + 30
        while True:
            left = [name for folder in ("imports", "runs") for name in os.listdir(os.path.join(self.server.data_dir,
                                                                                               folder))]
            if not left or time.monotonic() > deadline:
                break
            time.sleep(0.2)
        self.assertEqual(left, [])


def main():
    goldsmith, data = os.path.abspath(sys.argv.pop(1)), os.path.abspath(sys.argv.pop(1))
    if os.geteuid() != 0:
        disks.skip("the container driver needs root")
    disks.need("aws", "bwrap", "grub-fstest", "qemu-img", "sfdisk", "systemd-nspawn", "unshare")
    if not os.path.isdir(os.path.join(data, "stores")):
        disks.skip("there is no base image here")
    work = pathlib.Path(tempfile.mkdtemp(prefix="parents-", dir="/var/tmp"))
    try:
        command = ImportedParents.command = disks.Goldsmith(goldsmith, data)
        raw, qcow2 = work / "base.raw", work / "base.qcow2"
        ImportedParents.raw = raw
        command("image", "export", "debian-12", qcow2)
        command("image", "export", "debian-12", raw)
        files = {"/base.qcow2": qcow2, "/root.tar.zst": root_tar(raw, work / "root.tar.zst")}
        config = work / "config.yaml"
        config.write_text("driver: container\nimport_from_local_addresses: true\n")
        with disks.web_server(files) as ImportedParents.web:
            with harness.Server([goldsmith], data, ["--config", str(config)]) as ImportedParents.server:
                result = unittest.main(exit=False).result
                if not result.wasSuccessful():
                    print(ImportedParents.server.read_log(), file=sys.stderr)
                    sys.exit(1)
    finally:
        shutil.rmtree(work)


if __name__ == "__main__":
    main()
