#!/usr/bin/env python3
"""RunInstances and the life of instances, Systems Manager's commands, and what clients ask for before they launch,
through the AWS CLI, boto3 and raw requests, over the fake driver: no machine exists, everything around it is real.

usage: instances_test.py <goldsmith> <seed_image>
"""

import base64
import json
import os
import subprocess
import sys
import time
import unittest

import harness

PATIENCE_SECONDS = 60


def wait_for(what, probe):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        found = probe()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not happen within {PATIENCE_SECONDS} s")
        time.sleep(0.1)  # the server's work, not the test's: there is no event to wait for


class World(unittest.TestCase):
    """A server with the fake driver and an AMI; every test's instances are terminated at its end."""
    server = None
    program = None
    ami = None
    other_credentials = None

    def setUp(self):
        self.cli = harness.Cli(self.server)
        self.launched = []

    def tearDown(self):
        if self.launched:
            self.cli("ec2", "terminate-instances", "--instance-ids", *self.launched)
            for instance in self.launched:
                self.wait_state(instance, "terminated")
            self.assertEqual(self.folders(), [])

    def folders(self):
        folder = os.path.join(self.server.data_dir, "instances")
        return os.listdir(folder) if os.path.isdir(folder) else []

    def run_instances(self, *arguments, count=1):
        answer = self.cli("ec2", "run-instances", "--image-id", self.ami, "--instance-type", "t3.small",
                          "--count", str(count), *arguments)
        self.launched += [each["InstanceId"] for each in answer["Instances"]]
        return answer

    def launch(self, *arguments):
        instance = self.run_instances(*arguments)["Instances"][0]["InstanceId"]
        self.wait_state(instance, "running")
        return instance

    def describe(self, instance):
        return self.cli("ec2", "describe-instances", "--instance-ids",
                        instance)["Reservations"][0]["Instances"][0]

    def wait_state(self, instance, state):
        return wait_for(f"{instance} {state}",
                        lambda: self.describe(instance)["State"]["Name"] == state and self.describe(instance))

    def wait_ready(self, instance):
        wait_for(f"{instance} ready", lambda: self.cli(
            "ssm", "describe-instance-information", "--filters",
            f"Key=InstanceIds,Values={instance}")["InstanceInformationList"][0]["PingStatus"] == "Online")

    def refused(self, code, *arguments):
        with self.assertRaises(harness.AwsError) as caught:
            self.cli(*arguments)
        self.assertEqual(caught.exception.code, code, str(caught.exception))
        self.assertGreater(len(caught.exception.message), 15)

    def command(self, instance, *lines, **parameters):
        given = {"commands": list(lines), **{name: [value] for name, value in parameters.items()}}
        return self.cli("ssm", "send-command", "--instance-ids", instance, "--document-name", "AWS-RunShellScript",
                        "--parameters", json.dumps(given))["Command"]["CommandId"]

    def outcome(self, command, instance):
        def probe():
            answer = self.cli("ssm", "get-command-invocation", "--command-id", command, "--instance-id", instance)
            return answer["Status"] not in ("Pending", "InProgress", "Delayed", "Cancelling") and answer
        return wait_for(f"command {command}", probe)

    def second_account(self):
        if self.other_credentials:
            other = harness.Cli(self.server)
            other.environment["AWS_SHARED_CREDENTIALS_FILE"] = self.other_credentials
            return other
        made = subprocess.run([self.program, "account", "create", "other", "--account-id", "210987654321", "--data-dir",
                               self.server.data_dir], capture_output=True, text=True, check=True).stdout
        World.other_credentials = made.strip().split("AWS_SHARED_CREDENTIALS_FILE=")[1]
        return self.second_account()


