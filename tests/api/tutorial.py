"""The tutorial's documents and calls: what the user of issue and documentation types, as functions over the CLI."""

import itertools
import os
import time

PARENT = "arn:aws:imagebuilder:us-east-1:aws:image/debian-12-x86/x.x.x"
PAGE = "Golden by the tutorial"

WEB_SERVER = f"""\
name: web-server
description: nginx with a page of our own
schemaVersion: 1.0
phases:
  - name: build
    steps:
      - name: InstallNginx
        action: ExecuteBash
        inputs:
          commands:
            - echo marker-of-InstallNginx
            - apt-get update
            - DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends nginx
      - name: WritePage
        action: CreateFile
        inputs:
          - path: /var/www/html/index.html
            content: {PAGE}
            overwrite: true
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
            - echo marker-of-CheckConfiguration
            - nginx -t
  - name: test
    steps:
      - name: FetchPage
        action: ExecuteBash
        inputs:
          commands:
            - echo marker-of-FetchPage
            - exec 3<>/dev/tcp/127.0.0.1/80; printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3; grep -q '{PAGE}' <&3
"""

# Needs no network, so that tests of failures and interruptions are quick.
QUICK = """\
name: quick
schemaVersion: 1.0
phases:
  - name: build
    steps:
      - name: Pause
        action: ExecuteBash
        inputs:
          commands:
            - echo marker-of-Pause
            - sleep {seconds}
"""

FAILING = """\
name: failing
schemaVersion: 1.0
phases:
  - name: build
    steps:
      - name: Nothing
        action: ExecuteBash
        inputs:
          commands:
            - "true"
  - name: {phase}
    steps:
      - name: BreakHere
        action: ExecuteBash
        inputs:
          commands:
            - echo the last words
            - exit 23
"""

NESTING = """\
name: nesting
schemaVersion: 1.0
phases:
  - name: build
    steps:
      - name: RunByArn
        action: ExecuteDocument
        inputs:
          document: {arn}
"""

_numbers = itertools.count(1)


def unique(name):
    """A name that no earlier run in the same data directory has used."""
    return f"{name}-{int(time.time())}-{os.getpid()}-{next(_numbers)}"


class Tutorial:
    """Creates one resource of each kind; every method gives the new resource's ARN."""

    def __init__(self, cli, directory):
        self._cli = cli
        self._directory = directory

    def component(self, document, name=None):
        path = os.path.join(self._directory, unique("document") + ".yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(document)
        return self._cli("imagebuilder", "create-component", "--name", name or unique("component"),
                         "--semantic-version", "1.0.0", "--platform", "Linux",
                         "--data", f"file://{path}")["componentBuildVersionArn"]

    def recipe(self, *components, name=None):
        return self._cli("imagebuilder", "create-image-recipe", "--name", name or unique("recipe"),
                         "--semantic-version", "1.0.0", "--parent-image", PARENT,
                         "--components", *(f"componentArn={arn}" for arn in components))["imageRecipeArn"]

    def infrastructure(self):
        return self._cli("imagebuilder", "create-infrastructure-configuration", "--name", unique("infrastructure"),
                         "--instance-profile-name", "EC2InstanceProfileForImageBuilder", "--instance-types",
                         "t3.small")["infrastructureConfigurationArn"]

    def distribution(self, ami_name, regions):
        distributions = ",".join(
            '{"region":"%s","amiDistributionConfiguration":{"name":"%s","amiTags":{"team":"web","cost":"a&b"}}}'
            % (region, ami_name) for region in regions)
        return self._cli("imagebuilder", "create-distribution-configuration", "--name", unique("distribution"),
                         "--distributions", f"[{distributions}]")["distributionConfigurationArn"]

    def pipeline(self, recipe, infrastructure, distribution):
        return self._cli("imagebuilder", "create-image-pipeline", "--name", unique("pipeline"), "--image-recipe-arn",
                         recipe, "--infrastructure-configuration-arn", infrastructure,
                         "--distribution-configuration-arn", distribution)["imagePipelineArn"]

    def start(self, pipeline):
        return self._cli("imagebuilder", "start-image-pipeline-execution", "--image-pipeline-arn",
                         pipeline)["imageBuildVersionArn"]

    def image(self, recipe, infrastructure, *arguments):
        return self._cli("imagebuilder", "create-image", "--image-recipe-arn", recipe,
                         "--infrastructure-configuration-arn", infrastructure, *arguments)["imageBuildVersionArn"]


def stream_of(image_arn):
    """The log group and stream of a build: .../image/<recipe>/<version>/<build>."""
    name, version, build = image_arn.split("/")[-3:]
    return f"/aws/imagebuilder/{name}", f"{version}/{build}"


def log_of(cli, image_arn):
    """Every message of the build's log stream, oldest first."""
    group, stream = stream_of(image_arn)
    messages, token = [], None
    while True:
        arguments = ["--next-token", token] if token else []
        answer = cli("logs", "get-log-events", "--log-group-name", group, "--log-stream-name", stream,
                     "--start-from-head", *arguments)
        messages += [event["message"] for event in answer["events"]]
        if answer["nextForwardToken"] == token:
            return "\n".join(messages)
        token = answer["nextForwardToken"]


def wait_for(cli, image_arn, statuses, seconds):
    """Polls get-image until its status is one of these; fails with the reason when the build ended otherwise."""
    deadline = time.monotonic() + seconds
    while True:
        image = cli("imagebuilder", "get-image", "--image-build-version-arn", image_arn)["image"]
        status = image["state"]["status"]
        if status in statuses:
            return image
        if status in ("AVAILABLE", "FAILED", "CANCELLED") or time.monotonic() > deadline:
            raise AssertionError(f"{image_arn} is {status} instead of {' or '.join(statuses)}: "
                                 f"{image['state'].get('reason')}\n--- log ---\n{log_of(cli, image_arn)}")
        time.sleep(0.5)
