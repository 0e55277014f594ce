#!/usr/bin/env python3
"""AMIs, snapshots and launch templates through the AWS CLI: attributes and who may launch, copies, images of
instances, registration, deprecation, templates and their versions. Over the fake driver: no machine exists, disks and
stores are real.

usage: machine_images_test.py <goldsmith> <seed_image>
"""

import json
import os
import subprocess
import unittest

import harness
import instances_test
from instances_test import wait_for


class MachineImages(instances_test.World):
    def wait_image(self, image, state="available", region=None):
        return wait_for(f"{image} {state}", lambda: self.describe_image(image, region)["State"] == state and
                        self.describe_image(image, region))

    def describe_image(self, image, region=None):
        return self.cli("ec2", "describe-images", "--image-ids", image, "--include-disabled", region=region)["Images"][0]

    def remove(self, image, region=None):
        self.cli("ec2", "deregister-image", "--image-id", image, "--delete-associated-snapshots", region=region) \
            if self.new_cli else self.remove_by_hand(image, region)

    def remove_by_hand(self, image, region=None):
        snapshots = [each["Ebs"]["SnapshotId"] for each in self.describe_image(image, region)["BlockDeviceMappings"]]
        self.cli("ec2", "deregister-image", "--image-id", image, region=region)
        for snapshot in snapshots:
            self.cli("ec2", "delete-snapshot", "--snapshot-id", snapshot, region=region)

    new_cli = False  # --delete-associated-snapshots came late

    # ---- who may launch --------------------------------------------------------------------------------------

    def test_sharing(self):
        other = self.second_account()
        see = ("ec2", "describe-images", "--image-ids", self.ami)
        launch = ("ec2", "run-instances", "--image-id", self.ami)

        def is_hidden():
            for arguments in (see, launch):
                with self.assertRaises(harness.AwsError) as caught:
                    other(*arguments)
                self.assertEqual(caught.exception.code, "InvalidAMIID.NotFound")
        is_hidden()
        modify = ("ec2", "modify-image-attribute", "--image-id", self.ami)
        self.assertIsNone(self.cli(*modify, "--launch-permission", "Add=[{UserId=210987654321},{UserId=111122223333}]"))
        permissions = self.cli("ec2", "describe-image-attribute", "--image-id", self.ami, "--attribute",
                               "launchPermission")["LaunchPermissions"]
        self.assertEqual(permissions, [{"UserId": "111122223333"}, {"UserId": "210987654321"}])
        self.assertEqual(other(*see)["Images"][0]["OwnerId"], "123456789012")
        self.assertEqual(other("ec2", "describe-images", "--executable-users", "self")["Images"][0]["ImageId"], self.ami)
        instance = other(*launch)["Instances"][0]["InstanceId"]
        other("ec2", "wait", "instance-running", "--instance-ids", instance)
        other("ec2", "terminate-instances", "--instance-ids", instance)
        other("ec2", "wait", "instance-terminated", "--instance-ids", instance)
        for arguments in (("deregister-image", "--image-id", self.ami),
                          ("modify-image-attribute", "--image-id", self.ami, "--description", "mine"),
                          ("describe-image-attribute", "--image-id", self.ami, "--attribute", "launchPermission")):
            with self.assertRaises(harness.AwsError) as caught:
                other("ec2", *arguments)
            self.assertEqual(caught.exception.code, "UnauthorizedOperation", arguments)
        copy = other("ec2", "copy-image", "--name", "ours", "--source-image-id", self.ami, "--source-region",
                     "us-east-1", region="us-west-2")["ImageId"]
        wait_for("the copy", lambda: other("ec2", "describe-images", "--image-ids", copy,
                                           region="us-west-2")["Images"][0]["State"] == "available")
        self.cli(*modify, "--launch-permission", "Remove=[{UserId=210987654321}]")
        is_hidden()
        self.cli(*modify, "--attribute", "launchPermission", "--operation-type", "add", "--user-groups", "all")
        self.assertTrue(self.describe_image(self.ami)["Public"])
        self.assertEqual(other(*see)["Images"][0]["ImageId"], self.ami)
        self.cli("ec2", "reset-image-attribute", "--image-id", self.ami, "--attribute", "launchPermission")
        is_hidden()
        for code, *arguments in (("InvalidParameterValue", "--launch-permission", "Add=[{UserId=me}]"),
                                 ("UnsupportedOperation", "--launch-permission", "Add=[{OrganizationArn=arn:aws:organizations::1:o/x}]"),
                                 ("InvalidParameterCombination", "--launch-permission", "Add=[{UserId=111122223333,Group=all}]"),
                                 ("MissingParameter", "--user-ids", "111122223333"),
                                 ("InvalidParameterValue", "--description", "d" * 256),
                                 ("DryRunOperation", "--description", "d", "--dry-run")):
            self.refused(code, *modify, *arguments)

    def test_attributes(self):
        self.cli("ec2", "modify-image-attribute", "--image-id", self.ami, "--description", "the seed")
        self.assertEqual(self.describe_image(self.ami)["Description"], "the seed")
        described = self.cli("ec2", "describe-image-attribute", "--image-id", self.ami, "--attribute", "description")
        self.assertEqual(described["Description"], {"Value": "the seed"})
        self.cli("ec2", "modify-image-attribute", "--image-id", self.ami, "--imds-support", "v2.0")
        self.assertEqual(self.describe_image(self.ami)["ImdsSupport"], "v2.0")
        self.launch()
        last = self.cli("ec2", "describe-image-attribute", "--image-id", self.ami, "--attribute", "lastLaunchedTime")
        self.assertRegex(last["LastLaunchedTime"]["Value"], r"^\d{4}-")

    def test_deprecated_and_disabled(self):
        self.cli("ec2", "enable-image-deprecation", "--image-id", self.ami, "--deprecate-at", "2030-01-01T00:00:29.000Z")
        self.assertEqual(self.describe_image(self.ami)["DeprecationTime"], "2030-01-01T00:00:00.000Z")
        self.refused("InvalidParameterValue", "ec2", "enable-image-deprecation", "--image-id", self.ami, "--deprecate-at",
                     "2020-01-01T00:00:00Z")
        self.cli("ec2", "disable-image-deprecation", "--image-id", self.ami)
        self.assertNotIn("DeprecationTime", self.describe_image(self.ami))
        with harness.private_directory("form"):
            form = {"Content-Type": "application/x-www-form-urlencoded"}
            for action, state in (("DisableImage", "disabled"), ("EnableImage", "available")):
                status, _, text = self.server.signed(
                    "ec2", headers=form, body=f"Action={action}&Version=2016-11-15&ImageId={self.ami}")
                self.assertEqual(status, 200, text)
                self.assertIn("<return>true</return>", text)
                if state == "disabled":
                    self.refused("InvalidAMIID.Unavailable", "ec2", "run-instances", "--image-id", self.ami)
                    listed = self.cli("ec2", "describe-images", "--owners", "self")["Images"]
                    self.assertNotIn(self.ami, [each["ImageId"] for each in listed])
        self.refused("UnsupportedOperation", "ec2", "enable-fast-launch", "--image-id", self.ami, "--resource-type", "snapshot")
        self.assertEqual(self.cli("ec2", "describe-fast-launch-images")["FastLaunchImages"], [])

    # ---- new ones --------------------------------------------------------------------------------------------

    def test_copy(self):
        arguments = ("ec2", "copy-image", "--name", "the copy", "--source-image-id", self.ami, "--source-region",
                     "us-east-1", "--client-token", "copy-1")
        image = self.cli(*arguments, region="us-west-2")["ImageId"]
        self.cli("ec2", "wait", "image-available", "--image-ids", image, region="us-west-2")
        self.assertEqual(self.cli(*arguments, region="us-west-2")["ImageId"], image)
        shown = self.describe_image(image, "us-west-2")
        self.assertEqual(shown["SourceImageId"], self.ami)
        snapshot = shown["BlockDeviceMappings"][0]["Ebs"]["SnapshotId"]
        self.cli("ec2", "wait", "snapshot-completed", "--snapshot-ids", snapshot, region="us-west-2")
        self.refused("InvalidAMIName.Duplicate", "ec2", "copy-image", "--name", "seed image", "--source-image-id",
                     self.ami, "--source-region", "us-east-1")
        self.refused("InvalidParameterValue", "ec2", "copy-image", "--name", "x y z", "--source-image-id", self.ami,
                     "--source-region", "mars-1")
        self.refused("UnsupportedOperation", "ec2", "copy-image", "--name", "x y z", "--source-image-id", self.ami,
                     "--source-region", "us-east-1", "--encrypted")
        copied = self.cli("ec2", "copy-snapshot", "--source-region", "us-west-2", "--source-snapshot-id", snapshot,
                          "--description", "back again")["SnapshotId"]
        self.cli("ec2", "wait", "snapshot-completed", "--snapshot-ids", copied)
        registered = self.cli("ec2", "register-image", "--name", "registered", "--architecture", "x86_64",
                              "--root-device-name", "/dev/xvda", "--block-device-mappings",
                              json.dumps([{"DeviceName": "/dev/xvda", "Ebs": {"SnapshotId": copied}}]),
                              "--virtualization-type", "hvm", "--boot-mode", "uefi-preferred")["ImageId"]
        self.assertEqual(self.describe_image(registered)["State"], "available")
        instance = self.cli("ec2", "run-instances", "--image-id", registered)["Instances"][0]["InstanceId"]
        self.launched.append(instance)
        self.wait_state(instance, "running")
        self.refused("InvalidSnapshot.InUse", "ec2", "delete-snapshot", "--snapshot-id", copied)
        for code, devices in (("InvalidSnapshot.NotFound", [{"DeviceName": "/dev/xvda", "Ebs": {"SnapshotId": "snap-0123456789abcdef0"}}]),
                              ("InvalidBlockDeviceMapping", [{"DeviceName": "/dev/xvdb", "Ebs": {"SnapshotId": copied}}]),
                              ("InvalidBlockDeviceMapping", [{"DeviceName": "/dev/xvda"}])):
            self.refused(code, "ec2", "register-image", "--name", "nothing", "--root-device-name", "/dev/xvda",
                         "--block-device-mappings", json.dumps(devices))
        self.remove(registered)
        self.remove(image, "us-west-2")
        self.assertEqual(self.describe(instance)["State"]["Name"], "running")
        self.goldsmith("fsck")

    def test_image_of_an_instance(self):
        instance = self.launch()
        self.refused("UnsupportedOperation", "ec2", "create-image", "--instance-id", instance, "--name", "live", "--no-reboot")
        image = self.cli("ec2", "create-image", "--instance-id", instance, "--name", "of an instance", "--description",
                         "taken while it ran")["ImageId"]
        self.cli("ec2", "create-tags", "--resources", image, "--tags", "Key=a,Value=b")
        self.server.kill()
        self.server.start()
        self.wait_image(image)
        self.wait_ready(instance)
        shown = self.describe_image(image)
        self.assertEqual((shown["SourceInstanceId"], shown["Tags"]), (instance, [{"Key": "a", "Value": "b"}]))
        self.cli("ec2", "stop-instances", "--instance-ids", instance)
        self.wait_state(instance, "stopped")
        second = self.cli("ec2", "create-image", "--instance-id", instance, "--name", "of a stopped one", "--no-reboot")["ImageId"]
        self.wait_image(second)
        volume = self.describe(instance)["BlockDeviceMappings"][0]["Ebs"]["VolumeId"]
        snapshot = self.cli("ec2", "create-snapshot", "--volume-id", volume, "--tag-specifications",
                            "ResourceType=snapshot,Tags=[{Key=n,Value=1}]")
        self.assertEqual(snapshot["State"], "pending")
        self.cli("ec2", "wait", "snapshot-completed", "--snapshot-ids", snapshot["SnapshotId"])
        started = self.cli("ec2", "run-instances", "--image-id", second)["Instances"][0]["InstanceId"]
        self.launched.append(started)
        self.wait_state(started, "running")
        self.goldsmith("fsck")
        self.remove(image)
        self.remove(second)
        self.cli("ec2", "delete-snapshot", "--snapshot-id", snapshot["SnapshotId"])
        self.refused("InvalidInstanceID.NotFound", "ec2", "create-image", "--instance-id", "i-0123456789abcdef0", "--name", "xxx")
        self.refused("InvalidParameterValue", "ec2", "create-image", "--instance-id", instance, "--name", "x!y")

    # ---- launch templates ------------------------------------------------------------------------------------

    def test_launch_templates(self):
        data = {"ImageId": self.ami, "InstanceType": "t3.small", "UserData": "IyEvYmluL3No",
                "SecurityGroupIds": [self.cli("ec2", "describe-security-groups")["SecurityGroups"][0]["GroupId"]],
                "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 2}}],
                "TagSpecifications": [{"ResourceType": "instance", "Tags": [{"Key": "from", "Value": "template"}]}],
                "MetadataOptions": {"HttpTokens": "optional"}}
        create = ("ec2", "create-launch-template", "--launch-template-name", "web", "--version-description", "first",
                  "--launch-template-data", json.dumps(data), "--client-token", "lt-1",
                  "--tag-specifications", "ResourceType=launch-template,Tags=[{Key=team,Value=web}]")
        made = self.cli(*create)["LaunchTemplate"]
        self.assertRegex(made["LaunchTemplateId"], r"^lt-[0-9a-f]{17}$")
        self.assertEqual((made["DefaultVersionNumber"], made["LatestVersionNumber"]), (1, 1))
        self.assertEqual(self.cli(*create)["LaunchTemplate"]["LaunchTemplateId"], made["LaunchTemplateId"])
        self.refused("InvalidLaunchTemplateName.AlreadyExistsException", "ec2", "create-launch-template",
                     "--launch-template-name", "web", "--launch-template-data", '{"KeyName":"k"}')
        second = self.cli("ec2", "create-launch-template-version", "--launch-template-name", "web", "--source-version", "1",
                          "--launch-template-data", '{"InstanceType":"t3.large"}')["LaunchTemplateVersion"]
        self.assertEqual((second["VersionNumber"], second["DefaultVersion"]), (2, False))
        self.assertEqual(second["LaunchTemplateData"]["ImageId"], self.ami)
        self.assertEqual(second["LaunchTemplateData"]["InstanceType"], "t3.large")
        self.assertEqual(second["LaunchTemplateData"]["SecurityGroupIds"], data["SecurityGroupIds"])

        def versions(*arguments):
            return [each["VersionNumber"] for each in self.cli(
                "ec2", "describe-launch-template-versions", *arguments)["LaunchTemplateVersions"]]
        self.assertEqual(versions("--launch-template-name", "web"), [2, 1])
        self.assertEqual(versions("--launch-template-id", made["LaunchTemplateId"], "--versions", "$Latest"), [2])
        self.assertEqual(versions("--launch-template-name", "web", "--versions", "$Default"), [1])
        self.assertEqual(versions("--launch-template-name", "web", "--max-version", "1"), [1])
        self.assertEqual(versions("--versions", "$Latest"), [2])
        for template, expected in (("LaunchTemplateName=web", "t3.small"), ("LaunchTemplateName=web,Version=$Latest", "t3.large")):
            instance = self.cli("ec2", "run-instances", "--launch-template", template)["Instances"][0]
            self.launched.append(instance["InstanceId"])
            self.assertEqual(instance["InstanceType"], expected)
            self.assertEqual(instance["Tags"], [{"Key": "from", "Value": "template"}])
            self.assertEqual(instance["MetadataOptions"]["HttpTokens"], "optional")
            self.wait_state(instance["InstanceId"], "running")
        modified = self.cli("ec2", "modify-launch-template", "--launch-template-name", "web", "--default-version", "2")
        self.assertEqual(modified["LaunchTemplate"]["DefaultVersionNumber"], 2)
        deleted = self.cli("ec2", "delete-launch-template-versions", "--launch-template-name", "web", "--versions", "1", "2", "7")
        self.assertEqual([each["VersionNumber"] for each in deleted["SuccessfullyDeletedLaunchTemplateVersions"]], [1])
        self.assertEqual([each["VersionNumber"] for each in deleted["UnsuccessfullyDeletedLaunchTemplateVersions"]], [2, 7])
        found = self.cli("ec2", "describe-launch-templates", "--filters", "Name=tag:team,Values=w*")["LaunchTemplates"]
        self.assertEqual([each["LaunchTemplateName"] for each in found], ["web"])
        other = self.second_account()
        self.assertEqual(other("ec2", "describe-launch-templates")["LaunchTemplates"], [])
        with self.assertRaises(harness.AwsError) as caught:
            other("ec2", "delete-launch-template", "--launch-template-id", made["LaunchTemplateId"])
        self.assertEqual(caught.exception.code, "InvalidLaunchTemplateId.NotFound")
        for code, *arguments in (
                ("InvalidLaunchTemplateName.NotFoundException", "run-instances", "--launch-template", "LaunchTemplateName=nobody"),
                ("InvalidLaunchTemplateId.VersionNotFound", "run-instances", "--launch-template", "LaunchTemplateName=web,Version=9"),
                ("MissingParameter", "describe-launch-template-versions"),
                ("InvalidParameterValue", "create-launch-template", "--launch-template-name", "a b c", "--launch-template-data", '{"KeyName":"k"}'),
                ("InvalidParameterValue", "create-launch-template", "--launch-template-name", "bad", "--launch-template-data", '{"UserData":"%"}'),
                ("InvalidAMIID.Malformed", "create-launch-template", "--launch-template-name", "bad", "--launch-template-data", '{"ImageId":"x"}'),
                ("UnsupportedOperation", "create-launch-template", "--launch-template-name", "bad", "--launch-template-data", '{"ImageId":"resolve:ssm:/x"}')):
            self.refused(code, "ec2", *arguments)
        self.cli("ec2", "delete-launch-template", "--launch-template-name", "web")
        self.assertEqual(self.cli("ec2", "describe-launch-templates")["LaunchTemplates"], [])

    def test_a_templates_role_must_be_passed_by_who_launches(self):
        """Whoever may only run instances does not get the role of somebody else's template."""
        trust = json.dumps({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]})
        self.cli("iam", "create-role", "--role-name", "strong", "--assume-role-policy-document", trust)
        self.cli("iam", "create-instance-profile", "--instance-profile-name", "strong")
        self.cli("iam", "add-role-to-instance-profile", "--instance-profile-name", "strong", "--role-name", "strong")
        self.cli("ec2", "create-launch-template", "--launch-template-name", "strong", "--launch-template-data",
                 json.dumps({"ImageId": self.ami, "IamInstanceProfile": {"Name": "strong"}}))
        self.cli("iam", "create-user", "--user-name", "launcher")
        self.cli("iam", "put-user-policy", "--user-name", "launcher", "--policy-name", "run", "--policy-document",
                 json.dumps({"Version": "2012-10-17", "Statement": [
                     {"Effect": "Allow", "Action": ["ec2:*"], "Resource": "*"}]}))
        key = self.cli("iam", "create-access-key", "--user-name", "launcher")["AccessKey"]
        launcher = harness.Cli(self.server, keys=(key["AccessKeyId"], key["SecretAccessKey"]))
        for arguments in (("--launch-template", "LaunchTemplateName=strong"),
                          ("--image-id", self.ami, "--iam-instance-profile", "Name=strong")):
            with self.assertRaises(harness.AwsError) as caught:
                launcher("ec2", "run-instances", *arguments)
            self.assertEqual(caught.exception.code, "UnauthorizedOperation", str(caught.exception))
            self.assertIn("iam:PassRole", str(caught.exception))
        instance = launcher("ec2", "run-instances", "--image-id", self.ami)["Instances"][0]["InstanceId"]
        self.launched.append(instance)
        instance = self.cli("ec2", "run-instances", "--launch-template", "LaunchTemplateName=strong")["Instances"][0]
        self.launched.append(instance["InstanceId"])
        self.assertTrue(instance["IamInstanceProfile"]["Arn"].endswith(":instance-profile/strong"))
        self.cli("ec2", "delete-launch-template", "--launch-template-name", "strong")

    def goldsmith(self, *arguments):
        done = subprocess.run([self.program, *arguments, "--data-dir", self.server.data_dir], capture_output=True,
                              text=True, timeout=120, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout


if __name__ == "__main__":
    os.umask(0o077)
    instances_test.main(MachineImages)