class Instances(World):
    # ---- launching -------------------------------------------------------------------------------------------

    def test_a_life(self):
        answer = self.run_instances("--tag-specifications",
                                    "ResourceType=instance,Tags=[{Key=Name,Value=web},{Key=team,Value=a&b}]",
                                    "--user-data", "#!/bin/sh\necho hello\n", "--client-token", "life-1")
        self.assertRegex(answer["ReservationId"], r"^r-[0-9a-f]{17}$")
        self.assertEqual(answer["OwnerId"], "123456789012")
        first = answer["Instances"][0]
        instance = first["InstanceId"]
        self.assertRegex(instance, r"^i-[0-9a-f]{17}$")
        self.assertEqual(first["State"], {"Code": 0, "Name": "pending"})
        self.cli("ec2", "wait", "instance-running", "--instance-ids", instance)
        self.cli("ec2", "wait", "instance-status-ok", "--instance-ids", instance)
        running = self.describe(instance)
        self.assertEqual(running["State"], {"Code": 16, "Name": "running"})
        self.assertEqual(running["ImageId"], self.ami)
        self.assertEqual({tag["Key"]: tag["Value"] for tag in running["Tags"]}, {"Name": "web", "team": "a&b"})
        self.assertEqual(running["MetadataOptions"]["HttpTokens"], "required")
        subnet = self.cli("ec2", "describe-subnets", "--subnet-ids", running["SubnetId"])["Subnets"][0]
        self.assertEqual(subnet["VpcId"], running["VpcId"])
        self.assertEqual(running["Placement"]["AvailabilityZone"], subnet["AvailabilityZone"])
        self.assertRegex(running["BlockDeviceMappings"][0]["Ebs"]["VolumeId"], r"^vol-[0-9a-f]{17}$")
        again = self.run_instances("--tag-specifications",
                                   "ResourceType=instance,Tags=[{Key=Name,Value=web},{Key=team,Value=a&b}]",
                                   "--user-data", "#!/bin/sh\necho hello\n", "--client-token", "life-1")
        self.assertEqual(again["Instances"][0]["InstanceId"], instance)
        data = self.cli("ec2", "describe-instance-attribute", "--instance-id", instance, "--attribute", "userData")
        self.assertEqual(base64.b64decode(data["UserData"]["Value"]), b"#!/bin/sh\necho hello\n")
        output = self.cli("ec2", "get-console-output", "--instance-id", instance)
        self.assertIn("fake instance", output["Output"])
        ended = self.cli("ec2", "terminate-instances", "--instance-ids", instance)["TerminatingInstances"][0]
        self.assertEqual(ended["CurrentState"], {"Code": 32, "Name": "shutting-down"})
        self.assertEqual(ended["PreviousState"], {"Code": 16, "Name": "running"})
        self.cli("ec2", "wait", "instance-terminated", "--instance-ids", instance)
        gone = self.describe(instance)
        self.assertEqual(gone["StateReason"]["Code"], "Client.UserInitiatedShutdown")
        self.assertEqual(gone["BlockDeviceMappings"], [])
        ended = self.cli("ec2", "terminate-instances", "--instance-ids", instance)["TerminatingInstances"][0]
        self.assertEqual(ended["CurrentState"]["Name"], "terminated")

    def test_several_at_once(self):
        answer = self.run_instances(count=3)
        instances = answer["Instances"]
        self.assertEqual([each["AmiLaunchIndex"] for each in instances], [0, 1, 2])
        found = self.cli("ec2", "describe-instances", "--filters",
                         f"Name=reservation-id,Values={answer['ReservationId']}")["Reservations"]
        self.assertEqual(len(found), 1)
        self.assertEqual(len(found[0]["Instances"]), 3)
        self.refused("InstanceLimitExceeded", "ec2", "run-instances", "--image-id", self.ami, "--count", "100")
        pages = self.cli("ec2", "describe-instances", "--page-size", "5")["Reservations"]
        self.assertTrue(pages)

    def test_filters(self):
        instance = self.launch("--tag-specifications", "ResourceType=instance,Tags=[{Key=role,Value=db-1}]")

        def found(*filters):
            return [each["InstanceId"] for reservation in self.cli(
                "ec2", "describe-instances", "--filters", *filters)["Reservations"]
                for each in reservation["Instances"]]
        self.assertEqual(found("Name=tag:role,Values=db-?"), [instance])
        self.assertEqual(found("Name=tag:role,Values=db-?", "Name=instance-state-name,Values=run*"), [instance])
        self.assertEqual(found("Name=tag:role,Values=db-?", "Name=instance-state-name,Values=stopped"), [])
        self.refused("InvalidParameterValue", "ec2", "describe-instances", "--filters", "Name=colour,Values=red")

    def test_stop_start_reboot(self):
        instance = self.launch()
        self.refused("IncorrectInstanceState", "ec2", "modify-instance-attribute", "--instance-id", instance,
                     "--instance-type", "Value=t3.large")
        stopping = self.cli("ec2", "stop-instances", "--instance-ids", instance)["StoppingInstances"][0]
        self.assertEqual(stopping["CurrentState"], {"Code": 64, "Name": "stopping"})
        self.cli("ec2", "wait", "instance-stopped", "--instance-ids", instance)
        self.assertEqual(self.folders(), [instance])
        self.refused("IncorrectInstanceState", "ec2", "reboot-instances", "--instance-ids", instance)
        self.cli("ec2", "modify-instance-attribute", "--instance-id", instance, "--instance-type", "Value=t3.large")
        starting = self.cli("ec2", "start-instances", "--instance-ids", instance)["StartingInstances"][0]
        self.assertEqual(starting["PreviousState"], {"Code": 80, "Name": "stopped"})
        self.wait_state(instance, "running")
        self.assertEqual(self.describe(instance)["InstanceType"], "t3.large")
        self.assertIsNone(self.cli("ec2", "reboot-instances", "--instance-ids", instance))
        self.wait_ready(instance)
        self.cli("ec2", "modify-instance-attribute", "--instance-id", instance, "--disable-api-termination")
        self.refused("OperationNotPermitted", "ec2", "terminate-instances", "--instance-ids", instance)
        self.cli("ec2", "modify-instance-attribute", "--instance-id", instance, "--no-disable-api-termination")

    def test_what_cannot_be_launched(self):
        run = ("ec2", "run-instances", "--image-id")
        self.refused("InvalidAMIID.NotFound", *run, "ami-0123456789abcdef0")
        self.refused("InvalidAMIID.Malformed", *run, "debian")
        self.refused("MissingParameter", "ec2", "run-instances")
        for code, *arguments in (
                ("InvalidParameterValue", "--instance-type", "x.enormous"),
                ("InvalidSubnetID.NotFound", "--subnet-id", "subnet-1"),
                ("InvalidGroup.NotFound", "--security-group-ids", "sg-1"),
                ("InvalidKeyPair.NotFound", "--key-name", "mine"),
                ("InvalidParameterValue", "--count", "3:2"),
                ("InvalidParameterValue", "--iam-instance-profile", "Name=nobody"),
                ("InvalidParameterCombination", "--iam-instance-profile", "Name=a,Arn=b"),
                ("InvalidBlockDeviceMapping", "--block-device-mappings", "DeviceName=/dev/sdz,Ebs={VolumeSize=1}"),
                ("UnsupportedOperation", "--private-ip-address", "10.0.0.1"),
                ("UnsupportedOperation", "--placement", "Tenancy=dedicated"),
                ("InvalidParameterValue", "--placement", "AvailabilityZone=eu-west-1a"),
                ("InvalidParameterValue", "--metadata-options", "HttpPutResponseHopLimit=100"),
                ("InvalidParameterValue", "--tag-specifications", "ResourceType=image,Tags=[{Key=a,Value=b}]"),
                ("InvalidParameterValue", "--tag-specifications", "ResourceType=instance,Tags=[{Key=aws:a,Value=b}]"),
                ("DryRunOperation", "--dry-run")):
            with self.subTest(" ".join(arguments)):
                self.refused(code, *run, self.ami, *arguments)
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        base = f"Action=RunInstances&Version=2016-11-15&ImageId={self.ami}&MinCount=1&MaxCount=1&"
        for extra, code in (("UserData=%25%25%25", "InvalidUserData.Malformed"), ("MinCount=0", "InvalidParameterValue"),
                            ("UserData=" + "QUFB" * 8000, "InvalidParameterValue")):
            body = base.replace("MinCount=1&", "") + extra if extra.startswith("MinCount") else base + extra
            status, _, text = self.server.signed("ec2", headers=form, body=body)
            self.assertEqual(status, 400, text)
            self.assertIn(f"<Code>{code}</Code>", text)
        self.assertEqual(self.folders(), [])

    def test_instances_that_do_not_exist(self):
        for operation in ("start-instances", "stop-instances", "reboot-instances", "terminate-instances",
                          "describe-instances", "describe-instance-status"):
            self.refused("InvalidInstanceID.NotFound", "ec2", operation, "--instance-ids", "i-0123456789abcdef0")
            self.refused("InvalidInstanceID.Malformed", "ec2", operation, "--instance-ids", "mine")
        self.refused("InvalidInstanceID.NotFound", "ec2", "get-console-output", "--instance-id", "i-0123456789abcdef0")

    def test_nobody_else_sees_or_touches_an_instance(self):
        instance = self.launch()
        command = self.command(instance, "true")
        self.outcome(command, instance)
        other = self.second_account()
        self.assertEqual(other("ec2", "describe-instances")["Reservations"], [])
        self.assertEqual(other("ssm", "list-commands")["Commands"], [])
        self.assertEqual(other("ssm", "describe-instance-information")["InstanceInformationList"], [])
        for arguments, code in (
                (("ec2", "terminate-instances", "--instance-ids", instance), "InvalidInstanceID.NotFound"),
                (("ec2", "get-console-output", "--instance-id", instance), "InvalidInstanceID.NotFound"),
                (("ec2", "create-tags", "--resources", instance, "--tags", "Key=a,Value=b"), "InvalidID"),
                (("ssm", "send-command", "--instance-ids", instance, "--document-name", "AWS-RunShellScript",
                  "--parameters", "commands=id"), "InvalidInstanceId"),
                (("ssm", "get-command-invocation", "--command-id", command, "--instance-id", instance),
                 "InvocationDoesNotExist"),
                (("ssm", "cancel-command", "--command-id", command), "InvalidCommandId")):
            with self.assertRaises(harness.AwsError) as caught:
                other(*arguments)
            self.assertEqual(caught.exception.code, code, str(caught.exception))

    # ---- commands --------------------------------------------------------------------------------------------

    def test_commands(self):
        instance = self.launch()
        self.wait_ready(instance)
        command = self.command(instance, "echo hello", executionTimeout="60", workingDirectory="/tmp")
        done = self.outcome(command, instance)
        self.assertEqual((done["Status"], done["ResponseCode"]), ("Success", 0))
        self.assertEqual(done["PluginName"], "aws:runShellScript")
        self.assertRegex(done["ExecutionElapsedTime"], r"^PT\d+\.\d{3}S$")
        self.cli("ssm", "wait", "command-executed", "--command-id", command, "--instance-id", instance)
        listed = self.cli("ssm", "list-commands", "--command-id", command)["Commands"][0]
        self.assertEqual((listed["Status"], listed["TargetCount"], listed["CompletedCount"]), ("Success", 1, 1))
        details = self.cli("ssm", "list-command-invocations", "--command-id", command, "--details")
        self.assertEqual(details["CommandInvocations"][0]["CommandPlugins"][0]["Status"], "Success")
        by_tag = self.cli("ssm", "send-command", "--targets", "Key=tag:nobody,Values=x", "--document-name",
                          "AWS-RunShellScript", "--parameters", "commands=id")["Command"]
        self.assertEqual(by_tag["TargetCount"], 0)
        self.assertIsNone(self.cli("ssm", "cancel-command", "--command-id", command))
        self.assertEqual(self.outcome(command, instance)["Status"], "Success")

    def test_commands_that_are_refused(self):
        instance = self.launch()
        send = ("ssm", "send-command", "--document-name")
        to = ("--instance-ids", instance)
        shell = "AWS-RunShellScript"
        self.refused("InvalidDocument", *send, "AWS-RunPatchBaseline", *to)
        self.refused("InvalidInstanceId", *send, shell, "--instance-ids", "i-0123456789abcdef0", "--parameters", "commands=id")
        self.refused("InvalidInstanceId", *send, shell, "--parameters", "commands=id")
        self.refused("DuplicateInstanceId", *send, shell, *to, instance, "--parameters", "commands=id")
        for parameters in ("{}", '{"commands":[]}', '{"commands":["id"],"executionTimeout":["soon"]}',
                           '{"commands":["id"],"executionTimeout":["0"]}', '{"commands":["id"],"shell":["zsh"]}',
                           '{"commands":["id"],"workingDirectory":[]}'):
            self.refused("InvalidParameters", *send, shell, *to, "--parameters", parameters)
        self.refused("InvalidParameters", *send, shell, *to, "--parameters", "commands=id", "--output-s3-bucket-name", "bucket")
        self.refused("ValidationException", *send, shell, *to, "--parameters", "commands=id", "--comment", "c" * 101)
        nothing = "00000000-0000-4000-8000-000000000000"
        self.refused("InvocationDoesNotExist", "ssm", "get-command-invocation", "--command-id", nothing, "--instance-id", instance)
        self.refused("InvalidCommandId", "ssm", "cancel-command", "--command-id", nothing)
        status, _, text = self.server.signed("ssm", headers={"X-Amz-Target": "AmazonSSM.Nope",
                                                             "Content-Type": "application/x-amz-json-1.1"}, body="{}")
        self.assertEqual(status, 400)
        self.assertIn("UnknownOperationException", text)

    # ---- what must not be lost -------------------------------------------------------------------------------

    def test_the_daemon_is_killed(self):
        """While an instance starts, while it runs, while it stops."""
        instance = self.run_instances()["Instances"][0]["InstanceId"]
        self.restart()
        self.wait_state(instance, "running")
        self.restart()
        self.wait_ready(instance)
        self.assertEqual(self.outcome(self.command(instance, "true"), instance)["Status"], "Success")
        self.cli("ec2", "stop-instances", "--instance-ids", instance)
        self.restart()
        self.wait_state(instance, "stopped")
        self.cli("ec2", "start-instances", "--instance-ids", instance)
        self.restart()
        self.wait_state(instance, "running")

    def restart(self):
        self.server.kill()
        self.server.start()

    def test_the_runner_is_killed(self):
        instance = self.launch()
        before = self.runner_of(instance)
        os.kill(before, 9)
        wait_for("another runner", lambda: self.runner_of(instance) not in (None, before))
        self.wait_ready(instance)
        self.assertEqual(self.describe(instance)["State"]["Name"], "running")

    def runner_of(self, instance):
        runs = os.path.join(self.server.data_dir, "runs")
        for run in os.listdir(runs):
            try:
                with open(os.path.join(runs, run, "spec.json"), encoding="utf-8") as spec, \
                        open(os.path.join(runs, run, "lock"), encoding="utf-8") as lock:
                    if json.load(spec)["instanceId"] == instance:
                        return int(lock.read().split()[0])
            except (FileNotFoundError, NotADirectoryError, IndexError):
                continue
        return None

    # ---- what clients ask for before they launch ---------------------------------------------------------------

    def test_networks_and_types(self):
        vpc = self.cli("ec2", "describe-vpcs", "--filters", "Name=is-default,Values=true")["Vpcs"][0]
        subnets = self.cli("ec2", "describe-subnets", "--filters", f"Name=vpc-id,Values={vpc['VpcId']}")["Subnets"]
        self.assertEqual([each["AvailabilityZone"] for each in subnets], ["us-east-1a", "us-east-1b", "us-east-1c"])
        group = self.cli("ec2", "describe-security-groups", "--group-names", "default")["SecurityGroups"][0]
        self.assertEqual(group["VpcId"], vpc["VpcId"])
        zones = self.cli("ec2", "describe-availability-zones")["AvailabilityZones"]
        self.assertEqual([zone["ZoneId"] for zone in zones], ["use1-az1", "use1-az2", "use1-az3"])
        self.assertEqual(self.cli("ec2", "describe-key-pairs")["KeyPairs"], [])
        size = self.cli("ec2", "describe-instance-types", "--instance-types", "t3.small")["InstanceTypes"][0]
        self.assertEqual((size["VCpuInfo"]["DefaultVCpus"], size["MemoryInfo"]["SizeInMiB"]), (2, 2048))
        types = self.cli("ec2", "describe-instance-types", "--filters", "Name=instance-type,Values=t3.*",
                         "--page-size", "5")["InstanceTypes"]
        self.assertEqual(len(types), 7)
        self.refused("InvalidInstanceType", "ec2", "describe-instance-types", "--instance-types", "x.y")
        self.refused("InvalidSubnetID.NotFound", "ec2", "describe-subnets", "--subnet-ids", "subnet-1")
        self.refused("InvalidVpcID.NotFound", "ec2", "describe-vpcs", "--vpc-ids", "vpc-1")

    def test_boto3(self):
        if not harness.boto3_or_none():
            self.skipTest("boto3 is not installed")
        ec2 = harness.boto_client(self.server, "ec2")
        ssm = harness.boto_client(self.server, "ssm")
        instance = ec2.run_instances(ImageId=self.ami, MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
        self.launched.append(instance)
        ec2.get_waiter("instance_running").wait(InstanceIds=[instance], WaiterConfig={"Delay": 1})
        ec2.get_waiter("instance_status_ok").wait(InstanceIds=[instance], WaiterConfig={"Delay": 1})
        command = ssm.send_command(InstanceIds=[instance], DocumentName="AWS-RunShellScript",
                                   Parameters={"commands": ["true"]})["Command"]["CommandId"]
        ssm.get_waiter("command_executed").wait(CommandId=command, InstanceId=instance, WaiterConfig={"Delay": 1})
        self.assertEqual(ssm.get_command_invocation(CommandId=command, InstanceId=instance)["Status"], "Success")
        ec2.stop_instances(InstanceIds=[instance])
        ec2.get_waiter("instance_stopped").wait(InstanceIds=[instance], WaiterConfig={"Delay": 1})


def main(suite):
    if not harness.cli_programs():
        harness.skip("no AWS CLI is installed (Debian: apt-get install awscli)")
    goldsmith, seed_image = map(os.path.abspath, sys.argv[1:3])
    with harness.private_directory("instances") as private:
        data = os.path.join(private, "data")
        config = os.path.join(private, "config.yaml")
        with open(config, "w", encoding="utf-8") as file:
            file.write("driver: fake\nquotas: {instances: 10}\n")
        os.makedirs(data, mode=0o700)
        seeded = subprocess.run([seed_image, data], capture_output=True, text=True, check=True)
        World.program, World.ami = goldsmith, seeded.stdout.strip()
        with harness.Server([goldsmith], data, ["--config", config]) as World.server:
            tests = unittest.defaultTestLoader.loadTestsFromTestCase(suite)
            if len(sys.argv) > 3:
                tests = unittest.TestSuite(suite(name) for name in sys.argv[3:])
            result = unittest.TextTestRunner(verbosity=2).run(tests)
            if not result.wasSuccessful():
                print(World.server.read_log(), file=sys.stderr)
                sys.exit(1)


if __name__ == "__main__":
    main(Instances)
