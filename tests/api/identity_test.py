#!/usr/bin/env python3
"""Users, roles, temporary credentials, accounts and the root key, through the unmodified AWS CLI against a real
server: what is allowed works, what is not is refused with the service's own error.

    identity_test.py <goldsmith>
"""

import json
import os
import stat
import subprocess
import sys
import tempfile
import unittest

import harness

GOLDSMITH = None
DOCUMENT = ("name: web\nschemaVersion: 1.0\nphases:\n  - name: build\n    steps:\n      - name: Run\n"
            "        action: ExecuteBash\n        inputs:\n          commands:\n            - 'true'\n")


def policy(*actions, resource="*", effect="Allow", **more):
    return json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": effect, "Action": list(actions), "Resource": resource, **more}]})


def trust(principal, **more):
    return json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **more}]})


class Session(harness.Cli):
    """The CLI with temporary credentials."""

    def __init__(self, server, credentials, **more):
        super().__init__(server, keys=(credentials["AccessKeyId"], credentials["SecretAccessKey"]), **more)
        self.environment["AWS_SESSION_TOKEN"] = credentials["SessionToken"]


class IdentityTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = harness.private_directory("identity")
        cls.server = harness.Server([GOLDSMITH], os.path.join(cls.folder.name, "data"))
        cls.server.start()
        cls.root = harness.Cli(cls.server)

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()
        cls.folder.cleanup()

    def refused(self, code, call, *arguments, text=""):
        with self.assertRaises(harness.AwsError) as caught:
            call(*arguments)
        self.assertEqual(caught.exception.code, code, caught.exception)
        self.assertIn(text, caught.exception.message)

    def user(self, name, document=None):
        self.root("iam", "create-user", "--user-name", name)
        if document:
            self.grant(name, document)
        key = self.root("iam", "create-access-key", "--user-name", name)["AccessKey"]
        return harness.Cli(self.server, keys=(key["AccessKeyId"], key["SecretAccessKey"]))

    def grant(self, name, document):
        self.root("iam", "put-user-policy", "--user-name", name, "--policy-name", "inline",
                  "--policy-document", document)

    def goldsmith(self, *arguments, status=0):
        done = subprocess.run([GOLDSMITH, *arguments], capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stdout

    def test_a_user_is_let_in_by_policies(self):
        alice = self.user("alice")
        self.assertEqual(alice("sts", "get-caller-identity")["Arn"], "arn:aws:iam::123456789012:user/alice")
        self.refused("AccessDeniedException", alice, "imagebuilder", "list-components",
                     text="User: arn:aws:iam::123456789012:user/alice is not authorized to perform: "
                          "imagebuilder:ListComponents on resource: * because no identity-based policy allows the "
                          "imagebuilder:ListComponents action")
        self.refused("UnauthorizedOperation", alice, "ec2", "describe-images")
        self.refused("UnauthorizedOperation", alice, "ec2", "describe-images", "--dry-run")
        self.refused("AccessDenied", alice, "iam", "list-users")
        self.refused("AccessDeniedException", alice, "logs", "describe-log-groups")
        self.root("iam", "attach-user-policy", "--user-name", "alice", "--policy-arn",
                  "arn:aws:iam::aws:policy/AWSImageBuilderFullAccess")
        self.assertEqual(alice("imagebuilder", "list-components")["componentVersionList"], [])
        self.refused("DryRunOperation", alice, "ec2", "describe-images", "--dry-run")
        made = alice("imagebuilder", "create-component", "--name", "web", "--semantic-version", "1.0.0",
                     "--platform", "Linux", "--data", DOCUMENT, "--tags", "team=web")
        self.assertIn(":component/web/1.0.0/1", made["componentBuildVersionArn"])
        self.refused("AccessDenied", alice, "iam", "create-user", "--user-name", "mallory")
        self.assertEqual(self.root("iam", "get-access-key-last-used", "--access-key-id",
                                   self.root("iam", "list-access-keys", "--user-name", "alice")
                                   ["AccessKeyMetadata"][0]["AccessKeyId"])["UserName"], "alice")

    def test_handing_over_a_role_needs_pass_role(self):
        self.root("iam", "create-role", "--role-name", "builder", "--assume-role-policy-document",
                  trust({"Service": "ec2.amazonaws.com"}))
        self.root("iam", "create-instance-profile", "--instance-profile-name", "builders")
        self.root("iam", "wait", "instance-profile-exists", "--instance-profile-name", "builders")
        self.root("iam", "wait", "role-exists", "--role-name", "builder")
        self.root("iam", "add-role-to-instance-profile", "--instance-profile-name", "builders",
                  "--role-name", "builder")
        bob = self.user("bob", policy("imagebuilder:*"))
        create = ("imagebuilder", "create-infrastructure-configuration", "--name", "small",
                  "--instance-profile-name", "builders")
        self.refused("AccessDeniedException", bob, *create,
                     text="iam:PassRole on resource: arn:aws:iam::123456789012:role/builder")
        self.grant("bob", json.dumps({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": "imagebuilder:*", "Resource": "*"},
            {"Effect": "Allow", "Action": "iam:PassRole", "Resource": "arn:aws:iam::*:role/builder",
             "Condition": {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}}]}))
        self.assertIn("infrastructureConfigurationArn", bob(*create))

    def test_a_role_is_assumed_with_temporary_credentials(self):
        carol = self.user("carol")
        role = self.root("iam", "create-role", "--role-name", "ci", "--assume-role-policy-document",
                         trust({"AWS": "arn:aws:iam::123456789012:user/carol"},
                               Condition={"StringEquals": {"sts:ExternalId": "ci-7"}}))["Role"]
        self.assertEqual(role["AssumeRolePolicyDocument"]["Statement"][0]["Action"], "sts:AssumeRole")
        self.root("iam", "put-role-policy", "--role-name", "ci", "--policy-name", "read", "--policy-document",
                  policy("imagebuilder:List*", "imagebuilder:Get*"))
        assume = ("sts", "assume-role", "--role-arn", role["Arn"], "--role-session-name", "build")
        self.refused("AccessDenied", carol, *assume, text="because no role trust policy allows")
        answer = carol(*assume, "--external-id", "ci-7", "--duration-seconds", "900")
        session = Session(self.server, answer["Credentials"])
        self.assertEqual(session("sts", "get-caller-identity")["Arn"],
                         "arn:aws:sts::123456789012:assumed-role/ci/build")
        self.assertIn("componentVersionList", session("imagebuilder", "list-components"))
        self.refused("AccessDeniedException", session, "imagebuilder", "delete-component",
                     "--component-build-version-arn",
                     "arn:aws:imagebuilder:us-east-1:123456789012:component/web/1.0.0/1",
                     text="User: arn:aws:sts::123456789012:assumed-role/ci/build is not authorized")
        forged = dict(answer["Credentials"], SessionToken=answer["Credentials"]["SessionToken"][:-4] + "AAAA")
        self.refused("UnrecognizedClientException", Session(self.server, forged), "imagebuilder", "list-components")
        limited = Session(self.server, carol(*assume, "--external-id", "ci-7", "--policy",
                                             policy("imagebuilder:ListImages"))["Credentials"])
        self.refused("AccessDeniedException", limited, "imagebuilder", "list-components",
                     text="because no session policy allows")
        self.assertIn("imageVersionList", limited("imagebuilder", "list-images"))
        token = Session(self.server, carol("sts", "get-session-token")["Credentials"])
        self.assertEqual(token("sts", "get-caller-identity")["Arn"], "arn:aws:iam::123456789012:user/carol")

    def test_managed_policies_with_versions_and_waiters(self):
        arn = self.root("iam", "create-policy", "--policy-name", "lists", "--policy-document",
                        policy("imagebuilder:List*"))["Policy"]["Arn"]
        self.root("iam", "wait", "policy-exists", "--policy-arn", arn)
        dave = self.user("dave")
        self.root("iam", "attach-user-policy", "--user-name", "dave", "--policy-arn", arn)
        dave("imagebuilder", "list-images")
        self.root("iam", "create-policy-version", "--policy-arn", arn, "--policy-document",
                  policy("ec2:*"), "--set-as-default")
        self.refused("AccessDeniedException", dave, "imagebuilder", "list-images")
        version = self.root("iam", "get-policy-version", "--policy-arn", arn, "--version-id", "v2")["PolicyVersion"]
        self.assertEqual(version["Document"]["Statement"][0]["Action"], ["ec2:*"])
        self.refused("MalformedPolicyDocument", self.root, "iam", "create-policy", "--policy-name", "broken",
                     "--policy-document", '{"Statement": [{"Effect": "Maybe"}]}', text="Statement[0].Effect")
        self.refused("NoSuchEntity", self.root, "iam", "get-role", "--role-name", "nobody")

    def test_simulations(self):
        answer = self.root("iam", "simulate-custom-policy", "--policy-input-list",
                           policy("imagebuilder:Get*"), "--action-names", "imagebuilder:GetImage",
                           "imagebuilder:DeleteImage")
        self.assertEqual([r["EvalDecision"] for r in answer["EvaluationResults"]], ["allowed", "implicitDeny"])
        self.user("erin", policy("imagebuilder:*", Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}))
        for address, decision in (("10.1.1.1", "allowed"), ("192.0.2.1", "implicitDeny")):
            answer = self.root("iam", "simulate-principal-policy", "--policy-source-arn",
                               "arn:aws:iam::123456789012:user/erin", "--action-names", "imagebuilder:GetImage",
                               "--context-entries", f"ContextKeyName=aws:SourceIp,ContextKeyType=ip,"
                               f"ContextKeyValues={address}")
            self.assertEqual(answer["EvaluationResults"][0]["EvalDecision"], decision)
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            file.write(policy("imagebuilder:Get*"))
            file.flush()
            ask = ("iam", "simulate", "--policy", file.name, "--action")
            self.assertIn("decided by statement 1", self.goldsmith(*ask, "imagebuilder:GetImage"))
            self.assertIn("implicitDeny: because no identity-based policy allows",
                          self.goldsmith(*ask, "imagebuilder:DeleteImage", status=1))

    def test_accounts_are_apart(self):
        self.root("imagebuilder", "create-component", "--name", "ours", "--semantic-version", "1.0.0",
                  "--platform", "Linux", "--data", DOCUMENT)
        made = self.goldsmith("account", "create", "team-b", "--account-id", "210987654321",
                              "--data-dir", self.server.data_dir)
        file = made.strip().split("AWS_SHARED_CREDENTIALS_FILE=")[1]
        self.assertEqual(stat.S_IMODE(os.stat(file).st_mode), 0o600)
        self.assertIn("team-b", self.goldsmith("account", "ls", "--data-dir", self.server.data_dir))
        other = harness.Cli(self.server)
        other.environment["AWS_SHARED_CREDENTIALS_FILE"] = file
        self.assertEqual(other("sts", "get-caller-identity")["Account"], "210987654321")
        self.assertEqual(other("imagebuilder", "list-components")["componentVersionList"], [])
        self.refused("AccessDeniedException", other, "imagebuilder", "get-component",
                     "--component-build-version-arn",
                     "arn:aws:imagebuilder:us-east-1:123456789012:component/ours/1.0.0/1",
                     text="because no resource-based policy allows")
        other("imagebuilder", "create-component", "--name", "ours", "--semantic-version", "1.0.0",
              "--platform", "Linux", "--data", DOCUMENT)
        self.goldsmith("account", "create", "again", "--account-id", "210987654321",
                       "--data-dir", self.server.data_dir, status=1)

    def test_the_root_key_is_rotated_and_ended(self):
        with harness.private_directory("root-key") as folder:
            data = os.path.join(folder, "data")
            with harness.Server([GOLDSMITH], data) as server:
                root = harness.Cli(server)
                first, _ = server.keys()
                self.refused("DeleteConflict", root, "iam", "delete-access-key", "--access-key-id", first)
                made = root("iam", "create-access-key")["AccessKey"]
                second = harness.Cli(server, keys=(made["AccessKeyId"], made["SecretAccessKey"]))
                second("iam", "delete-access-key", "--access-key-id", first)
                self.refused("InvalidClientTokenId", root, "iam", "list-users")
                second("iam", "list-users")
            with harness.Server([GOLDSMITH], data) as server:  # and stays so
                self.refused("InvalidClientTokenId", harness.Cli(server), "iam", "list-users")
                self.goldsmith("account", "root-key", "123456789012", "--data-dir", data)
                harness.Cli(server)("iam", "list-users")
                old = harness.Cli(server, keys=(made["AccessKeyId"], made["SecretAccessKey"]))
                self.refused("InvalidClientTokenId", old, "iam", "list-users")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    GOLDSMITH = os.path.abspath(sys.argv.pop(1))
    if not harness.cli_programs():
        harness.skip("the AWS CLI is not installed")
    unittest.main(verbosity=1)
