#!/usr/bin/env python3
"""ImportImage, ImportVmImage and ImportDiskImage by the unmodified AWS CLI, against a server with the fake driver:
api_import_test.py <goldsmith>"""
import json
import os
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
from disks import MIB, run  # noqa: E402

disks.need("aws", "qemu-img", "bwrap", "grub-fstest", "mke2fs", "mkfs.fat", "sfdisk")
work = pathlib.Path(tempfile.mkdtemp(prefix="images-"))
data = work / "data"
disk = disks.make_disk(work)
good = work / "good.vmdk"
run("qemu-img", "convert", "-f", "raw", "-O", "vmdk", "-o", "subformat=streamOptimized", disk, good)
backed = work / "backed.qcow2"
run("qemu-img", "create", "-q", "-f", "qcow2", "-u", "-b", "/etc/passwd", "-F", "raw", backed, "48M")
config = work / "config.yaml"
config.write_text("driver: fake\nimport_from_local_addresses: true\nregions: [eu-north-1]\n")
os.environ["AWS_DEFAULT_REGION"] = "eu-north-1"

COMPONENT = """
schemaVersion: 1.0
phases:
  - name: build
    steps:
      - name: Note
        action: ExecuteBash
        inputs: {commands: [date]}
"""

arrived, go_on = threading.Event(), threading.Event()


def stall(handler):
    """The first half at once, the rest when the test says so."""
    content = good.read_bytes()
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    try:
        handler.wfile.write(content[:MIB])
        handler.wfile.flush()
        arrived.set()
        go_on.wait(60)
        handler.wfile.write(content[MIB:])
    except OSError:
        pass  # the client was told to stop


class Api:
    def __init__(self, server):
        self.server = server
        self.cli = harness.Cli(server)

    def __call__(self, *words):
        return self.cli(*words, region="eu-north-1")

    def refused(self, *words):
        try:
            self(*words)
        except harness.AwsError as error:
            return f"{error.code}: {error.message}"
        raise AssertionError(f"{words} was not refused")

    def infrastructure(self):
        return self("imagebuilder", "create-infrastructure-configuration", "--name", f"infra-{time.monotonic_ns()}",
                    "--instance-profile-name", "profile")["infrastructureConfigurationArn"]

    def import_task(self, url, *words):
        return self("ec2", "import-image", "--disk-containers", f"Url={url}", *words)["ImportTaskId"]

    def task(self, task):
        return self("ec2", "describe-import-image-tasks", "--import-task-ids", task)["ImportImageTasks"][0]

    def finished_task(self, task):
        return self.until(lambda: self.task(task), lambda shown: shown["Status"] in ("completed", "deleted"))

    def import_disk(self, uri, infrastructure, name="golden", **options):
        return self("imagebuilder", "import-disk-image", "--name", name, "--semantic-version", "1.0.0", "--platform",
                    "Linux", "--os-version", "Test Linux 1", "--infrastructure-configuration-arn", infrastructure,
                    # Version 1 of the CLI would fetch a URL that is a parameter's value by itself.
                    "--cli-input-json", json.dumps({"uri": uri}),
                    *[word for pair in options.items() for word in pair])["imageBuildVersionArn"]

    def image(self, arn):
        return self("imagebuilder", "get-image", "--image-build-version-arn", arn)["image"]

    def finished_image(self, arn):
        return self.until(lambda: self.image(arn), lambda image: image["state"]["status"] in (
            "AVAILABLE", "FAILED", "CANCELLED"))

    @staticmethod
    def until(look, is_done, seconds=120):
        deadline = time.monotonic() + seconds
        while True:
            shown = look()
            if is_done(shown):
                return shown
            assert time.monotonic() < deadline, shown
            time.sleep(0.3)


