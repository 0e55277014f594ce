#!/usr/bin/env python3
"""The main job through the unmodified AWS CLI: component, recipe, infrastructure, distribution, pipeline, build,
AMIs in two regions, logs. With the container driver it is real (root, systemd-nspawn and the Debian mirror are needed,
minutes are taken); with the fake driver no machine exists and what machines print is not looked at.

usage: main_job_test.py <goldsmith> [--driver fake|container] [--data-dir DIR] [unittest arguments]

--data-dir: a folder that stays, so that the base image is made once (default: a private one, removed at the end).
The fake driver needs the base image too, although it starts no machine from it.
"""

import argparse
import contextlib
import glob
import os
import shutil
import signal
import sys
import time
import unittest

import harness
import tutorial

REAL_STEPS = ("InstallNginx", "CheckConfiguration", "FetchPage")


class MainJob(unittest.TestCase):
    server = None
    driver = None
    program = None
    patience_seconds = 120

    def setUp(self):
        self.cli = harness.Cli(self.server, self.program)
        self.tutorial = tutorial.Tutorial(self.cli, self.server.data_dir)
        self.real = self.driver != "fake"

    def wait(self, image, *statuses):
        return tutorial.wait_for(self.cli, image, statuses, self.patience_seconds)

    def amis_named(self, name):
        return {region: self.cli("ec2", "describe-images", "--owners", "self", "--filters", f"Name=name,Values={name}",
                                 region=region)["Images"] for region in harness.REGIONS}

    def quick_image(self, document, name, *arguments):
        recipe = self.tutorial.recipe(self.tutorial.component(document))
        distribution = self.tutorial.distribution(name + " {{ imagebuilder:buildDate }}", harness.REGIONS)
        return self.tutorial.image(recipe, self.tutorial.infrastructure(), "--distribution-configuration-arn",
                                   distribution, *arguments)

    # ---- the tutorial ----------------------------------------------------------------------------------------

    def test_1_tutorial(self):
        name = tutorial.unique("web")
        component = self.tutorial.component(tutorial.WEB_SERVER)
        self.assertRegex(component, r"^arn:aws:imagebuilder:us-east-1:123456789012:component/[^/]+/1\.0\.0/1$")
        recipe = self.tutorial.recipe(component)
        pipeline = self.tutorial.pipeline(
            recipe, self.tutorial.infrastructure(),
            self.tutorial.distribution(name + " {{ imagebuilder:buildDate }}", harness.REGIONS))
        image = self.wait(self.tutorial.start(pipeline), "AVAILABLE")
        self.check_outputs(image, name)
        self.check_log(image)
        self.check_second_build(image, recipe)

    def check_outputs(self, image, name):
        amis = {ami["region"]: ami for ami in image["outputResources"]["amis"]}
        self.assertEqual(sorted(amis), sorted(harness.REGIONS))
        for region, ami in amis.items():
            self.assertRegex(ami["image"], r"^ami-[0-9a-f]{17}$")
            self.assertEqual(ami["accountId"], "123456789012")
            found = self.cli("ec2", "describe-images", "--image-ids", ami["image"], region=region)["Images"][0]
            self.assertEqual(found["State"], "available")
            self.assertEqual(found["OwnerId"], "123456789012")
            self.assertRegex(found["Name"], rf"^{name} \d{{4}}-\d\d-\d\dT\d\d-\d\d-\d\d")
            tags = {tag["Key"]: tag["Value"] for tag in found["Tags"]}
            self.assertEqual((tags.get("team"), tags.get("cost")), ("web", "a&b"))
            snapshot = found["BlockDeviceMappings"][0]["Ebs"]["SnapshotId"]
            state = self.cli("ec2", "describe-snapshots", "--snapshot-ids", snapshot, region=region)["Snapshots"][0]
            self.assertEqual((state["State"], state["Progress"]), ("completed", "100%"))
        listed = self.amis_named(name + "*")
        self.assertEqual({region: [i["ImageId"] for i in images] for region, images in listed.items()},
                         {region: [ami["image"]] for region, ami in amis.items()})

    def check_log(self, image):
        log = tutorial.log_of(self.cli, image["arn"])
        group, _ = tutorial.stream_of(image["arn"])
        groups = self.cli("logs", "describe-log-groups", "--log-group-name-prefix", group)["logGroups"]
        self.assertIn(group, [each["logGroupName"] for each in groups])
        self.assertTrue(log)
        if self.real:
            for step in REAL_STEPS:
                self.assertIn("marker-of-" + step, log)

    def check_second_build(self, image, recipe):
        """create-image without a pipeline; the build number counts up."""
        second = self.wait(self.tutorial.image(recipe, self.tutorial.infrastructure()), "AVAILABLE")
        first_version, _, first_build = image["arn"].rpartition("/")
        second_version, _, second_build = second["arn"].rpartition("/")
        self.assertEqual(second_version, first_version)
        self.assertEqual(int(second_build), int(first_build) + 1)
        self.assertEqual([ami["region"] for ami in second["outputResources"]["amis"]], ["us-east-1"])
        builds = self.cli("imagebuilder", "list-image-build-versions", "--image-version-arn",
                          first_version)["imageSummaryList"]
        self.assertEqual(sorted(each["arn"] for each in builds), sorted([image["arn"], second["arn"]]))

    # ---- builds that do not end well -------------------------------------------------------------------------

    def test_2_failing_phases_distribute_nothing(self):
        if not self.real:
            self.skipTest("the fake driver runs no documents")
        for phase in ("validate", "test"):
            with self.subTest(phase):
                name = tutorial.unique("failing")
                image = self.wait(self.quick_image(tutorial.FAILING.format(phase=phase), name), "FAILED")
                reason = image["state"]["reason"]
                for part in (phase, "BreakHere", "23", "the last words"):
                    self.assertIn(part, reason)
                self.assertFalse(image.get("outputResources", {}).get("amis"))
                self.assertEqual(self.amis_named(name + "*"), {region: [] for region in harness.REGIONS})

    def test_2_a_document_runs_another_component(self):
        """By an ARN with a wildcard, which stands for what it stood for when the build began."""
        if not self.real:
            self.skipTest("the fake driver runs no documents")
        inner = self.tutorial.component(tutorial.QUICK.format(seconds=0))
        name = inner.rpartition("/")[0].rpartition("/")[0]
        image = self.wait(self.quick_image(tutorial.NESTING.format(arn=name + "/1.x.x"), tutorial.unique("nesting")),
                          "AVAILABLE")
        self.assertIn("marker-of-Pause", tutorial.log_of(self.cli, image["arn"]))

    def test_3_cancel(self):
        """At once, and in the middle of a step."""
        if not self.real:
            self.skipTest("a build without a machine ends before it can be cancelled")
        for moment in ("at once", "in a step"):
            with self.subTest(moment):
                name = tutorial.unique("cancelled")
                image = self.quick_image(tutorial.QUICK.format(seconds=600), name)
                if moment == "in a step":
                    self.wait_for_step(image)
                self.cli("imagebuilder", "cancel-image-creation", "--image-build-version-arn", image)
                self.wait(image, "CANCELLED")
                self.assertEqual(self.amis_named(name + "*"), {region: [] for region in harness.REGIONS})

    # ---- what must not be lost -------------------------------------------------------------------------------

    def test_4_two_builds_at_once(self):
        images = [self.quick_image(tutorial.QUICK.format(seconds=1), tutorial.unique("parallel")) for _ in range(2)]
        for image in images:
            self.wait(image, "AVAILABLE")

    def test_5_the_daemon_is_killed_and_started_again(self):
        name = tutorial.unique("survivor")
        image = self.quick_image(tutorial.QUICK.format(seconds=5), name)
        self.wait(image, "BUILDING", "TESTING", "DISTRIBUTING", "AVAILABLE")
        self.server.kill()
        self.server.start()
        image = self.wait(image, "AVAILABLE")
        self.assertEqual({region: len(images) for region, images in self.amis_named(name + "*").items()},
                         {region: 1 for region in harness.REGIONS})

    def test_5_the_runner_is_killed(self):
        """In the middle of a step: the build ends, soon and with the cause."""
        if not self.real:
            self.skipTest("without a machine nothing is in the middle of a step")
        name = tutorial.unique("orphan")
        image = self.quick_image(tutorial.QUICK.format(seconds=600), name)
        self.wait_for_step(image)
        for runner in self.runners():
            os.kill(runner, signal.SIGKILL)
        image = self.wait(image, "FAILED")
        self.assertIn("killed or crashed", image["state"]["reason"])
        self.assertEqual(self.amis_named(name + "*"), {region: [] for region in harness.REGIONS})

    def wait_for_step(self, image):
        """Until the machine prints what the quick component prints."""
        deadline = time.monotonic() + self.patience_seconds
        self.wait(image, "BUILDING")
        while True:
            with contextlib.suppress(harness.AwsError):  # nothing has been logged yet
                if "marker-of-Pause" in tutorial.log_of(self.cli, image):
                    return
            self.assertLess(time.monotonic(), deadline, "the step never began")
            time.sleep(0.2)

    def runners(self):
        found = [int(path.split("/")[2]) for path, command in self.commands()
                 if "goldsmith-runner" in command.split()[0]]
        self.assertTrue(found, "no runner is alive")
        return found

    # ---- afterwards ------------------------------------------------------------------------------------------

    def test_6_nothing_is_left(self):
        """No runner, guest, mount, loop device or run directory once every build has ended."""
        deadline = time.monotonic() + 30
        while True:
            left = self.processes() + self.mounts() + self.loop_devices() + self.runs()
            if not left or time.monotonic() > deadline:
                break
            time.sleep(0.2)
        self.assertEqual(left, [])

    def runs(self):
        return os.listdir(os.path.join(self.server.data_dir, "runs"))

    def mounts(self):
        with open("/proc/self/mountinfo", encoding="utf-8") as file:
            return [line for line in file if self.server.data_dir in line]

    def loop_devices(self):
        found = []
        for path in glob.glob("/sys/block/loop*/loop/backing_file"):
            with contextlib.suppress(OSError), open(path, encoding="utf-8") as file:
                found += [line for line in file if self.server.data_dir in line]
        return found

    def processes(self):
        return [command for _, command in self.commands()]

    def commands(self):
        """Processes whose command lines name the data directory, but for the server and this test."""
        found = []
        for path in glob.glob("/proc/[0-9]*/cmdline"):
            if int(path.split("/")[2]) in (os.getpid(), self.server.process.pid):
                continue
            with contextlib.suppress(OSError), open(path, "rb") as file:
                command = file.read().replace(b"\0", b" ").decode(errors="replace")
                found += [(path, command)] if self.server.data_dir + "/" in command else []
        return found


