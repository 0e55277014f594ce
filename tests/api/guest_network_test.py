#!/usr/bin/env python3
"""What a guest finds around it, over real machines (container driver): the network that its subnet and security groups
choose, the metadata service in both versions, the temporary credentials of its role, and the server's own API with
them; and what it must not reach: the API without credentials, the host's loopback, other machines, addresses outside
of its allow-list. Builds and instances of RunInstances alike.

The unmodified AWS CLI and boto3 run where the guest is (in its network namespace), because base images have neither.

usage: guest_network_test.py <goldsmith> --data-dir DIR [unittest arguments]

The data directory holds the base image (tests/guest/ensure_base_image.py).
"""

import argparse
import contextlib
import http.server
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import unittest

import harness
import main_job_test
import tutorial

TRUST = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]})
MAY_LIST_IMAGES = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": "imagebuilder:ListImages", "Resource": "*"}]})
ROLE, PROFILE = f"guest-role-{os.getpid()}", f"guest-profile-{os.getpid()}"
METADATA = "http://169.254.169.254/latest/meta-data"
API = "http://169.254.170.2"

# The host's own address that guests of network `near` may connect to; each port is a listener of the test.
CONFIG = """\
driver: container
networks:
  near:
    host_access: true
  listed:
    host_access: true
    egress:
      - cidr: {address}/32
        protocol: tcp
        ports: [{open}]
  lab:
    mode: isolated
  cached:
    mode: isolated
    proxy: http://127.0.0.1:{proxy}
security_groups:
  shut:
    description: Allows nothing
    egress: []
"""

# Signs by curl, which base images have. Each line of output is one that the test looks for.
COMPONENT = r"""
name: looks-around
schemaVersion: 1.0
phases:
  - name: build
    steps:
      - name: Metadata
        action: ExecuteBash
        inputs:
          commands:
            - |
              set -eu
              at=http://169.254.169.254/latest
              echo "version-1=$(curl -s -o /dev/null -w '%{http_code}' $at/meta-data/instance-id)"
              token=$(curl -sf -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 300' $at/api/token)
              get() { curl -sf -H "X-aws-ec2-metadata-token: $token" $at/$1; }
              echo "instance=$(get meta-data/instance-id)"
              echo "type=$(get meta-data/instance-type)"
              echo "region=$(get meta-data/placement/region)"
              echo "groups=$(get meta-data/security-groups)"
              echo "account=$(get dynamic/instance-identity/document | grep -o '"accountId":"[0-9]*"')"
              echo "team=$(get meta-data/tags/instance/team)"
              echo "role=$(get meta-data/iam/security-credentials/)"
      - name: Credentials
        action: ExecuteBash
        inputs:
          commands:
            - |
              set -eu
              at=http://169.254.169.254/latest
              token=$(curl -sf -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 300' $at/api/token)
              given=$(curl -sf -H "X-aws-ec2-metadata-token: $token" $at/meta-data/iam/security-credentials/ROLE)
              field() { echo "$given" | sed -E "s/.*\"$1\":\"([^\"]*)\".*/\1/"; }
              list() {
                curl -s -o /tmp/answer -w '%{http_code}' --aws-sigv4 aws:amz:us-east-1:imagebuilder \
                  --user "$(field AccessKeyId):$2" -H "X-Amz-Security-Token: $(field Token)" \
                  -H 'Content-Type: application/json' -d '{}' $AWS_ENDPOINT_URL/$1
              }
              echo "allowed=$(list ListImages "$(field SecretAccessKey)")"
              echo "denied=$(list ListComponents "$(field SecretAccessKey)")"
              echo "answer=$(cat /tmp/answer)"
              echo "forged=$(list ListImages not-the-secret)"
              echo "unsigned=$(curl -s -o /dev/null -w '%{http_code}' -X POST -d '{}' $AWS_ENDPOINT_URL/ListImages)"
      - name: Beyond
        action: ExecuteBash
        inputs:
          commands:
            - |
              try() {
                if timeout 5 bash -c "exec 3<>/dev/tcp/$1/$2" 2>/dev/null; then echo "$3=reached"; else echo "$3=refused"; fi
              }
              try ADDRESS OPEN listed
              try ADDRESS OTHER unlisted
              try 203.0.113.7 443 elsewhere
              try 10.0.2.2 SERVER gateway
              try 127.0.0.1 SERVER loopback
""".replace("ROLE", ROLE)


