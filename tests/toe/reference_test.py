"""References to instance metadata and SSM (2.4, EXP-12 to EXP-14), documents from S3 and by ARN (5.5, 6.2), and where
credentials come from, with the real toe against a double."""

import json
import subprocess

from server_double import OWNER, ROLE_KEY
from toe_harness import ToeTest, bash, main, step

ARN = "arn:aws:imagebuilder:us-east-1:123456789012:component/child/1.0.0"
CHILD = "schemaVersion: 1.0\nphases:\n  - name: build\n    steps:\n      - {name: Say, action: ExecuteBash, " \
        "inputs: {commands: ['echo from the child']}}\n"


def nested(document, name="Nested", **fields):
    return step("ExecuteDocument", {"document": document, **fields}, name=name)


def document_that_runs(location):
    return f"schemaVersion: 1.0\nphases:\n  - name: build\n    steps:\n      - {json.dumps(nested(location))}\n"


class InstanceMetadata(ToeTest):
    """2.4: aws:imds, context:accountId, context:region."""

    def setUp(self):
        super().setUp()
        self.double.metadata = {
            "meta-data/placement/region": "eu-north-1", "meta-data/instance-id": "i-0123",
            "meta-data/tags/instance/a b": "tag", "meta-data/mac": "02:00",
            "meta-data/network/interfaces/macs/02:00/owner-id": "999900001111",
            "dynamic/instance-identity/document": json.dumps({"accountId": "444455556666"})}

    def test_token_flow(self):
        self.succeed(bash("echo {{ aws:imds:instance-id }} {{ aws:imds:placement/region }}"))
        self.assertIn("Stdout: i-0123 eu-north-1", self.log())
        self.assertEqual(self.double.tokens, 1, "one token for all")

    def test_context(self):
        del self.environment["AWS_REGION"]
        self.succeed(bash("echo {{ context:accountId }} {{ context:region }}"))
        self.assertIn("Stdout: 444455556666 eu-north-1", self.log())
        del self.double.metadata["dynamic/instance-identity/document"]
        self.succeed(bash("echo {{ context:accountId }}"))
        self.assertIn("Stdout: 999900001111", self.log())

    def test_missing_path(self):
        self.fail_with("the instance metadata 'none' does not exist", bash("echo {{ aws:imds:none }}"))

    def test_paths_to_credentials_are_refused(self):
        for path in ("iam/info", "identity-credentials/ec2", "./iam/info", "../user-data", "x/../iam/info", "/iam/info"):
            with self.subTest(path):
                self.assertEqual(self.run_steps(bash("echo {{ aws:imds:%s }}" % path)), 1)
        self.assertEqual(self.double.requests, [])

    def test_disabled(self):
        self.environment["AWS_EC2_METADATA_DISABLED"] = "true"
        self.fail_with("AWS_EC2_METADATA_DISABLED", bash("echo {{ aws:imds:instance-id }}"))
        self.assertEqual(self.double.requests, [])

    def test_unreachable(self):
        self.environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = "http://127.0.0.1:1"
        self.fail_with("the instance metadata service does not answer", bash("echo {{ aws:imds:instance-id }}"))

    def test_never_through_a_proxy(self):
        self.environment.update(http_proxy="http://127.0.0.1:1", all_proxy="http://127.0.0.1:1")
        self.succeed(bash("echo {{ aws:imds:instance-id }}"))