def require(driver):
    if not harness.cli_programs():
        harness.skip("no AWS CLI is installed (Debian: apt-get install awscli)")
    if driver != "fake":
        if os.geteuid() != 0:
            harness.skip("the container driver needs root")
        for program in ("systemd-nspawn", "mmdebstrap", "qemu-img"):
            if not shutil.which(program):
                harness.skip(f"{program} is not installed")


def main():
    parser = argparse.ArgumentParser(description="The main job through the AWS CLI")
    parser.add_argument("goldsmith")
    parser.add_argument("--driver", choices=("fake", "container"), default="fake")
    parser.add_argument("--data-dir")
    options, rest = parser.parse_known_args()
    require(options.driver)
    with contextlib.ExitStack() as stack:
        private = stack.enter_context(harness.private_directory("main-job"))
        config = os.path.join(private, "config.yaml")
        with open(config, "w", encoding="utf-8") as file:
            file.write(f"driver: {options.driver}\n")
        data_dir = os.path.abspath(options.data_dir) if options.data_dir else os.path.join(private, "data")
        server = stack.enter_context(harness.Server([os.path.abspath(options.goldsmith)], data_dir,
                                                    ["--config", config]))
        MainJob.server, MainJob.driver = server, options.driver
        MainJob.patience_seconds = 120 if options.driver == "fake" else 900
        # Old and new clients differ in what they send, not in what machines do.
        for MainJob.program in harness.cli_programs() if options.driver == "fake" else [None]:
            print("the AWS CLI:", MainJob.program or "the first in PATH", file=sys.stderr)
            result = unittest.main(argv=[sys.argv[0], *rest], exit=False).result
            if not result.wasSuccessful():
                print(server.read_log(), file=sys.stderr)
                sys.exit(1)


if __name__ == "__main__":
    main()
