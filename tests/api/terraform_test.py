#!/usr/bin/env python3
"""Terraform with the provider hashicorp/aws 5.x against a real server with the fake driver: all nine resources and all
data sources of Image Builder; apply, a plan without change, an update in place, a replacement, imports, destroy.

usage: terraform_test.py <goldsmith> <seed_image> <check_exchanges>

Without terraform, or without the provider in a local mirror, it skips: a registry of providers is never asked.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

import harness
import recorded

CONFIGURATION = os.path.join(os.path.dirname(os.path.abspath(__file__)), "terraform", "main.tf")
MIRRORS = ("/usr/share/terraform/plugins", "/usr/local/share/terraform/plugins", "/opt/tf-plugins",
           os.path.expanduser("~/.terraform.d/plugins"))


def mirror():
    """A folder that holds registry.terraform.io/hashicorp/aws."""
    for folder in (os.environ.get("TF_PLUGIN_MIRROR", ""), *MIRRORS):
        if folder and os.path.isdir(os.path.join(folder, "registry.terraform.io/hashicorp/aws")):
            return folder
    return None


class Terraform:
    def __init__(self, folder, mirror_folder, world):
        self._folder = folder
        shutil.copy(CONFIGURATION, folder)
        settings = os.path.join(folder, "terraform.rc")
        with open(settings, "w", encoding="utf-8") as file:
            file.write('provider_installation {\n  filesystem_mirror {\n'
                       f'    path = "{mirror_folder}"\n  }}\n}}\n')
        key, secret = world.server.keys()
        self._environment = {"PATH": os.environ["PATH"], "HOME": folder, "TF_CLI_CONFIG_FILE": settings,
                             "TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1", "AWS_ACCESS_KEY_ID": key,
                             "AWS_SECRET_ACCESS_KEY": secret, "TF_VAR_endpoint": world.endpoint,
                             "TF_VAR_ami": world.ami}

    def __call__(self, *arguments, variables=(), status=0):
        colours = () if arguments[0] == "state" else ("-no-color",)
        command = ["terraform", arguments[0], *colours, *arguments[1:],
                   *(word for each in variables for word in ("-var", each))]
        done = subprocess.run(command, cwd=self._folder, env=self._environment, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == status, f"{command} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def apply(self, *variables):
        """What it changed: (added, changed, destroyed)."""
        out = self("apply", "-auto-approve", "-input=false", variables=variables)
        return tuple(map(int, re.search(r"(\d+) added, (\d+) changed, (\d+) destroyed", out).groups()))

    def expect_no_change(self, *variables):
        out = self("plan", "-detailed-exitcode", "-input=false", variables=variables)
        assert "No changes" in out, out

    def further_configuration(self):
        return open(os.path.join(self._folder, "imports.tf"), "w", encoding="utf-8")

    def outputs(self):
        return json.loads(self("output", "-json", "found"))

    def resources(self):
        """address -> id"""
        state = json.loads(self("show", "-json"))
        return {each["address"]: each["values"]["id"] for each in state["values"]["root_module"]["resources"]
                if each["mode"] == "managed"}


def story(terraform, ami):
    terraform("init", "-input=false")
    assert terraform.apply() == (9, 0, 0)
    terraform.expect_no_change()
    assert terraform.outputs() == {
        "component": "BUILD", "components": 1, "recipes": 1, "boxes": 1, "distributions": 1, "pipelines": 1,
        "infrastructure": 1, "amis": 2, "parent": ami, "box": "box", "regions": 2, "schedule": "cron(0 8 * * ? *)",
        "profile": "builder"}, terraform.outputs()
    # In place: two configurations, a pipeline, a policy.
    changed = ("description=second",)
    assert terraform.apply(*changed) == (0, 4, 0)
    terraform.expect_no_change(*changed)
    # Replacement: component, both recipes, image; the pipelines that name them move on, or stay as they are.
    replaced = (*changed, "component_version=2.0.0")
    added, updated, destroyed = terraform.apply(*replaced)
    assert (added, destroyed) == (4, 4) and updated == 1, (added, updated, destroyed)
    assert terraform.apply(*replaced) == (0, 0, 0)  # the lists were read before the old ones went
    # Import: forgotten and found again, nothing differs.
    resources = terraform.resources()
    assert len(resources) == 9, resources
    terraform("state", "rm", *resources)
    with terraform.further_configuration() as file:
        for address, identity in resources.items():
            file.write(f'import {{\n  to = {address}\n  id = "{identity}"\n}}\n')
    assert terraform.apply(*replaced) == (0, 0, 0)
    terraform.expect_no_change(*replaced)
    terraform("destroy", "-auto-approve", "-input=false", variables=replaced)
    assert "aws_imagebuilder" not in terraform("show")


def main(goldsmith, seed_image, check_exchanges):
    if not shutil.which("terraform"):
        harness.skip("terraform is not installed")
    folder = mirror()
    if not folder:
        harness.skip("the provider hashicorp/aws is in no local mirror")
    with tempfile.TemporaryDirectory(prefix="goldsmith-terraform-") as work:
        with recorded.Recorded(goldsmith, seed_image, check_exchanges, all_operations=False) as world:
            story(Terraform(work, folder, world), world.ami)
    print("apply, plan, update, replacement, import and destroy of nine resources")


if __name__ == "__main__":
    main(*sys.argv[1:])
