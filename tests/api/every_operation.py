"""One scenario that calls every operation of the Image Builder API, told once and driven by any client: a client is a
function call(operation, input) -> output that raises Refused(code, message). Used by the SDK's and the CLI's suite, so
that both assert the same.

What cannot succeed because nothing stands behind it on a server of ours is in REFUSED, and is asserted to be refused.
"""

import json
import time

REFUSED = ("GetMarketplaceResource", "ImportVmImage", "ImportDiskImage")

COMPONENT = """schemaVersion: 1.0
parameters:
  - page: {type: string, default: hello}
phases:
  - name: build
    steps:
      - name: Write
        action: ExecuteBash
        inputs: {commands: ["echo '{{ page }}' > /tmp/page"]}
"""

WAITING = """schemaVersion: 1.0
steps:
  - name: AskSomebody
    action: WaitForAction
    onFailure: Abort
"""

PREFIX = "arn:aws:imagebuilder:us-east-1:123456789012:"


class Refused(Exception):
    def __init__(self, code, message):
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class Scenario:
    """`ami`: an AMI to build from. `prefix`: of every name, so that several scenarios fit one server."""

    def __init__(self, call, ami, prefix, patience_seconds=60):
        self._call = call
        self._ami = ami
        self._prefix = prefix
        self._patience_seconds = patience_seconds
        self._tokens = 0

    # ---- how it calls ----------------------------------------------------------------------------------------

    def call(self, operation, **members):
        return self._call(operation, members)

    def make(self, operation, **members):
        self._tokens += 1
        return self.call(operation, clientToken=f"{self._prefix}-{self._tokens}", **members)

    def refused(self, code, operation, **members):
        try:
            answer = self.call(operation, **members)
        except Refused as error:
            assert error.code == code, f"{operation}: {error} instead of {code}"
            assert len(error.message) > 15, str(error)
            return error.message
        raise AssertionError(f"{operation} was answered with {answer} instead of {code}")

    def name(self, what):
        return f"{self._prefix} {what}"

    def arn(self, kind, what, version=""):
        slug = f"{self._prefix}-{what}".lower()
        return f"{PREFIX}{kind}/{slug}{version}"

    def wait(self, what, probe):
        deadline = time.monotonic() + self._patience_seconds
        while time.monotonic() < deadline:
            found = probe()
            if found:
                return found
            time.sleep(0.2)  # the server's work, not the test's: there is no event to wait for
        raise AssertionError(f"{what} did not happen within {self._patience_seconds} s")

    def wait_for_image(self, arn, *statuses):
        def probe():
            state = self.call("GetImage", imageBuildVersionArn=arn)["image"]["state"]
            ended = state["status"] in ("AVAILABLE", "FAILED", "CANCELLED")
            assert state["status"] in statuses or not ended, f"{arn} is {state}"
            return state["status"] in statuses
        self.wait(f"{arn} {statuses}", probe)

    # ---- the story -------------------------------------------------------------------------------------------

    def run(self):
        self.components()
        self.recipes()
        self.configurations()
        self.workflows()
        self.images()
        self.waiting_steps()
        self.pipelines()
        self.lifecycle()
        self.policies()
        self.tags()
        self.refusals()
        self.deletions()

    def components(self):
        made = self.make("CreateComponent", name=self.name("web"), semanticVersion="1.0.0", platform="Linux",
                         data=COMPONENT, description="a page", tags={"team": "web"})
        self.component = made["componentBuildVersionArn"]
        assert self.component == self.arn("component", "web", "/1.0.0/1"), made
        assert made["latestVersionReferences"]["latestMajorVersionArn"] == self.arn("component", "web", "/1.x.x")
        shown = self.call("GetComponent", componentBuildVersionArn=self.arn("component", "web", "/x.x.x"))["component"]
        assert shown["data"] == COMPONENT and shown["type"] == "BUILD" and shown["encrypted"] is True, shown
        assert shown["parameters"][0]["name"] == "page", shown
        listed = self.call("ListComponents", owner="Self", filters=[{"name": "name", "values": [self.name("web")]}])
        assert [each["arn"] for each in listed["componentVersionList"]] == [self.arn("component", "web", "/1.0.0")]
        builds = self.call("ListComponentBuildVersions", componentVersionArn=self.arn("component", "web", "/1.0.0"))
        assert [each["arn"] for each in builds["componentSummaryList"]] == [self.component], builds
        made = self.make("ImportComponent", name=self.name("script"), semanticVersion="1.0.0", type="BUILD",
                         format="SHELL", platform="Linux", data="#!/bin/sh\necho 'it is: {fine}'\n")
        self.script = made["componentBuildVersionArn"]

    def recipes(self):
        made = self.make("CreateImageRecipe", name=self.name("web"), semanticVersion="1.0.x", parentImage=self._ami,
                         components=[{"componentArn": self.arn("component", "web", "/x.x.x"),
                                      "parameters": [{"name": "page", "value": ["hi"]}]},
                                     {"componentArn": self.script}],
                         blockDeviceMappings=[{"deviceName": "/dev/xvda", "ebs": {"volumeSize": 2}}])
        self.recipe = made["imageRecipeArn"]
        assert self.recipe == self.arn("image-recipe", "web", "/1.0.0"), made
        shown = self.call("GetImageRecipe", imageRecipeArn=self.recipe)["imageRecipe"]
        assert shown["parentImage"] == self._ami and "workingDirectory" not in shown, shown
        listed = self.call("ListImageRecipes", owner="Self")["imageRecipeSummaryList"]
        assert self.recipe in [each["arn"] for each in listed], listed
        made = self.make("CreateContainerRecipe", name=self.name("box"), semanticVersion="1.0.0",
                         containerType="DOCKER", parentImage="debian:12",
                         targetRepository={"service": "ECR", "repositoryName": "box"},
                         dockerfileTemplateData="FROM {{{ imagebuilder:parentImage }}}\n")
        self.container_recipe = made["containerRecipeArn"]
        shown = self.call("GetContainerRecipe", containerRecipeArn=self.container_recipe)["containerRecipe"]
        assert shown["targetRepository"] == {"service": "ECR", "repositoryName": "box"}, shown
        listed = self.call("ListContainerRecipes")["containerRecipeSummaryList"]
        assert self.container_recipe in [each["arn"] for each in listed], listed

    def configurations(self):
        self.infrastructure = self.make(
            "CreateInfrastructureConfiguration", name=self.name("web"), instanceProfileName="builder",
            instanceTypes=["m5.large"], resourceTags={"a": "b"})["infrastructureConfigurationArn"]
        self.make("UpdateInfrastructureConfiguration", infrastructureConfigurationArn=self.infrastructure,
                  instanceProfileName="builder", description="changed")
        shown = self.call("GetInfrastructureConfiguration", infrastructureConfigurationArn=self.infrastructure)
        shown = shown["infrastructureConfiguration"]
        assert shown["description"] == "changed" and "instanceTypes" not in shown, shown
        listed = self.call("ListInfrastructureConfigurations", maxResults=25)
        assert listed["infrastructureConfigurationSummaryList"], listed
        distributions = [{"region": "us-east-1",
                          "amiDistributionConfiguration": {"name": self._prefix + " {{ imagebuilder:buildDate }}",
                                                           "amiTags": {"a": "b"}}}]
        self.distribution = self.make("CreateDistributionConfiguration", name=self.name("web"),
                                      distributions=distributions)["distributionConfigurationArn"]
        distributions.append({"region": "us-west-2", "amiDistributionConfiguration": {"description": "west"}})
        self.make("UpdateDistributionConfiguration", distributionConfigurationArn=self.distribution,
                  distributions=distributions)
        shown = self.call("GetDistributionConfiguration", distributionConfigurationArn=self.distribution)
        assert shown["distributionConfiguration"]["distributions"] == distributions, shown
        listed = self.call("ListDistributionConfigurations",
                           filters=[{"name": "name", "values": [self.name("web")]}])
        assert listed["distributionConfigurationSummaryList"][0]["regions"] == ["us-east-1", "us-west-2"], listed

    def workflows(self):
        made = self.make("CreateWorkflow", name=self.name("ask"), semanticVersion="1.0.0", type="TEST", data=WAITING)
        self.workflow = made["workflowBuildVersionArn"]
        shown = self.call("GetWorkflow", workflowBuildVersionArn=self.workflow)["workflow"]
        assert shown["data"] == WAITING and shown["type"] == "TEST", shown
        listed = self.call("ListWorkflows", owner="Amazon")["workflowVersionList"]
        assert "build-image" in [each["name"] for each in listed], listed
        builds = self.call("ListWorkflowBuildVersions",
                           workflowVersionArn=self.arn("workflow/test", "ask", "/1.0.0"))["workflowSummaryList"]
        assert [each["arn"] for each in builds] == [self.workflow], builds

    def images(self):
        order = {"imageRecipeArn": self.recipe, "infrastructureConfigurationArn": self.infrastructure,
                 "distributionConfigurationArn": self.distribution, "tags": {"team": "web"}}
        made = self.make("CreateImage", **order)
        self.image = made["imageBuildVersionArn"]
        assert self.image == self.arn("image", "web", "/1.0.0/1"), made
        self.wait_for_image(self.image, "AVAILABLE")
        shown = self.call("GetImage", imageBuildVersionArn=self.arn("image", "web", "/1.0.0"))["image"]
        assert shown["arn"] == self.image and shown["version"] == "1.0.0/1", shown
        assert sorted(ami["region"] for ami in shown["outputResources"]["amis"]) == ["us-east-1", "us-west-2"], shown
        listed = self.call("ListImages", owner="Self", byName=True)["imageVersionList"]
        assert self.arn("image", "web", "/x.x.x") in [each["arn"] for each in listed], listed
        builds = self.call("ListImageBuildVersions", imageVersionArn=self.arn("image", "web", "/1.0.0"))
        assert [each["arn"] for each in builds["imageSummaryList"]] == [self.image], builds
        packages = self.call("ListImagePackages", imageBuildVersionArn=self.image)
        assert "imagePackageList" in packages, packages
        runs = self.call("ListWorkflowExecutions", imageBuildVersionArn=self.image)["workflowExecutions"]
        assert [run["type"] for run in runs] == ["BUILD", "TEST", "DISTRIBUTION"], runs
        run = self.call("GetWorkflowExecution", workflowExecutionId=runs[0]["workflowExecutionId"])
        assert run["status"] == "COMPLETED" and run["imageBuildVersionArn"] == self.image, run
        steps = self.call("ListWorkflowStepExecutions", workflowExecutionId=runs[0]["workflowExecutionId"])["steps"]
        assert steps[0]["action"] == "LaunchInstance", steps
        step = self.call("GetWorkflowStepExecution", stepExecutionId=steps[0]["stepExecutionId"])
        assert "instanceId" in json.loads(step["outputs"]), step
        made = self.make("DistributeImage", sourceImage=self.image, distributionConfigurationArn=self.distribution,
                         executionRole="distributor")
        self.distributed = made["imageBuildVersionArn"]
        self.wait_for_image(self.distributed, "AVAILABLE")
        shown = self.call("GetImage", imageBuildVersionArn=self.distributed)["image"]
        assert len(shown["outputResources"]["amis"]) == 2, shown

    def waiting_steps(self):
        order = {"imageRecipeArn": self.recipe, "infrastructureConfigurationArn": self.infrastructure,
                 "executionRole": "builder", "workflows": [{"workflowArn": self.workflow}]}

        def waiting(image):
            steps = self.call("ListWaitingWorkflowSteps")["steps"]
            return [step for step in steps if step["imageBuildVersionArn"] == image]

        image = self.make("CreateImage", **order)["imageBuildVersionArn"]
        step = self.wait("a waiting step", lambda: waiting(image))[0]
        answer = self.make("SendWorkflowStepAction", stepExecutionId=step["stepExecutionId"],
                           imageBuildVersionArn=image, action="STOP", reason="not today")
        assert answer["stepExecutionId"] == step["stepExecutionId"], answer
        self.wait_for_image(image, "FAILED")
        self.make("RetryImage", imageBuildVersionArn=image)
        step = self.wait("a waiting step again", lambda: waiting(image))[0]
        self.make("CancelImageCreation", imageBuildVersionArn=image)
        self.wait_for_image(image, "CANCELLED")
        self.call("DeleteImage", imageBuildVersionArn=image)

    def pipelines(self):
        settings = {"imageRecipeArn": self.arn("image-recipe", "web", "/x.x.x"),
                    "infrastructureConfigurationArn": self.infrastructure,
                    "schedule": {"scheduleExpression": "cron(0 8 * * ? *)", "timezone": "Europe/Berlin"}}
        self.pipeline = self.make("CreateImagePipeline", name=self.name("web"), **settings)["imagePipelineArn"]
        self.make("UpdateImagePipeline", imagePipelineArn=self.pipeline, description="changed", **settings)
        shown = self.call("GetImagePipeline", imagePipelineArn=self.pipeline)["imagePipeline"]
        assert shown["description"] == "changed" and shown["dateNextRun"], shown
        listed = self.call("ListImagePipelines", filters=[{"name": "name", "values": [self.name("web")]}])
        assert [each["arn"] for each in listed["imagePipelineList"]] == [self.pipeline], listed
        image = self.make("StartImagePipelineExecution", imagePipelineArn=self.pipeline)["imageBuildVersionArn"]
        images = self.call("ListImagePipelineImages", imagePipelineArn=self.pipeline)["imageSummaryList"]
        assert [each["arn"] for each in images] == [image], images
        self.wait_for_image(image, "AVAILABLE")

    def lifecycle(self):
        settings = {"executionRole": "lifecycle", "resourceType": "AMI_IMAGE",
                    "policyDetails": [{"action": {"type": "DELETE", "includeResources": {"amis": True}},
                                       "filter": {"type": "AGE", "value": 6, "unit": "MONTHS", "retainAtLeast": 2},
                                       "exclusionRules": {"amis": {"lastLaunched": {"value": 1, "unit": "WEEKS"}}}}],
                    "resourceSelection": {"recipes": [{"name": self.name("web"), "semanticVersion": "1.x.x"}]}}
        policy = self.make("CreateLifecyclePolicy", name=self.name("old"), **settings)["lifecyclePolicyArn"]
        self.make("UpdateLifecyclePolicy", lifecyclePolicyArn=policy, status="DISABLED", **settings)
        shown = self.call("GetLifecyclePolicy", lifecyclePolicyArn=policy)["lifecyclePolicy"]
        assert shown["status"] == "DISABLED" and shown["policyDetails"] == settings["policyDetails"], shown
        listed = self.call("ListLifecyclePolicies")["lifecyclePolicySummaryList"]
        assert policy in [each["arn"] for each in listed], listed
        assert self.call("ListLifecycleExecutions", resourceArn=policy)["lifecycleExecutions"] == []
        self.call("DeleteLifecyclePolicy", lifecyclePolicyArn=policy)
        # One image, in two ways: later, which is cancelled, and at once.
        request = {"resourceArn": self.distributed, "executionRole": "lifecycle", "includeResources": {"amis": True}}
        later = self.make("StartResourceStateUpdate", state={"status": "DEPRECATED"},
                          updateAt=int(time.time()) + 86400, **request)["lifecycleExecutionId"]
        self.make("CancelLifecycleExecution", lifecycleExecutionId=later)
        now = self.make("StartResourceStateUpdate", state={"status": "DISABLED"}, **request)["lifecycleExecutionId"]

        def ended():
            execution = self.call("GetLifecycleExecution", lifecycleExecutionId=now)["lifecycleExecution"]
            return execution["state"]["status"] == "SUCCESS"

        self.wait("the disabling", ended)
        resources = self.call("ListLifecycleExecutionResources", lifecycleExecutionId=now,
                              parentResourceId=self.distributed)["resources"]
        assert len(resources) == 2 and resources[0]["state"]["status"] == "SUCCESS", resources
        assert self.call("GetImage", imageBuildVersionArn=self.distributed)["image"]["state"]["status"] == "DISABLED"
        assert self.call("ListImageScanFindings")["findings"] == []
        assert self.call("ListImageScanFindingAggregations")["responses"] == []

    def policies(self):
        for kind, member, arn in (("Component", "componentArn", self.component),
                                  ("ImageRecipe", "imageRecipeArn", self.recipe),
                                  ("ContainerRecipe", "containerRecipeArn", self.container_recipe),
                                  ("Image", "imageArn", self.image)):
            policy = json.dumps({"Version": "2012-10-17", "Statement": [
                {"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": f"imagebuilder:Get{kind}",
                 "Resource": arn}]})
            self.refused("ResourceNotFoundException", f"Get{kind}Policy", **{member: arn})
            self.refused("InvalidParameterValueException", f"Put{kind}Policy", policy="no policy", **{member: arn})
            assert self.call(f"Put{kind}Policy", policy=policy, **{member: arn})[member] == arn
            assert self.call(f"Get{kind}Policy", **{member: arn})["policy"] == policy

    def tags(self):
        self.call("TagResource", resourceArn=self.component, tags={"a b": "c/d", "team": "core"})
        self.call("UntagResource", resourceArn=self.component, tagKeys=["a b", "none"])
        assert self.call("ListTagsForResource", resourceArn=self.component)["tags"] == {"team": "core"}

    def refusals(self):
        self.refused("InvalidRequestException", "GetMarketplaceResource", resourceType="COMPONENT_DATA",
                     resourceArn=self.component)
        self.refused("ClientException", "ImportVmImage", name="machine", semanticVersion="1.0.0", platform="Linux",
                     vmImportTaskId="import-ami-1", clientToken="vm")
        self.refused("ClientException", "ImportDiskImage", name="windows", semanticVersion="1.0.0",
                     platform="Windows", osVersion="Microsoft Windows 11", uri="s3://media/windows.ISO",
                     infrastructureConfigurationArn=self.infrastructure, clientToken="iso")
        self.refused("DryRunOperationException", "CreateComponent", name=self.name("dry"), semanticVersion="1.0.0",
                     platform="Linux", data=COMPONENT, dryRun=True, clientToken="dry")
        self.refused("ResourceNotFoundException", "GetComponent",
                     componentBuildVersionArn=self.arn("component", "dry", "/1.0.0/1"))
        self.refused("ResourceDependencyException", "DeleteImageRecipe", imageRecipeArn=self.recipe)
        self.refused("InvalidPaginationTokenException", "ListComponents", nextToken="x")
        self.refused("IdempotentParameterMismatchException", "CreateInfrastructureConfiguration",
                     name=self.name("other"), instanceProfileName="x", clientToken=f"{self._prefix}-5")

    def deletions(self):
        self.call("DeleteImagePipeline", imagePipelineArn=self.pipeline)
        self.call("DeleteImage", imageBuildVersionArn=self.distributed)
        self.call("DeleteImageRecipe", imageRecipeArn=self.recipe)
        self.call("DeleteContainerRecipe", containerRecipeArn=self.container_recipe)
        self.call("DeleteComponent", componentBuildVersionArn=self.component)
        self.call("DeleteInfrastructureConfiguration", infrastructureConfigurationArn=self.infrastructure)
        self.call("DeleteDistributionConfiguration", distributionConfigurationArn=self.distribution)
        self.call("DeleteWorkflow", workflowBuildVersionArn=self.workflow)
        self.refused("ResourceNotFoundException", "GetWorkflow", workflowBuildVersionArn=self.workflow)
