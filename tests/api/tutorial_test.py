#!/usr/bin/env python3
"""The hands-on lab, word for word, with the AWS CLI over real machines: a role and an instance profile, a component that
updates the system and installs nginx, recipe, infrastructure, distribution, pipeline, a run watched from BUILDING to
AVAILABLE; an instance launched from the AMI and looked at through Systems Manager; the build's log; and the clean-up in
order, after which nothing is left. Then the same AMI's way into a second account.

usage: tutorial_test.py <goldsmith> --data-dir DIR [--driver container|vm] [unittest arguments]

The data directory holds the base image (tests/guest/ensure_base_image.py). Tests run in the order of their names and
each goes on where the one before it stopped.
"""

import argparse
import contextlib
import glob
import json
import os
import subprocess
import sys
import time
import unittest

import harness
import main_job_test
import tutorial

TRUST = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]})
POLICIES = ("EC2InstanceProfileForImageBuilder", "AmazonSSMManagedInstanceCore")
ROLE, PROFILE = "lab-role", "lab-profile"

COMPONENT = """\
name: lab-nginx
description: Updates the system, installs nginx and enables it
schemaVersion: 1.0
phases:
  - name: build
    steps:
      - name: UpdateTheSystem
        action: UpdateOS
      - name: InstallNginx
        action: ExecuteBash
        inputs:
          commands:
            - DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends nginx curl
      - name: EnableNginx
        action: ExecuteBash
        inputs:
          commands:
            - systemctl enable nginx
  - name: validate
    steps:
      - name: CheckConfiguration
        action: ExecuteBash
        inputs:
          commands:
            - nginx -t
  - name: test
    steps:
      - name: FetchPage
        action: ExecuteBash
        inputs:
          commands:
            - curl -fsS -o /dev/null http://127.0.0.1/
"""

OTHER_ACCOUNT = "210987654321"


def wait_for(what, probe, seconds=120):
    deadline = time.monotonic() + seconds
    while True:
        found = probe()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not happen within {seconds} s")
        time.sleep(0.2)  # a machine's work: there is no event to wait for


class WatchfulCli(harness.Cli):
    """Also notes every run there is: control groups of other suites are none of this one's business."""

    runs = set()

    def __call__(self, *command, **options):
        folder = os.path.join(self._server.data_dir, "runs")
        self.runs.update(os.listdir(folder) if os.path.isdir(folder) else [])
        return super().__call__(*command, **options)