def tasks_and_vm_images(api, url):
    task = api.import_task(f"{url}/good.vmdk", "--description", "from outside", "--client-token", "one")
    assert task.startswith("import-ami-"), task
    assert api.import_task(f"{url}/good.vmdk", "--description", "from outside", "--client-token", "one") == task
    assert "other parameters" in api.refused("ec2", "import-image", "--disk-containers", "Url=https://other/x.vmdk",
                                             "--client-token", "one")
    early = api("imagebuilder", "import-vm-image", "--name", "vm", "--semantic-version", "1.0.0", "--platform", "Linux",
                "--vm-import-task-id", task)["imageArn"]
    shown = api.finished_task(task)
    assert shown["Status"] == "completed" and shown["ImageId"].startswith("ami-"), shown
    image = api.finished_image(early)
    assert image["state"]["status"] == "AVAILABLE" and image["buildType"] == "IMPORT", image
    assert image["outputResources"]["amis"][0]["image"] == shown["ImageId"], image
    ami = api("ec2", "describe-images", "--image-ids", shown["ImageId"])["Images"][0]
    assert (ami["BootMode"], ami["Architecture"], ami["Name"]) == ("uefi-preferred", "x86_64", task), ami
    late = api("imagebuilder", "import-vm-image", "--name", "vm", "--semantic-version", "1.0.0", "--platform", "Linux",
               "--vm-import-task-id", task)["imageArn"]
    assert late.endswith("/vm/1.0.0/2") and api.image(late)["state"]["status"] == "AVAILABLE"
    assert "does not exist" in api.refused("imagebuilder", "import-vm-image", "--name", "vm", "--semantic-version",
                                           "1.0.0", "--platform", "Linux", "--vm-import-task-id", "import-ami-0")
    bad = api.import_task(f"{url}/backed.qcow2")
    shown = api.finished_task(bad)
    assert shown["Status"] == "deleted" and "backing file '/etc/passwd'" in shown["StatusMessage"], shown
    for words, reason in ((("Url=ftp://x/y",), "no https, http or s3"), (("Description=x",), "exactly one of Url"),
                          (("Url=https://x/y,Format=ISO",), "Expected one of")):
        assert reason in api.refused("ec2", "import-image", "--disk-containers", *words), words


def tasks_by_boto3(api, url):
    """Tags, filters and pages, with what another client sends."""
    if not harness.boto3_or_none():
        print("boto3: not tried, it is not installed")
        return
    ec2 = harness.boto_client(api.server, "ec2", region="eu-north-1")
    tags = [{"Key": "team", "Value": "web & co"}, {"Key": "cost", "Value": ""}]

    def start(**options):
        return ec2.import_image(DiskContainers=[{"Url": f"{url}/good.vmdk", "Format": "vmdk"}], ClientToken="boto",
                                **options)

    def tagged(resource, *tags):
        return [{"ResourceType": resource, "Tags": list(tags)}]

    started = start(TagSpecifications=tagged("import-image-task", *tags))
    task = started["ImportTaskId"]
    assert sorted(started["Tags"], key=lambda tag: tag["Key"], reverse=True) == tags, started
    assert start(TagSpecifications=tagged("import-image-task", *tags))["ImportTaskId"] == task
    for specifications, reason in ((tagged("import-image-task", tags[0]), "other parameters"),
                                   (tagged("image", tags[0]), "not a valid taggable resource"),
                                   (tagged("import-image-task", tags[0], tags[0]), "Duplicate tag key"),
                                   (tagged("import-image-task", {"Key": "aws:x", "Value": ""}), "aws:")):
        try:
            start(TagSpecifications=specifications)
        except ec2.exceptions.ClientError as error:
            assert reason in str(error), error
        else:
            raise AssertionError(f"{specifications} was not refused")
    api.finished_task(task)

    def found(**options):
        pages = ec2.get_paginator("describe_import_image_tasks").paginate(**options)
        return [each["ImportTaskId"] for page in pages for each in page["ImportImageTasks"]]

    every = found(PaginationConfig={"PageSize": 1})
    assert len(every) >= 3 and len(set(every)) == len(every) and sorted(every) == sorted(found()), every
    assert found(Filters=[{"Name": "tag:team", "Values": ["web*"]}]) == [task]
    assert task in found(Filters=[{"Name": "task-state", "Values": ["completed"]}])
    assert task not in found(Filters=[{"Name": "task-state", "Values": ["deleted", "active"]}])
    ec2.create_tags(Resources=[task], Tags=[{"Key": "later", "Value": "1"}])
    assert found(Filters=[{"Name": "tag-key", "Values": ["later"]}]) == [task]
    named = ec2.describe_tags(Filters=[{"Name": "resource-type", "Values": ["import-image-task"]}])["Tags"]
    assert {tag["Key"] for tag in named} == {"team", "cost", "later"} and named[0]["ResourceId"] == task, named
    ec2.delete_tags(Resources=[task], Tags=[{"Key": "later"}])
    assert found(Filters=[{"Name": "tag-key", "Values": ["later"]}]) == []


