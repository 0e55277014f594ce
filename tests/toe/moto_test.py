"""The real toe against moto, an independent double of AWS: S3, SSM, Secrets Manager and CloudWatch Logs."""

import sys

from toe_harness import SKIPPED, ToeTest, bash, main, step

try:
    import boto3
    from moto.server import ThreadedMotoServer
except ImportError as problem:
    print(f"skipped: moto's server is not installed ({problem})")
    sys.exit(SKIPPED)


class Moto(ToeTest):
    @classmethod
    def setUpClass(cls):
        cls.server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        cls.server.start()
        host, port = cls.server.get_host_and_port()
        cls.url = f"http://{host}:{port}"

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def setUp(self):
        super().setUp()
        self.environment["AWS_ENDPOINT_URL"] = self.url
        self.s3 = self.client("s3")

    def client(self, service):
        return boto3.client(service, region_name="us-east-1", endpoint_url=self.url, aws_access_key_id="x",
                            aws_secret_access_key="y")

    def test_s3_there_and_back(self):
        self.s3.create_bucket(Bucket="round-trip")
        for name in ("a b+c&<é>.txt", "sub/x"):
            path = self.folder / "up" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(name)
        self.succeed(step("S3Upload", [{"source": "up/*", "destination": "s3://round-trip/p/", "recurse": True}]),
                     step("S3Download", [{"source": "s3://round-trip/p/*", "destination": "down"}], name="Down"))
        self.assertEqual((self.folder / "down/a b+c&<é>.txt").read_text(), "a b+c&<é>.txt")
        self.assertEqual((self.folder / "down/sub/x").read_text(), "sub/x")
        head = self.s3.head_object(Bucket="round-trip", Key="p/sub/x", ChecksumMode="ENABLED")
        self.assertIn("ChecksumSHA256", head)

    def test_checksums_of_another_client(self):
        self.s3.create_bucket(Bucket="checked")
        for algorithm in ("CRC32", "SHA1", "SHA256"):
            self.s3.put_object(Bucket="checked", Key=algorithm, Body=b"content", ChecksumAlgorithm=algorithm)
        self.succeed(step("S3Download", [{"source": "s3://checked/*", "destination": "down"}]))
        self.assertEqual(len(list((self.folder / "down").iterdir())), 3)

    def test_parameters(self):
        ssm = self.client("ssm")
        ssm.put_parameter(Name="/toe/list", Value="a,b", Type="StringList")
        ssm.put_parameter(Name="/toe/secret", Value="hidden-value", Type="SecureString")
        self.client("secretsmanager").create_secret(Name="db", SecretString="db-secret")
        self.succeed(bash("echo {{ aws:ssm:/toe/list }}; test {{ aws:ssm:/toe/secret }} = hidden-value"),
                     bash("test {{ aws:ssm:/aws/reference/secretsmanager/db }} = db-secret", name="Secret"))
        self.assertIn("Stdout: a,b", self.log())
        for value in ("hidden-value", "db-secret"):
            self.assertNotIn(value, self.log() + str(self.steps["Secret"]["inputs"]))

    def test_log_stream(self):
        self.succeed(bash("echo to the stream"), options=("--cw-log-group", "toe", "--cw-log-stream", "one"))
        events = self.client("logs").get_log_events(logGroupName="toe", logStreamName="one")["events"]
        self.assertIn("CmdExecution: Stdout: to the stream", [event["message"] for event in events])


if __name__ == "__main__":
    main()