class Lab(unittest.TestCase):
    server = None
    goldsmith = None
    made = {}  # what earlier steps made

    def setUp(self):
        self.cli = WatchfulCli(self.server, timeout_seconds=900)
        self.tutorial = tutorial.Tutorial(self.cli, self.server.data_dir)

    def ssm(self, cli, instance, *commands):
        """What a command printed; it must succeed."""
        command = cli("ssm", "send-command", "--instance-ids", instance, "--document-name", "AWS-RunShellScript",
                      "--parameters", json.dumps({"commands": list(commands)}))["Command"]["CommandId"]
        cli("ssm", "wait", "command-executed", "--command-id", command, "--instance-id", instance)
        answer = cli("ssm", "get-command-invocation", "--command-id", command, "--instance-id", instance)
        self.assertEqual((answer["Status"], answer["ResponseCode"]), ("Success", 0), answer)
        return answer["StandardOutputContent"] + answer["StandardErrorContent"]

    def launch(self, cli, image, *arguments):
        instance = cli("ec2", "run-instances", "--image-id", image, "--instance-type", "t3.small", "--count", "1",
                       *arguments)["Instances"][0]["InstanceId"]
        cli("ec2", "wait", "instance-running", "--instance-ids", instance)
        cli("ec2", "wait", "instance-status-ok", "--instance-ids", instance)
        return instance

    def check_nginx(self, cli, instance):
        status = self.ssm(cli, instance, "systemctl status nginx --no-pager")
        self.assertIn("active (running)", status)
        self.assertIn("enabled", status)
        self.assertRegex(self.ssm(cli, instance, "nginx -v"), r"nginx version: nginx/\d")
        self.assertIn("HTTP/1.1 200 OK", self.ssm(cli, instance, "curl -sI http://127.0.0.1/"))

    # ---- the lab ---------------------------------------------------------------------------------------------

    def test_01_role_and_instance_profile(self):
        role = self.cli("iam", "create-role", "--role-name", ROLE, "--assume-role-policy-document", TRUST)["Role"]
        self.assertEqual(role["Arn"], f"arn:aws:iam::123456789012:role/{ROLE}")
        for policy in POLICIES:
            self.cli("iam", "attach-role-policy", "--role-name", ROLE, "--policy-arn",
                     f"arn:aws:iam::aws:policy/{policy}")
        self.cli("iam", "create-instance-profile", "--instance-profile-name", PROFILE)
        self.cli("iam", "add-role-to-instance-profile", "--instance-profile-name", PROFILE, "--role-name", ROLE)
        profile = self.cli("iam", "get-instance-profile", "--instance-profile-name", PROFILE)["InstanceProfile"]
        self.assertEqual([each["RoleName"] for each in profile["Roles"]], [ROLE])

    def test_02_resources(self):
        made = self.made
        made["component"] = self.tutorial.component(COMPONENT, "lab-nginx")
        made["recipe"] = self.tutorial.recipe(made["component"], name="lab-recipe")
        made["infrastructure"] = self.cli(
            "imagebuilder", "create-infrastructure-configuration", "--name", "lab-infrastructure",
            "--instance-profile-name", PROFILE, "--instance-types", "t3.small", "t3.medium",
            "--terminate-instance-on-failure")["infrastructureConfigurationArn"]
        made["distribution"] = self.cli(
            "imagebuilder", "create-distribution-configuration", "--name", "lab-distribution", "--distributions",
            json.dumps([{"region": "us-east-1", "amiDistributionConfiguration": {
                "name": "lab-{{ imagebuilder:buildDate }}", "description": "nginx of the lab",
                "amiTags": {"Project": "lab", "Component": "nginx"}}}]))["distributionConfigurationArn"]
        made["pipeline"] = self.cli(
            "imagebuilder", "create-image-pipeline", "--name", "lab-pipeline", "--image-recipe-arn", made["recipe"],
            "--infrastructure-configuration-arn", made["infrastructure"], "--distribution-configuration-arn",
            made["distribution"], "--image-tests-configuration", "imageTestsEnabled=true,timeoutMinutes=60",
            "--status", "ENABLED")["imagePipelineArn"]

    def test_03_run_and_watch(self):
        image = self.made["image"] = self.tutorial.start(self.made["pipeline"])
        seen = []

        def status():
            state = self.cli("imagebuilder", "get-image", "--image-build-version-arn", image)["image"]["state"]
            if not seen or seen[-1] != state["status"]:
                seen.append(state["status"])
            self.assertNotIn(state["status"], ("FAILED", "CANCELLED"),
                             f"{state}\n{tutorial.log_of(self.cli, image) if len(seen) > 1 else ''}")
            return state["status"] == "AVAILABLE"
        wait_for("AVAILABLE", status, 900)
        usual = ["PENDING", "CREATING", "BUILDING", "TESTING", "DISTRIBUTING", "INTEGRATING", "AVAILABLE"]
        self.assertEqual([each for each in usual if each in seen], seen)
        for must in ("BUILDING", "TESTING"):
            self.assertIn(must, seen)

    def test_04_the_ami_and_its_tags(self):
        found = self.cli("ec2", "describe-images", "--owners", "self", "--filters", "Name=name,Values=lab-*",
                         "Name=state,Values=available", "Name=tag:Project,Values=lab")["Images"]
        self.assertEqual(len(found), 1)
        image = self.made["ami"] = found[0]
        outputs = self.cli("imagebuilder", "get-image", "--image-build-version-arn",
                           self.made["image"])["image"]["outputResources"]["amis"]
        self.assertEqual([each["image"] for each in outputs], [image["ImageId"]])
        tags = {tag["Key"]: tag["Value"] for tag in image["Tags"]}
        self.assertEqual((tags["Project"], tags["Component"]), ("lab", "nginx"))
        self.assertEqual(image["Description"], "nginx of the lab")
        self.made["snapshots"] = [each["Ebs"]["SnapshotId"] for each in image["BlockDeviceMappings"]]

    def test_05_launch_and_look(self):
        instance = self.made["instance"] = self.launch(
            self.cli, self.made["ami"]["ImageId"], "--iam-instance-profile", f"Name={PROFILE}", "--tag-specifications",
            "ResourceType=instance,Tags=[{Key=Name,Value=lab}]", "--user-data", "#!/bin/sh\necho from-user-data >/root/hello\n")
        online = self.cli("ssm", "describe-instance-information", "--filters", f"Key=InstanceIds,Values={instance}")
        self.assertEqual(online["InstanceInformationList"][0]["PingStatus"], "Online")
        self.check_nginx(self.cli, instance)
        self.assertIn("from-user-data", self.ssm(self.cli, instance, "cat /root/hello"))
        console = self.cli("ec2", "get-console-output", "--instance-id", instance)["Output"]
        self.assertTrue(console)

    def test_06_the_log(self):
        group, _ = tutorial.stream_of(self.made["image"])
        self.made["log_group"] = group
        log = tutorial.log_of(self.cli, self.made["image"])
        for step in ("UpdateTheSystem", "InstallNginx", "CheckConfiguration", "FetchPage"):
            self.assertIn(step, log)
        for program in harness.cli_programs():  # `aws logs tail` is of version 2
            version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
            if version.startswith("aws-cli/2"):
                done = subprocess.run([program, "--endpoint-url", self.server.endpoint, "--region", "us-east-1", "logs",
                                       "tail", group, "--since", "1d"], env=self.cli.environment, capture_output=True,
                                      text=True, timeout=120, check=False)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertIn("InstallNginx", done.stdout)

    # ---- what the life of an instance must withstand -----------------------------------------------------------

    def test_07_commands_that_do_not_end_well(self):
        instance = self.made["instance"]

        def outcome(script, parameters=None, cancel=False):
            command = self.cli("ssm", "send-command", "--instance-ids", instance, "--document-name",
                               "AWS-RunShellScript", "--parameters",
                               json.dumps({"commands": [script], **(parameters or {})}))["Command"]["CommandId"]

            def probe():
                answer = self.cli("ssm", "get-command-invocation", "--command-id", command, "--instance-id", instance)
                if cancel and answer["Status"] == "InProgress":
                    self.cli("ssm", "cancel-command", "--command-id", command)
                return answer["Status"] not in ("Pending", "InProgress", "Delayed", "Cancelling") and answer
            return wait_for(script, probe)
        failed = outcome("echo to-stderr >&2; exit 3")
        self.assertEqual((failed["Status"], failed["ResponseCode"], failed["StandardErrorContent"]), ("Failed", 3, "to-stderr\n"))
        late = outcome("echo begun; sleep 600", {"executionTimeout": ["2"]})
        self.assertEqual((late["Status"], late["StatusDetails"]), ("TimedOut", "ExecutionTimedOut"))
        self.assertEqual(late["StandardOutputContent"], "begun\n")
        self.assertEqual(outcome("sleep 600", cancel=True)["Status"], "Cancelled")
        flood = outcome("head -c 50000000 /dev/zero | tr '\\0' x; echo; pwd", {"workingDirectory": ["/srv"]})
        self.assertEqual(flood["Status"], "Success")
        self.assertEqual(len(flood["StandardOutputContent"]), 24000)
        self.assertIn("truncated", flood["StandardOutputContent"])
        self.assertEqual(outcome("pwd", {"workingDirectory": ["/srv"]})["StandardOutputContent"], "/srv\n")
        self.assertEqual(outcome("pwd", {"workingDirectory": ["/nowhere"]})["Status"], "Failed")
        self.assertEqual(outcome("printf '\\377ok'")["StandardOutputContent"], "\ufffdok")

    def test_08_the_runner_and_the_daemon_are_killed(self):
        """The machine comes back with what was on its disk."""
        instance = self.made["instance"]
        self.ssm(self.cli, instance, "echo survivor >/root/kept; sync")
        for runner in self.runners():
            os.kill(runner, 9)
        self.server.kill()
        self.server.start()
        self.wait_online(instance)
        self.assertIn("survivor", self.ssm(self.cli, instance, "cat /root/kept"))
        self.check_nginx(self.cli, instance)

    def test_09_stop_start_reboot(self):
        instance = self.made["instance"]
        boot = self.ssm(self.cli, instance, "echo before-stop >/root/kept; cat /proc/sys/kernel/random/boot_id; hostname")
        self.cli("ec2", "stop-instances", "--instance-ids", instance)
        self.server.kill()  # while it stops
        self.server.start()
        self.cli("ec2", "wait", "instance-stopped", "--instance-ids", instance)
        self.assertEqual(self.runners(), [])
        self.cli("ec2", "start-instances", "--instance-ids", instance)
        self.cli("ec2", "wait", "instance-status-ok", "--instance-ids", instance)
        self.assertIn("before-stop", self.ssm(self.cli, instance, "cat /root/kept"))
        self.assertEqual(self.ssm(self.cli, instance, "grep -c . /root/hello"), "1\n", "user data runs once")
        since = self.ssm(self.cli, instance, "stat -c %Y /proc/1")
        self.cli("ec2", "reboot-instances", "--instance-ids", instance)
        self.wait_online(instance)
        self.assertNotEqual(self.ssm(self.cli, instance, "stat -c %Y /proc/1"), since)
        self.assertTrue(boot)

    def test_10_a_guest_restarts_and_switches_off(self):
        instance = self.made["instance"]
        since = self.ssm(self.cli, instance, "stat -c %Y /proc/1")
        self.cli("ssm", "send-command", "--instance-ids", instance, "--document-name", "AWS-RunShellScript",
                 "--parameters", "commands=systemd-run --on-active=1 systemctl reboot")
        wait_for("the restart", lambda: self.ssm_or_none(instance, "stat -c %Y /proc/1") not in (None, since))
        self.cli("ssm", "send-command", "--instance-ids", instance, "--document-name", "AWS-RunShellScript",
                 "--parameters", "commands=systemd-run --on-active=1 systemctl poweroff")
        self.cli("ec2", "wait", "instance-stopped", "--instance-ids", instance)
        stopped = self.cli("ec2", "describe-instances", "--instance-ids", instance)["Reservations"][0]["Instances"][0]
        self.assertEqual(stopped["StateReason"]["Code"], "Client.InstanceInitiatedShutdown")
        self.cli("ec2", "start-instances", "--instance-ids", instance)
        self.cli("ec2", "wait", "instance-status-ok", "--instance-ids", instance)

    def test_11_a_second_account(self):
        """The AMI is shared with another account, which launches it and looks at nginx, too."""
        made = self.run_goldsmith("account", "create", "other", "--account-id", OTHER_ACCOUNT)
        other = harness.Cli(self.server, timeout_seconds=900)
        other.environment["AWS_SHARED_CREDENTIALS_FILE"] = made.strip().split("AWS_SHARED_CREDENTIALS_FILE=")[1]
        image = self.made["ami"]["ImageId"]
        with self.assertRaises(harness.AwsError) as caught:
            other("ec2", "run-instances", "--image-id", image)
        self.assertEqual(caught.exception.code, "InvalidAMIID.NotFound")
        self.cli("ec2", "modify-image-attribute", "--image-id", image, "--launch-permission",
                 f"Add=[{{UserId={OTHER_ACCOUNT}}}]")
        found = other("ec2", "describe-images", "--executable-users", "self")["Images"]
        self.assertEqual([each["ImageId"] for each in found], [image])
        instance = self.launch(other, image)
        self.check_nginx(other, instance)
        mine = self.cli("ec2", "describe-instances")["Reservations"]
        self.assertNotIn(instance, json.dumps(mine))
        other("ec2", "terminate-instances", "--instance-ids", instance)
        other("ec2", "wait", "instance-terminated", "--instance-ids", instance)

    def ssm_or_none(self, instance, command):
        try:
            return self.ssm(self.cli, instance, command)
        except (AssertionError, harness.AwsError):
            return None

    def wait_online(self, instance):
        wait_for(f"{instance} online", lambda: self.cli(
            "ssm", "describe-instance-information", "--filters",
            f"Key=InstanceIds,Values={instance}")["InstanceInformationList"][0]["PingStatus"] == "Online")

    # ---- the clean-up ----------------------------------------------------------------------------------------

    def test_90_clean_up(self):
        made = self.made
        self.cli("ec2", "terminate-instances", "--instance-ids", made["instance"])
        self.cli("ec2", "wait", "instance-terminated", "--instance-ids", made["instance"])
        self.cli("imagebuilder", "delete-image-pipeline", "--image-pipeline-arn", made["pipeline"])
        self.cli("imagebuilder", "delete-distribution-configuration", "--distribution-configuration-arn",
                 made["distribution"])
        self.cli("imagebuilder", "delete-infrastructure-configuration", "--infrastructure-configuration-arn",
                 made["infrastructure"])
        self.cli("imagebuilder", "delete-image-recipe", "--image-recipe-arn", made["recipe"])
        self.cli("imagebuilder", "delete-component", "--component-build-version-arn", made["component"])
        self.cli("ec2", "deregister-image", "--image-id", made["ami"]["ImageId"])
        for snapshot in made["snapshots"]:
            self.cli("ec2", "delete-snapshot", "--snapshot-id", snapshot)
        for group in (made["log_group"], "/aws/imagebuilder/pipeline/lab-pipeline"):
            self.cli("logs", "delete-log-group", "--log-group-name", group)
        self.cli("imagebuilder", "delete-image", "--image-build-version-arn", made["image"])
        self.cli("iam", "remove-role-from-instance-profile", "--instance-profile-name", PROFILE, "--role-name", ROLE)
        self.cli("iam", "delete-instance-profile", "--instance-profile-name", PROFILE)
        for policy in POLICIES:
            self.cli("iam", "detach-role-policy", "--role-name", ROLE, "--policy-arn",
                     f"arn:aws:iam::aws:policy/{policy}")
        self.cli("iam", "delete-role", "--role-name", ROLE)

    def test_91_nothing_is_left(self):
        for service, operation, member, *arguments in (
                ("imagebuilder", "list-images", "imageVersionList"),
                ("imagebuilder", "list-components", "componentVersionList"),
                ("imagebuilder", "list-image-recipes", "imageRecipeSummaryList"),
                ("imagebuilder", "list-image-pipelines", "imagePipelineList"),
                ("imagebuilder", "list-infrastructure-configurations", "infrastructureConfigurationSummaryList"),
                ("imagebuilder", "list-distribution-configurations", "distributionConfigurationSummaryList"),
                ("ec2", "describe-images", "Images", "--owners", "self"),
                ("ec2", "describe-snapshots", "Snapshots", "--owner-ids", "self"),
                ("ec2", "describe-tags", "Tags", "--filters", "Name=resource-type,Values=image,snapshot"),
                ("logs", "describe-log-groups", "logGroups"),
                ("iam", "list-roles", "Roles"),
                ("iam", "list-instance-profiles", "InstanceProfiles")):
            self.assertEqual(self.cli(service, operation, *arguments)[member], [], operation)
        self.assertGreaterEqual(len(self.cli.runs), 4, "builds, tests and instances are runs")
        wait_for(f"every machine's end ({self.leftovers()})", lambda: not self.leftovers(), 30)
        self.run_goldsmith("gc", "--grace-seconds", "0")
        dry_run = self.run_goldsmith("gc", "--dry-run", "--grace-seconds", "0")
        for line in dry_run.splitlines():
            self.assertIn(": 0 packs to remove, 0 to rewrite, 0 leftovers", line)
        for line in self.run_goldsmith("fsck").splitlines():
            self.assertTrue(line.endswith(", 0 unreferenced") or line.startswith("audit log: "), line)

    def run_goldsmith(self, *arguments):
        done = subprocess.run([self.goldsmith, *arguments, "--data-dir", self.server.data_dir], capture_output=True,
                              text=True, timeout=600, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    # ---- what a machine leaves on the host -----------------------------------------------------------------------

    job = main_job_test.MainJob()

    def looking(self):
        self.job.server = self.server
        return self.job

    def runners(self):
        return [int(path.split("/")[2]) for path, command in self.looking().commands()
                if "goldsmith-runner" in command.split()[0]]

    def leftovers(self):
        host = self.looking()
        folders = []
        for name in ("runs", "instances", "capsules"):
            folder = os.path.join(self.server.data_dir, name)
            folders += os.listdir(folder) if os.path.isdir(folder) else []
        groups = [path for path in glob.glob("/sys/fs/cgroup/*/goldsmith/*") if os.path.basename(path) in self.cli.runs]
        return host.processes() + host.mounts() + host.loop_devices() + folders + groups


def main():
    parser = argparse.ArgumentParser(description="The hands-on lab")
    parser.add_argument("goldsmith")
    parser.add_argument("--data-dir", required=True)
    parser.add_argument("--driver", choices=("container", "vm"), default="container")
    options, rest = parser.parse_known_args()
    main_job_test.require(options.driver)
    data_dir = os.path.abspath(options.data_dir)
    if not os.path.isdir(os.path.join(data_dir, "stores")):
        harness.skip("there is no base image (see ensure_base_image)")
    with contextlib.ExitStack() as stack:
        private = stack.enter_context(harness.private_directory("tutorial"))
        config = os.path.join(private, "config.yaml")
        with open(config, "w", encoding="utf-8") as file:
            file.write(f"driver: {options.driver}\n")
        Lab.goldsmith = os.path.abspath(options.goldsmith)
        Lab.server = stack.enter_context(harness.Server([Lab.goldsmith], data_dir, ["--config", config]))
        result = unittest.main(argv=[sys.argv[0], "--failfast", *rest], exit=False).result
        if not result.wasSuccessful():
            print(Lab.server.read_log(), file=sys.stderr)
            sys.exit(1)


if __name__ == "__main__":
    main()