class SsmParameters(ToeTest):
    """2.4: aws:ssm; EXP-12, EXP-13, EXP-14."""

    def setUp(self):
        super().setUp()
        self.double.parameters = {
            "/plain": ("String", "plain value"), "/list": ("StringList", "a,b,c"),
            "/secret": ("SecureString", "s3cr3t-Value/+x"), "/name": ("String", "/plain"),
            "/lines": ("String", "first\nsecond"), "/lines-secret": ("SecureString", "hush-one\nhush-two"),
            "/aws/reference/secretsmanager/db": ("SecureString", '{"password":"pa55word"}')}

    def test_types(self):
        self.succeed(bash("echo '{{ aws:ssm:/plain }}' {{ aws:ssm:/list }}"))
        self.assertIn("Stdout: plain value a,b,c", self.log())

    def test_resolve(self):
        head = "constants:\n  - which: {type: string, value: /plain}\n"
        self.assertEqual(self.run_document(self.document(
            bash("echo {{ aws:ssm:resolve(which) }} and {{ aws:ssm:resolve(aws:ssm:/name) }}"), head=head)), 0)
        self.assertIn("Stdout: plain value and plain value", self.log())

    def test_exp_13_secure_strings_never_reach_a_log(self):
        self.succeed(bash("echo '{{ aws:ssm:/secret }}' | tee secret.txt; base64 secret.txt"),
                     bash("echo '{{ aws:ssm:/aws/reference/secretsmanager/db }}' >&2; exit 0", name="Two"),
                     step("CreateFile", [{"path": "copy", "content": "{{ build.Step.outputs.stdout }}"}], name="Three"))
        self.assertEqual((self.folder / "secret.txt").read_text(), "s3cr3t-Value/+x\n")
        for secret in ("s3cr3t-Value", "czNjcjN0LVZhbHVl", "pa55word"):
            self.assertNotIn(secret, self.everything())
        self.assertIn("****", self.steps["Step"]["inputs"])
        self.assertIn("s3cr3t-Value/+x", (self.folder / "copy").read_text(), "chaining has the real value")

    def test_exp_14_several_lines(self):
        self.succeed(bash("cat <<'END'\n{{ aws:ssm:/lines }}\nEND"), bash("echo '{{ aws:ssm:/lines-secret }}'", name="Secret"))
        self.assertIn("Stdout: second", self.log())
        self.assertNotIn("hush-two", self.everything())

    def test_exp_12_chained_values_survive_a_reboot(self):
        steps = [bash("echo {{ aws:ssm:/plain }}", name="Read"),
                 bash("test -e again || { touch again; exit 194; }; echo got {{ build.Read.outputs.stdout }}", name="Use")]
        self.assertEqual(self.run_reboot(steps), 194)
        del self.double.parameters["/plain"]
        self.assertEqual(self.run_document(self.path("document.yml"), "--reboot-mode", "exit"), 0)
        self.assertIn("Stdout: got plain value", self.log())

    def run_reboot(self, steps):
        return subprocess.run(self.command(self.document(*steps), "--reboot-mode", "exit"), cwd=self.folder,
                              env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode

    def test_unknown_parameter(self):
        self.fail_with("the reference '{{ aws:ssm:/none }}' cannot be resolved: the SSM parameter '/none' cannot be "
                       "read: ", bash("echo {{ aws:ssm:/none }}"))
        self.assertIn("ParameterNotFound", self.steps["Step"]["failureMessage"])

    def test_in_conditions_and_loops(self):
        self.succeed({**bash("echo one {{ loop.value }}"), "loop": {"forEach": {"list": "{{ aws:ssm:/list }}"}}},
                     {**bash("echo never", name="Skipped"),
                      "if": {"stringEquals": "other", "value": "{{ aws:ssm:/plain }}"}})
        self.assertIn("Stdout: one c", self.log())
        self.assertEqual(self.summary["skippedStepCount"], 1)

    def test_throttling_is_waited_out(self):
        self.double.failures["/"] = [(429, {"Retry-After": "0"}), (503, {})]
        self.succeed(bash("echo {{ aws:ssm:/plain }}"))


class Documents(ToeTest):
    """5.5 and 6.2: documents from S3 and by ARN."""

    def setUp(self):
        super().setUp()
        self.double.objects["depot", "docs/child.yml"] = CHILD.encode()
        self.double.components = {ARN + "/2": (ARN + "/2", CHILD), ARN: (ARN + "/2", CHILD)}

    def test_s3_document_of_the_command_line(self):
        self.assertEqual(self.run_document("s3://depot/docs/child.yml"), 0)
        self.assertIn("Document s3://depot/docs/child.yml", self.log())
        self.assertEqual(self.log("document.yaml"), CHILD)

    def test_document_bucket_owner(self):
        self.assertEqual(self.run_document("s3://depot/docs/child.yml", "--document-s3-bucket-owner", OWNER), 0)
        self.assertEqual(self.run_document("s3://depot/docs/child.yml", "--document-s3-bucket-owner", "123456789012"), 1)
        self.assertIn("AccessDenied", self.summary["failureMessage"])

    def test_component_arn_of_the_command_line(self):
        for arn in (ARN + "/2", ARN):
            self.assertEqual(self.run_document(arn), 0)
            self.assertIn("Document " + arn, self.log())
        self.assertEqual(self.run_document(ARN + "/9"), 1)
        self.assertIn("ResourceNotFoundException", self.summary["failureMessage"])

    def test_failure_block_names_the_arn(self):
        self.double.components[ARN] = (ARN, CHILD.replace("echo from the child", "exit 3"))
        self.assertEqual(self.run_document(ARN), 1)
        self.assertEqual(self.summary["failureMessage"], f"Document {ARN} failed!")
        self.assertIn("ComponentArn: " + ARN, self.log())

    def test_config_from_s3(self):
        config = {"documents": [{"path": "s3://depot/docs/child.yml"}], "logDirectory": self.path("logs")}
        self.double.objects["depot", "run.json"] = json.dumps(config).encode()
        self.assertEqual(self.run_document(None, "--config", "s3://depot/run.json"), 0)

    def test_nested(self):
        self.succeed(nested("s3://depot/docs/child.yml", **{"document-s3-bucket-owner": OWNER}), nested(ARN, name="Two"))
        self.assertEqual(self.log().count("Stdout: from the child"), 2)

    def test_nested_failure(self):
        self.fail_with("s3://depot/none.yml cannot be downloaded", nested("s3://depot/none.yml"))
        self.double.objects["depot", "bad.yml"] = b"schemaVersion: 1.0\nphases: []\n"
        self.fail_with("is not valid", nested("s3://depot/bad.yml"))

    def test_cycles_are_refused(self):
        self.double.objects["depot", "loop.yml"] = document_that_runs("s3://depot/loop.yml").encode()
        self.assertEqual(self.run_document("s3://depot/loop.yml"), 1)
        self.assertIn("must not run itself", self.steps["Nested"]["failureMessage"])

    def test_cycles_over_two_names_of_one_component(self):
        self.double.components = {ARN: (ARN + "/1", document_that_runs(ARN + "/1")),
                                  ARN + "/1": (ARN + "/1", document_that_runs(ARN + "/1"))}
        self.assertEqual(self.run_document(ARN), 1)
        self.assertIn("must not run itself", self.steps["Nested"]["failureMessage"])

    def test_three_levels(self):
        for level in range(1, 4):
            self.double.objects["depot", f"{level}.yml"] = document_that_runs(f"s3://depot/{level + 1}.yml").encode()
        self.double.objects["depot", "4.yml"] = CHILD.encode()
        self.assertEqual(self.run_document("s3://depot/1.yml"), 0)
        self.double.objects["depot", "4.yml"] = document_that_runs("s3://depot/5.yml").encode()
        self.assertEqual(self.run_document("s3://depot/1.yml"), 1)
        self.assertIn("3 levels deep", self.steps["Nested"]["failureMessage"])

    def test_validate(self):
        for location, code in (("s3://depot/docs/child.yml", 0), (ARN, 0), ("s3://depot/none", 1)):
            done = subprocess.run([self.toe, "validate", "--documents", location], env=self.environment,
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            self.assertEqual((location, done.returncode), (location, code))
            self.assertIn("validationStatus", json.loads(done.stdout))


class Credentials(ToeTest):
    """The environment comes first, then the files, the container, the instance."""

    def setUp(self):
        super().setUp()
        self.double.parameters["/p"] = ("String", "value")
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            self.saved = {**getattr(self, "saved", {}), name: self.environment.pop(name)}

    def read(self):
        self.succeed(bash("echo {{ aws:ssm:/p }}"))
        return self.double.requests[-1][2]["authorization"].split("Credential=")[1].split("/")[0]

    def write(self, name, text):
        (self.folder / ".aws").mkdir(exist_ok=True)
        (self.folder / ".aws" / name).write_text(text)

    def test_shared_files(self):
        key = "aws_access_key_id = {AWS_ACCESS_KEY_ID}\naws_secret_access_key={AWS_SECRET_ACCESS_KEY}\n".format(**self.saved)
        self.write("credentials", "[default]\naws_access_key_id = AKWRONG\naws_secret_access_key = x\n[work]\n" + key)
        self.environment["AWS_PROFILE"] = "work"
        self.assertEqual(self.read(), "AKIDOUBLE")
        del self.environment["AWS_REGION"], self.environment["AWS_ENDPOINT_URL"]
        self.write("config", f"[profile work]\nregion = us-west-2\nendpoint_url = {self.double.url}\n")
        self.assertEqual(self.read(), "AKIDOUBLE")
        self.assertIn("/us-west-2/ssm/", self.double.requests[-1][2]["authorization"])

    def test_container(self):
        self.environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = self.double.url + "/container/credentials"
        (self.folder / "token").write_text("container token\n")
        self.environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = self.path("token")
        self.assertEqual(self.read(), "ASIAROLE")

    def test_container_endpoint_elsewhere_is_refused(self):
        self.environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://192.0.2.1/credentials"
        self.fail_with("must use https or be on this machine", bash("echo {{ aws:ssm:/p }}"))

    def test_role_of_the_instance(self):
        self.double.metadata = {"meta-data/iam/security-credentials/": "builder",
                                "meta-data/iam/security-credentials/builder": json.dumps(ROLE_KEY)}
        self.assertEqual(self.read(), "ASIAROLE")
        self.assertEqual(self.double.requests[-1][2]["x-amz-security-token"], "roleToken")


if __name__ == "__main__":
    main()