class Listener:
    """Accepts and forgets connections at an address of the host, until closed."""

    def __init__(self, address):
        self.socket = socket.create_server((address, 0))
        self.port = self.socket.getsockname()[1]
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        with contextlib.suppress(OSError):
            while True:
                self.socket.accept()[0].close()

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.thread.join()


class Proxy(http.server.BaseHTTPRequestHandler):
    """Answers every request with what was asked for."""

    def do_GET(self):
        body = f"{self.path} from the cache".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def proxy_on_loopback():
    """Its port."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Proxy) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


def own_address():
    """An address of this host that is not its loopback; nothing is sent to find it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            return probe.getsockname()[0]
        except OSError:
            return None


def wait_for(what, probe, seconds=120):
    deadline = time.monotonic() + seconds
    while True:
        found = probe()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not happen within {seconds} s")
        time.sleep(0.1)  # a machine's work: there is no event to wait for


def children(pid):
    found = []
    with contextlib.suppress(OSError):
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/children", encoding="ascii") as file:
                found += [int(child) for child in file.read().split()]
    return found + [each for child in found for each in children(child)]


class GuestNetwork(unittest.TestCase):
    server = None
    config = None  # the server's configuration file
    address = None
    listeners = ()

    @classmethod
    def setUpClass(cls):
        cls.cli = harness.Cli(cls.server, timeout_seconds=300)
        cls.tutorial = tutorial.Tutorial(cls.cli, cls.server.data_dir)
        cls.launched = []
        cls.cli("iam", "create-role", "--role-name", ROLE, "--assume-role-policy-document", TRUST)
        cls.cli("iam", "put-role-policy", "--role-name", ROLE, "--policy-name", "list", "--policy-document",
                MAY_LIST_IMAGES)
        cls.cli("iam", "create-instance-profile", "--instance-profile-name", PROFILE)
        cls.cli("iam", "add-role-to-instance-profile", "--instance-profile-name", PROFILE, "--role-name", ROLE)
        cls.ami = cls.cli("ec2", "describe-images", "--owners", "amazon")["Images"][0]["ImageId"]

    @classmethod
    def tearDownClass(cls):
        if cls.launched:
            cls.cli("ec2", "terminate-instances", "--instance-ids", *cls.launched)
            for instance in cls.launched:
                cls.wait_state(instance, "terminated")

    # ---- what tests are made of ------------------------------------------------------------------------------

    def subnet(self, name):
        return self.cli("ec2", "describe-subnets", "--filters", f"Name=tag:Name,Values={name}")["Subnets"][0]["SubnetId"]

    def launch(self, *arguments):
        instance = self.cli("ec2", "run-instances", "--image-id", self.ami, "--instance-type", "t3.small",
                            *arguments)["Instances"][0]["InstanceId"]
        self.launched.append(instance)
        self.wait_state(instance, "running")
        wait_for(f"{instance} online", lambda: any(each["PingStatus"] == "Online" for each in self.cli(
            "ssm", "describe-instance-information", "--filters",
            f"Key=InstanceIds,Values={instance}")["InstanceInformationList"]))
        return instance

    @classmethod
    def wait_state(cls, instance, state):
        """More often than `aws ec2 wait` looks."""
        def reached():
            found = cls.cli("ec2", "describe-instances", "--instance-ids", instance)["Reservations"][0]["Instances"][0]
            if found["State"]["Name"] == "terminated" != state:
                raise AssertionError(f"{instance} has ended: {found.get('StateReason')}")
            return found["State"]["Name"] == state
        wait_for(f"{instance} {state}", reached)

    def run_of(self, instance):
        """The folder of its run, and what it was started with."""
        runs = os.path.join(self.server.data_dir, "runs")
        for run in os.listdir(runs):
            with contextlib.suppress(OSError, ValueError):
                with open(os.path.join(runs, run, "spec.json"), encoding="utf-8") as file:
                    if (spec := json.load(file))["instanceId"] == instance:
                        return os.path.join(runs, run), spec
        raise AssertionError(f"{instance} has no run")

    def where_the_guest_is(self, instance):
        """The process id of the guest's first process."""
        with open(os.path.join(self.run_of(instance)[0], "lock"), encoding="ascii") as file:
            runner = int(file.read().split()[0])
        for pid in children(runner):
            with contextlib.suppress(OSError):
                with open(f"/proc/{pid}/status", encoding="ascii") as file:
                    inner = [line.split()[1:] for line in file if line.startswith("NSpid:")][0]
                elsewhere = os.readlink(f"/proc/{pid}/ns/net") != os.readlink("/proc/self/ns/net")
                if len(inner) > 1 and inner[-1] == "1" and elsewhere:
                    return pid
        raise AssertionError(f"{instance} has no first process")

    def there(self, instance, *command, **environment):
        """Runs a program of the host in the guest's network."""
        usual = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        return subprocess.run(["nsenter", "--net", "--target", str(self.where_the_guest_is(instance)), *command],
                              capture_output=True, text=True, timeout=60, check=False, stdin=subprocess.DEVNULL,
                              env={**usual, "HOME": self.server.data_dir, **environment})

    def status(self, instance, url, *arguments):
        done = self.there(instance, "curl", "-s", "-m", "20", "-o", "/dev/null", "-w", "%{http_code}", *arguments, url)
        return int(done.stdout)

    def reaches(self, instance, address, port):
        return self.there(instance, "timeout", "5", "bash", "-c", f"exec 3<>/dev/tcp/{address}/{port}").returncode == 0

    # ---- a build ---------------------------------------------------------------------------------------------

    def test_a_build_has_its_role_and_its_network(self):
        document = COMPONENT
        for name, value in (("ADDRESS", self.address), ("OPEN", self.listeners[0].port),
                            ("OTHER", self.listeners[1].port), ("SERVER", self.server.endpoint.rpartition(":")[2])):
            document = document.replace(name, str(value))
        infrastructure = self.cli(
            "imagebuilder", "create-infrastructure-configuration", "--name", tutorial.unique("infrastructure"),
            "--instance-profile-name", PROFILE, "--instance-types", "t3.small", "--subnet-id", self.subnet("listed"),
            "--security-group-ids", "default", "--resource-tags", "team=web",
            "--instance-metadata-options", "httpTokens=required")["infrastructureConfigurationArn"]
        recipe = self.tutorial.recipe(self.tutorial.component(document))
        image = self.tutorial.image(recipe, infrastructure, "--image-tests-configuration", "imageTestsEnabled=false")
        tutorial.wait_for(self.cli, image, ("AVAILABLE",), 300)
        log = tutorial.log_of(self.cli, image)
        for expected in ("version-1=401", "type=t3.small", "region=us-east-1", "groups=default",
                         'account="accountId":"123456789012"', "team=web", f"role={ROLE}",
                         "allowed=200", "denied=403", "is not authorized to perform: imagebuilder:ListComponents",
                         f"assumed-role/{ROLE}/i-", "forged=403", "unsigned=403",
                         "listed=reached", "unlisted=refused", "elsewhere=refused", "gateway=refused",
                         "loopback=refused",
                         f"egress to {self.address}:{self.listeners[1].port}/tcp refused by network `listed`",
                         "egress to 203.0.113.7:443/tcp refused by network `listed`"):
            self.assertIn(expected, log)
        self.assertRegex(log, r"instance=i-[0-9a-f]{17}")

    def test_a_network_that_is_not_there(self):
        with self.assertRaises(harness.AwsError) as caught:
            self.cli("imagebuilder", "create-infrastructure-configuration", "--name", tutorial.unique("bad"),
                     "--instance-profile-name", PROFILE, "--subnet-id", "subnet-0123456789abcdef0",
                     "--security-group-ids", "default")
        self.assertEqual(caught.exception.code, "InvalidParameterValueException")
        self.assertIn("'subnetId' is not valid. There is no subnet 'subnet-0123456789abcdef0'", caught.exception.message)
        self.assertIn(self.subnet("lab"), caught.exception.message)

    # ---- instances of RunInstances ---------------------------------------------------------------------------

    def test_clients_find_their_role_by_themselves(self):
        """The CLI and boto3 are given nothing but an endpoint."""
        instance = self.launch("--iam-instance-profile", f"Name={PROFILE}", "--metadata-options", "HttpTokens=required",
                               "--user-data", "hello")
        self.assertEqual(self.status(instance, METADATA), 401)
        aws = [harness.cli_programs()[0], "--endpoint-url", API, "--region", "us-east-1", "--output", "json"]
        who = self.there(instance, *aws, "sts", "get-caller-identity")
        self.assertEqual(who.returncode, 0, who.stderr)
        self.assertEqual(json.loads(who.stdout)["Arn"], f"arn:aws:sts::123456789012:assumed-role/{ROLE}/{instance}")
        self.assertEqual(self.there(instance, *aws, "imagebuilder", "list-images").returncode, 0)
        denied = self.there(instance, *aws, "imagebuilder", "list-components")
        self.assertIn("AccessDenied", denied.stderr)
        if harness.boto3_or_none():
            fetched = self.there(instance, sys.executable, "-c",
                                 "import json; from botocore.utils import InstanceMetadataFetcher as Fetcher\n"
                                 "print(json.dumps(Fetcher(timeout=5, num_attempts=3).retrieve_iam_role_credentials()))")
            self.assertEqual(json.loads(fetched.stdout)["role_name"], ROLE, fetched.stderr)
            self.assertTrue(json.loads(fetched.stdout)["access_key"].startswith("ASIA"))
        self.credentials_end_with_the_instance(instance)

    def credentials_end_with_the_instance(self, instance):
        with open(os.path.join(self.run_of(instance)[0], "credentials.json"), encoding="utf-8") as file:
            given = json.load(file)
        stolen = harness.Cli(self.server, keys=(given["accessKeyId"], given["secretAccessKey"]))
        stolen.environment["AWS_SESSION_TOKEN"] = given["sessionToken"]
        stolen("imagebuilder", "list-images")
        self.cli("ec2", "terminate-instances", "--instance-ids", instance)
        self.wait_state(instance, "terminated")

        def refused():
            try:
                return stolen("imagebuilder", "list-images") and False
            except harness.AwsError as error:
                return error.code
        self.assertIn(wait_for("the end of the credentials", refused, 30),
                      ("UnrecognizedClientException", "InvalidClientTokenId", "ExpiredTokenException"))

    def test_version_1_where_it_is_allowed(self):
        instance = self.launch("--metadata-options", "HttpTokens=optional,InstanceMetadataTags=enabled",
                               "--tag-specifications", "ResourceType=instance,Tags=[{Key=team,Value=web}]")
        self.assertEqual(self.there(instance, "curl", "-s", METADATA + "/instance-id").stdout, instance)
        self.assertEqual(self.there(instance, "curl", "-s", METADATA + "/tags/instance/team").stdout, "web")
        self.assertEqual(self.status(instance, METADATA + "/iam/security-credentials/"), 404, "it has no role")
        self.assertEqual(self.status(instance, METADATA, "-H", "X-aws-ec2-metadata-token: forged"), 401)
        # The API is there for everybody, and refuses whoever does not sign.
        self.assertEqual(self.status(instance, API + "/ListImages", "-X", "POST", "-d", "{}"), 403)
        self.assertEqual(self.status(instance, API + "/healthz"), 200)

    def test_instances_reach_what_they_may(self):
        port = self.listeners[0].port
        near = self.launch("--subnet-id", self.subnet("near"))
        other = self.launch("--metadata-options", "HttpEndpoint=disabled")
        self.assertTrue(self.reaches(near, self.address, port), "the network allows this host")
        self.assertFalse(self.reaches(other, self.address, port))
        server = self.server.endpoint.rpartition(":")[2]
        for address in ("127.0.0.1", "10.0.2.2", "198.18.0.2"):
            self.assertFalse(self.reaches(near, address, server), address)
        self.assertEqual(self.status(other, METADATA), 0, "it is switched off")
        # Every guest has the same address: what answers there is itself. Its neighbour listens all the same.
        self.listen_in(other, 7001)
        self.assertTrue(self.reaches(other, "10.0.2.100", 7001))
        self.assertFalse(self.reaches(near, "10.0.2.100", 7001))

    def listen_in(self, instance, port):
        guest = subprocess.Popen(["nsenter", "--net", "--target", str(self.where_the_guest_is(instance)), sys.executable,
                                  "-c", f"import socket; s = socket.create_server(('', {port})); print('up', flush=True)\n"
                                  "while True: s.accept()"], stdout=subprocess.PIPE)
        self.addCleanup(guest.wait)
        self.addCleanup(guest.stdout.close)
        self.addCleanup(guest.kill)
        self.assertEqual(guest.stdout.readline(), b"up\n")

    def test_groups_narrow_and_isolated_is_isolated(self):
        port = self.listeners[0].port
        shut = self.launch("--subnet-id", self.subnet("near"), "--security-groups", "shut")
        self.assertFalse(self.reaches(shut, self.address, port))
        self.assertEqual(self.there(shut, "curl", "-s", "-m", "9", METADATA).returncode, 0)
        self.cli("ec2", "terminate-instances", "--instance-ids", shut)
        lab = self.launch("--subnet-id", self.subnet("lab"))
        self.assertFalse(self.reaches(lab, self.address, port))
        self.assertFalse(self.reaches(lab, "169.254.170.2", 3128), "its network has no proxy")
        self.assertEqual(self.status(lab, API + "/healthz"), 200)

    def test_the_proxy_of_a_network(self):
        instance = self.launch("--subnet-id", self.subnet("cached"))
        asked = self.there(instance, "curl", "-s", "http://deb.example/pool/a.deb",
                           http_proxy="http://169.254.170.2:3128")
        self.assertEqual(asked.stdout, "http://deb.example/pool/a.deb from the cache", asked.stderr)
        self.assertFalse(self.reaches(instance, self.address, self.listeners[0].port))

    def test_the_api_while_the_server_speaks_tls(self):
        """With a certificate that nobody knows; the guest speaks plain HTTP to the runner, before and after."""
        if not shutil.which("openssl"):
            self.skipTest("openssl is not installed")
        instance = self.launch()
        self.assertEqual(self.status(instance, API + "/healthz"), 200)
        with open(self.config, encoding="utf-8") as file:
            plain = file.read()
        folder = os.path.dirname(self.config)
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-subj", "/CN=nobody.example", "-keyout", f"{folder}/key.pem", "-out", f"{folder}/own.pem"],
                       check=True, capture_output=True)
        self.restart(f"{plain}tls: files\ntls_certificate: {folder}/own.pem\ntls_key: {folder}/key.pem\n")
        try:
            self.assertTrue(self.server.endpoint.startswith("https://"))
            self.assertEqual(self.status(instance, API + "/healthz"), 200)
            self.assertEqual(self.status(instance, API + "/ListImages", "-X", "POST", "-d", "{}"), 403)
            pin = os.path.join(self.server.data_dir, "tls", "pin")
            os.rename(pin, pin + ".kept")
            with open(pin, "w", encoding="ascii") as file:
                file.write("sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
            self.assertEqual(self.status(instance, API + "/healthz"), 0, "somebody else at the daemon's port")
            os.rename(pin + ".kept", pin)
        finally:
            self.restart(plain)
        self.assertEqual(self.status(instance, API + "/healthz"), 200)

    def restart(self, config):
        self.server.stop()
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(config)
        self.server.start()


def main():
    parser = argparse.ArgumentParser(description="What is around a guest")
    parser.add_argument("goldsmith")
    parser.add_argument("--data-dir", required=True)
    options, rest = parser.parse_known_args()
    main_job_test.require("container")
    for program in ("nsenter", "curl"):
        if not shutil.which(program):
            harness.skip(f"{program} is not installed")
    address = own_address()
    if not address:
        harness.skip("this host has no address but its loopback")
    data_dir = os.path.abspath(options.data_dir)
    if not os.path.isdir(os.path.join(data_dir, "stores")):
        harness.skip("there is no base image (see ensure_base_image)")
    with contextlib.ExitStack() as stack:
        private = stack.enter_context(harness.private_directory("network"))
        GuestNetwork.address = address
        GuestNetwork.listeners = [stack.enter_context(contextlib.closing(Listener(address))) for _ in range(2)]
        proxy = stack.enter_context(proxy_on_loopback())
        config = GuestNetwork.config = os.path.join(private, "config.yaml")
        with open(config, "w", encoding="utf-8") as file:
            file.write(CONFIG.format(address=address, open=GuestNetwork.listeners[0].port, proxy=proxy))
        GuestNetwork.server = stack.enter_context(
            harness.Server([os.path.abspath(options.goldsmith)], data_dir, ["--config", config]))
        result = unittest.main(argv=[sys.argv[0], *rest], exit=False).result
        if not result.wasSuccessful():
            print(GuestNetwork.server.read_log(), file=sys.stderr)
            sys.exit(1)


if __name__ == "__main__":
    main()