def disk_images(api, url):
    infrastructure = api.infrastructure()
    arn = api.import_disk(f"{url}/good.vmdk", infrastructure, **{"--client-token": "disk", "--tags": "team=web"})
    assert api.import_disk(f"{url}/good.vmdk", infrastructure, **{"--client-token": "disk", "--tags": "team=web"}) == arn
    image = api.finished_image(arn)
    assert image["state"]["status"] == "AVAILABLE" and image["imageSource"] == "IMPORTED", image
    ami = image["outputResources"]["amis"][0]["image"]
    tags = {tag["Key"]: tag["Value"] for tag in api("ec2", "describe-images", "--image-ids", ami)["Images"][0]["Tags"]}
    assert tags["Ec2ImageBuilderArn"] == arn and "team" not in tags, tags
    runs = api("imagebuilder", "list-workflow-executions", "--image-build-version-arn", arn)["workflowExecutions"]
    assert [run["status"] for run in runs] == ["COMPLETED"], runs
    # It is a parent like any other.
    component = api("imagebuilder", "create-component", "--name", "note", "--semantic-version", "1.0.0", "--platform",
                    "Linux", "--data", COMPONENT)["componentBuildVersionArn"]
    recipe = api("imagebuilder", "create-image-recipe", "--name", "on-import", "--semantic-version", "1.0.0",
                 "--parent-image", arn.replace("/1.0.0/1", "/x.x.x"), "--components",
                 f"componentArn={component}")["imageRecipeArn"]
    built = api("imagebuilder", "create-image", "--image-recipe-arn", recipe, "--infrastructure-configuration-arn",
                infrastructure)["imageBuildVersionArn"]
    shown = api.finished_image(built)["state"]
    assert shown["status"] == "AVAILABLE", shown
    failed = api.finished_image(api.import_disk(f"{url}/backed.qcow2", infrastructure))
    assert failed["state"]["status"] == "FAILED" and "backing file '/etc/passwd'" in failed["state"]["reason"], failed
    missing = api.finished_image(api.import_disk(f"{url}/none.qcow2", infrastructure))
    assert "404" in missing["state"]["reason"], missing
    assert "installation media" in api.refused("imagebuilder", "import-disk-image", "--name", "win", "--semantic-version",
                                               "1.0.0", "--platform", "Windows", "--os-version", "Microsoft Windows 11",
                                               "--uri", "s3://media/win.ISO", "--infrastructure-configuration-arn",
                                               infrastructure)


def cancelled(api, url):
    arrived.clear()
    arn = api.import_disk(f"{url}/stall.vmdk", api.infrastructure())
    assert arrived.wait(60)
    assert api.image(arn)["state"]["status"] == "BUILDING"
    api("imagebuilder", "cancel-image-creation", "--image-build-version-arn", arn)
    assert api.finished_image(arn)["state"]["status"] == "CANCELLED"
    arrived.clear()
    task = api.import_task(f"{url}/stall.vmdk")
    assert arrived.wait(60)
    api("ec2", "cancel-import-task", "--import-task-id", task)
    assert api.finished_task(task)["Status"] == "deleted"
    go_on.set()


def killed_servers_lose_nothing(api, url):
    go_on.clear()
    arrived.clear()
    arn = api.import_disk(f"{url}/stall.vmdk", api.infrastructure())
    task = api.import_task(f"{url}/good.vmdk")
    assert arrived.wait(60)
    api.server.process.kill()
    api.server.process.wait()
    api.server.start()
    go_on.set()
    again = Api(api.server)
    assert again.finished_image(arn)["state"]["status"] == "AVAILABLE"
    assert again.finished_task(task)["Status"] == "completed"
    return again


goldsmith = disks.Goldsmith(sys.argv[1], data)
files = {"/good.vmdk": good, "/backed.qcow2": backed, "/stall.vmdk": stall}
with disks.web_server(files) as web:
    with harness.Server([sys.argv[1]], str(data), ["--config", str(config)]) as server:
        api = Api(server)
        for step in (tasks_and_vm_images, tasks_by_boto3, disk_images, cancelled):
            print(step.__name__, flush=True)
            step(api, web)
        print("killed_servers_lose_nothing", flush=True)
        killed_servers_lose_nothing(api, web)
    config.write_text("driver: fake\nregions: [eu-north-1]\n")
    with harness.Server([sys.argv[1]], str(data), ["--config", str(config)]) as server:
        api = Api(server)
        shown = api.finished_task(api.import_task(f"{web}/good.vmdk"))
        assert "loopback or link-local" in shown["StatusMessage"], shown
left = [path for path in (data / "imports").iterdir()]
assert not left, left
report = subprocess.run([sys.argv[1], "fsck", "--data-dir", data, "--config", config], capture_output=True, text=True)
assert report.returncode == 0 and " 0 unreferenced" in report.stdout, report
shutil.rmtree(work)
