#!/usr/bin/env python3
"""SSM parameters, SNS topics and CloudWatch log groups with boto3 and the unmodified AWS CLI, and what Image Builder does
with them: word of a finished image, its AMI in a parameter.

usage: neighbours_test.py <goldsmith> <seed_image>
"""

import http.server
import json
import os
import subprocess
import sys
import threading
import time

import harness

COMPONENT = """\
name: c
schemaVersion: 1.0
phases:
  - name: build
    steps:
      - name: Nothing
        action: ExecuteBash
        inputs:
          commands: ["true"]
"""


def refused(code, call, *arguments, **members):
    try:
        call(*arguments, **members)
    except Exception as error:  # pylint: disable=broad-except
        found = error.code if isinstance(error, harness.AwsError) else error.response["Error"]["Code"]
        assert found == code, (found, code, error)
        return str(error)
    raise AssertionError(f"{code} was expected")


def wait_for(what, probe, seconds=60):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = probe()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"{what} did not happen within {seconds} s")


class Endpoint:
    """An HTTP server that keeps what is posted to it and answers as told."""

    def __init__(self):
        self.posts, self.statuses = [], []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):  # pylint: disable=invalid-name
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                outer.posts.append((dict(self.headers), body))
                self.send_response(outer.statuses.pop(0) if outer.statuses else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def wait_for(self, number):
        wait_for(f"post {number}", lambda: len(self.posts) >= number)
        return self.posts[number - 1]

    def close(self):
        self._server.shutdown()
        self._server.server_close()


def test_parameters(server):
    ssm = harness.boto_client(server, "ssm")
    assert ssm.put_parameter(Name="/app/db/host", Value="one", Type="String", Description="d",
                             Tags=[{"Key": "team", "Value": "a"}])["Version"] == 1
    refused("ParameterAlreadyExists", ssm.put_parameter, Name="/app/db/host", Value="two", Type="String")
    assert ssm.put_parameter(Name="/app/db/host", Value="two", Overwrite=True)["Version"] == 2
    got = ssm.get_parameter(Name="/app/db/host")["Parameter"]
    assert (got["Value"], got["Version"], got["Type"], got["DataType"]) == ("two", 2, "String", "text"), got
    assert got["ARN"] == "arn:aws:ssm:us-east-1:123456789012:parameter/app/db/host"
    first = ssm.get_parameter(Name="/app/db/host:1")["Parameter"]
    assert first["Value"] == "one" and first["Selector"] == ":1"
    assert ssm.get_parameter(Name=got["ARN"])["Parameter"]["Value"] == "two"
    refused("ParameterVersionNotFound", ssm.get_parameter, Name="/app/db/host:9")
    refused("ParameterNotFound", ssm.get_parameter, Name="/nothing")
    ssm.label_parameter_version(Name="/app/db/host", ParameterVersion=1, Labels=["live", "1bad"])
    assert ssm.get_parameter(Name="/app/db/host:live")["Parameter"]["Value"] == "one"
    ssm.label_parameter_version(Name="/app/db/host", Labels=["live"])
    assert ssm.get_parameter(Name="/app/db/host:live")["Parameter"]["Value"] == "two"
    history = ssm.get_parameter_history(Name="/app/db/host")["Parameters"]
    assert [(h["Version"], h.get("Labels")) for h in history] == [(1, []), (2, ["live"])], history
    ssm.put_parameter(Name="/app/db/password", Value="s3cret-of-the-db", Type="SecureString")
    sealed = ssm.get_parameter(Name="/app/db/password")["Parameter"]["Value"]
    assert "s3cret" not in sealed
    opened = ssm.get_parameter(Name="/app/db/password", WithDecryption=True)["Parameter"]
    assert opened["Value"] == "s3cret-of-the-db"
    for folder, _, files in os.walk(server.data_dir):
        for name in files:
            with open(os.path.join(folder, name), "rb") as file:
                assert b"s3cret-of-the-db" not in file.read(), f"{name} holds the secret"
    for number in range(12):
        ssm.put_parameter(Name=f"/many/{number:02}", Value="v", Type="StringList")
    names = []
    for page in ssm.get_paginator("get_parameters_by_path").paginate(Path="/many"):
        names += [p["Name"] for p in page["Parameters"]]
    assert names == [f"/many/{number:02}" for number in range(12)], names
    assert [p["Name"] for p in ssm.get_parameters_by_path(Path="/app")["Parameters"]] == []
    assert len(ssm.get_parameters_by_path(Path="/app", Recursive=True)["Parameters"]) == 2
    some = ssm.get_parameters(Names=["/app/db/host:1", "/no", "/app/db/host:77"])
    assert len(some["Parameters"]) == 1 and some["InvalidParameters"] == ["/no", "/app/db/host:77"]
    described = ssm.describe_parameters(ParameterFilters=[{"Key": "Type", "Values": ["SecureString"]}])["Parameters"]
    assert [p["Name"] for p in described] == ["/app/db/password"] and "Value" not in described[0]
    tagged = ssm.describe_parameters(ParameterFilters=[{"Key": "tag:team", "Values": ["a"]}])["Parameters"]
    assert [p["Name"] for p in tagged] == ["/app/db/host"]
    ssm.add_tags_to_resource(ResourceType="Parameter", ResourceId="/app/db/host", Tags=[{"Key": "x", "Value": "y"}])
    tags = ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId="/app/db/host")["TagList"]
    assert {t["Key"] for t in tags} == {"team", "x"}
    for name in ("aws/x", "no/slash/first", "/a//b", "/" + "a/" * 16 + "b", "ssm-thing", "/bad name"):
        refused("HierarchyLevelLimitExceededException" if name.count("/") > 15 else "ValidationException",
                ssm.put_parameter, Name=name, Value="v", Type="String")
    refused("ValidationException", ssm.put_parameter, Name="/new", Value="v")
    refused("ValidationException", ssm.put_parameter, Name="/big", Value="v" * 4097, Type="String")
    assert ssm.put_parameter(Name="/big", Value="v" * 8192, Type="String", Tier="Advanced")["Tier"] == "Advanced"
    refused("HierarchyTypeMismatchException", ssm.put_parameter, Name="/big", Value="v", Type="SecureString",
            Overwrite=True)
    refused("ValidationException", ssm.put_parameter, Name="/ami", Value="ami-0123456789abcdef0", Type="String",
            DataType="aws:ec2:image")
    deleted = ssm.delete_parameters(Names=["/big", "/nothing"])
    assert deleted["DeletedParameters"] == ["/big"] and deleted["InvalidParameters"] == ["/nothing"]
    ssm.delete_parameter(Name="/app/db/host")
    refused("ParameterNotFound", ssm.delete_parameter, Name="/app/db/host")
    refused("UnknownOperationException", ssm.create_association, Name="AWS-RunShellScript")
    print("SSM parameters")


def test_topics(server):
    sns, endpoint = harness.boto_client(server, "sns"), Endpoint()
    arn = sns.create_topic(Name="news", Attributes={"DisplayName": "News"}, Tags=[{"Key": "k", "Value": "v"}])["TopicArn"]
    assert arn == "arn:aws:sns:us-east-1:123456789012:news"
    assert sns.create_topic(Name="news")["TopicArn"] == arn
    refused("InvalidParameter", sns.create_topic, Name="news", Attributes={"DisplayName": "Other"})
    refused("InvalidParameter", sns.create_topic, Name="queue.fifo", Attributes={"FifoTopic": "true"})
    refused("InvalidParameter", sns.create_topic, Name="bad name")
    assert [t["TopicArn"] for t in sns.list_topics()["Topics"]] == [arn]
    assert sns.list_tags_for_resource(ResourceArn=arn)["Tags"] == [{"Key": "k", "Value": "v"}]
    for protocol, address in (("http", "https://x/"), ("http", "http://user@host/"), ("https", "ftp://x"),
                              ("http", "http:///path"), ("sqs", "arn:aws:sqs:us-east-1:123456789012:q"),
                              ("sms", "+1"), ("email", "nobody")):
        refused("InvalidParameter", sns.subscribe, TopicArn=arn, Protocol=protocol, Endpoint=address)
    assert sns.subscribe(TopicArn=arn, Protocol="http", Endpoint=endpoint.url)["SubscriptionArn"] == "pending confirmation"
    headers, body = endpoint.wait_for(1)
    asked = json.loads(body)
    assert headers["x-amz-sns-message-type"] == asked["Type"] == "SubscriptionConfirmation"
    sns.publish(TopicArn=arn, Message="before anybody confirmed")
    refused("InvalidParameter", sns.confirm_subscription, TopicArn=arn, Token="0" * 96)
    subscription = sns.confirm_subscription(TopicArn=arn, Token=asked["Token"])["SubscriptionArn"]
    assert subscription.startswith(arn + ":")
    endpoint.statuses = [503, 429]  # tried again
    message = sns.publish(TopicArn=arn, Message="hello \u2603", Subject="greeting", MessageAttributes={
        "kind": {"DataType": "String", "StringValue": "test"}})["MessageId"]
    headers, body = endpoint.wait_for(4)
    told = json.loads(body)
    assert told["Type"] == "Notification" and told["MessageId"] == message and told["TopicArn"] == arn, told
    assert told["Message"] == "hello \u2603" and told["Subject"] == "greeting"
    assert told["MessageAttributes"] == {"kind": {"Type": "String", "Value": "test"}}, told
    assert headers["x-amz-sns-subscription-arn"] == subscription and [p[1] for p in endpoint.posts[1:3]] == [body, body]
    sns.set_subscription_attributes(SubscriptionArn=subscription, AttributeName="RawMessageDelivery", AttributeValue="true")
    sns.publish(TopicArn=arn, Message="raw")
    assert endpoint.wait_for(5)[1] == "raw"
    attributes = sns.get_topic_attributes(TopicArn=arn)["Attributes"]
    assert attributes["SubscriptionsConfirmed"] == "1" and attributes["DisplayName"] == "News", attributes
    endpoint.statuses = [404]  # refused for good
    sns.publish(TopicArn=arn, Message="nobody wants it")
    endpoint.wait_for(6)
    failure = wait_for("the failure", lambda: sns.get_subscription_attributes(SubscriptionArn=subscription)
                       ["Attributes"].get("LastFailure"))
    assert "404" in failure, failure
    endpoint.statuses = [500]  # what waits survives a kill
    sns.publish(TopicArn=arn, Message="after the kill")
    endpoint.wait_for(7)
    server.kill()
    server.start()
    assert endpoint.wait_for(8)[1] == "after the kill"
    sns = harness.boto_client(server, "sns")
    assert [s["Endpoint"] for s in sns.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"]] == [endpoint.url]
    assert len(sns.list_subscriptions()["Subscriptions"]) == 1
    sns.unsubscribe(SubscriptionArn=subscription)
    assert not sns.list_subscriptions()["Subscriptions"]
    sns.delete_topic(TopicArn=arn)
    sns.delete_topic(TopicArn=arn)
    refused("NotFound", sns.publish, TopicArn=arn, Message="x")
    refused("InvalidAction", sns.list_origination_numbers)
    endpoint.close()
    print("SNS topics")


def test_local_endpoints_are_refused(server):
    """As the configuration has it by default: nobody reaches this host's own services by a topic."""
    sns, endpoint = harness.boto_client(server, "sns"), Endpoint()
    topic = sns.create_topic(Name="inward")["TopicArn"]
    for url in (endpoint.url, endpoint.url.replace("127.0.0.1", "localhost"), endpoint.url.replace("127.0.0.1", "[::1]"),
                "http://169.254.169.254/latest/meta-data", "http://0x7f.1/"):
        arn = sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=url, ReturnSubscriptionArn=True)["SubscriptionArn"]
        failure = wait_for(f"the refusal of {url}", lambda arn=arn: sns.get_subscription_attributes(
            SubscriptionArn=arn)["Attributes"].get("LastFailure"))
        assert "notifications_to_local_addresses" in failure, failure
    assert endpoint.posts == []
    endpoint.close()
    print("SNS: endpoints on this host are refused")


def test_logs(server):
    logs, cli = harness.boto_client(server, "logs"), harness.Cli(server)
    logs.create_log_group(logGroupName="/app/web", tags={"team": "a"})
    refused("ResourceAlreadyExistsException", logs.create_log_group, logGroupName="/app/web")
    logs.create_log_stream(logGroupName="/app/web", logStreamName="one")
    refused("ResourceAlreadyExistsException", logs.create_log_stream, logGroupName="/app/web", logStreamName="one")
    refused("ResourceNotFoundException", logs.create_log_stream, logGroupName="/no", logStreamName="one")
    now = int(time.time() * 1000)
    events = [{"timestamp": now + number, "message": f"line {number} {'ERROR' if number == 7 else 'fine'}"}
              for number in range(10)]
    logs.put_log_events(logGroupName="/app/web", logStreamName="one", logEvents=events)
    old = logs.put_log_events(logGroupName="/app/web", logStreamName="one", logEvents=[
        {"timestamp": now - 20 * 86400 * 1000, "message": "too old"}])
    assert old["rejectedLogEventsInfo"]["tooOldLogEventEndIndex"] == 1, old
    refused("InvalidParameterException", logs.put_log_events, logGroupName="/app/web", logStreamName="one",
            logEvents=events[::-1])
    refused("ResourceNotFoundException", logs.put_log_events, logGroupName="/app/web", logStreamName="no", logEvents=events)
    found = logs.filter_log_events(logGroupName="/app/web", filterPattern="ERROR")["events"]
    assert [e["message"] for e in found] == ["line 7 ERROR"]
    tailed = subprocess.run([harness.cli_programs()[0], "--endpoint-url", server.endpoint, "--region", "us-east-1", "logs",
                             "tail", "/app/web", "--since", "1h", "--format", "short"], env=cli.environment,
                            capture_output=True, text=True, timeout=120, check=False)
    if "Invalid choice" in tailed.stderr:
        print("left out: this AWS CLI has no `logs tail` (version 2 has)")
    else:
        assert tailed.stdout.count("line ") == 10 and "line 7 ERROR" in tailed.stdout, tailed
    for days in (1, 3653):
        logs.put_retention_policy(logGroupName="/app/web", retentionInDays=days)
        assert logs.describe_log_groups(logGroupNamePrefix="/app")["logGroups"][0]["retentionInDays"] == days
    refused("InvalidParameterException", logs.put_retention_policy, logGroupName="/app/web", retentionInDays=2)
    logs.delete_retention_policy(logGroupName="/app/web")
    group = logs.describe_log_groups(logGroupNamePattern="pp/w")["logGroups"][0]
    assert "retentionInDays" not in group and group["storedBytes"] > 0, group
    arn = group["logGroupArn"]
    logs.tag_resource(resourceArn=arn, tags={"x": "y"})
    logs.untag_resource(resourceArn=arn, tagKeys=["team"])
    assert logs.list_tags_for_resource(resourceArn=arn)["tags"] == {"x": "y"}
    logs.delete_log_stream(logGroupName="/app/web", logStreamName="one")
    refused("ResourceNotFoundException", logs.delete_log_stream, logGroupName="/app/web", logStreamName="one")
    logs.delete_log_group(logGroupName="/app/web")
    refused("ResourceNotFoundException", logs.delete_log_group, logGroupName="/app/web")
    refused("UnknownOperationException", logs.describe_metric_filters)
    print("CloudWatch Logs")


def test_image(server, ami):
    """One image with the fake driver: word to the topic, the AMI in a parameter."""
    sns, ib, iam = (harness.boto_client(server, name) for name in ("sns", "imagebuilder", "iam"))
    ssm, endpoint = harness.boto_client(server, "ssm"), Endpoint()
    component = ib.create_component(name="nothing", semanticVersion="1.0.0", platform="Linux",
                                    data=COMPONENT)["componentBuildVersionArn"]
    topic = sns.create_topic(Name="images")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=endpoint.url)
    sns.confirm_subscription(TopicArn=topic, Token=json.loads(endpoint.wait_for(1)[1])["Token"])
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}))
    iam.create_instance_profile(InstanceProfileName="p")
    iam.add_role_to_instance_profile(InstanceProfileName="p", RoleName="r")
    recipe = ib.create_image_recipe(name="told", semanticVersion="1.0.0", parentImage=ami,
                                    components=[{"componentArn": component}])["imageRecipeArn"]
    infrastructure = ib.create_infrastructure_configuration(name="told", instanceProfileName="p",
                                                            snsTopicArn=topic)["infrastructureConfigurationArn"]
    distribution = ib.create_distribution_configuration(name="told", distributions=[
        {"region": region, "amiDistributionConfiguration": {"name": "told {{ imagebuilder:buildDate }}"},
         "ssmParameterConfigurations": [{"parameterName": "/golden/told", "dataType": "aws:ec2:image"}]}
        for region in ("us-east-1", "us-west-2")])["distributionConfigurationArn"]
    image = ib.create_image(imageRecipeArn=recipe, infrastructureConfigurationArn=infrastructure,
                            distributionConfigurationArn=distribution)["imageBuildVersionArn"]

    def ended():
        found = ib.get_image(imageBuildVersionArn=image)["image"]
        return found if found["state"]["status"] in ("AVAILABLE", "FAILED", "CANCELLED") else None

    found = wait_for("the image's end", ended)
    assert found["state"]["status"] == "AVAILABLE", found["state"]
    told = json.loads(json.loads(endpoint.wait_for(2)[1])["Message"])
    assert told["arn"] == image and told["state"]["status"] == "AVAILABLE" and told["version"] == "1.0.0", told
    assert told["semver"] == (1 << 90) + told["buildVersion"] and told["versionlessArn"] == image.rsplit("/", 2)[0]
    assert {a["image"] for a in told["outputResources"]["amis"]} == {
        a["image"] for a in found["outputResources"]["amis"]}
    for amis in found["outputResources"]["amis"]:
        parameter = harness.boto_client(server, "ssm", amis["region"]).get_parameter(Name="/golden/told")["Parameter"]
        assert parameter["Value"] == amis["image"] and parameter["DataType"] == "aws:ec2:image", parameter
    assert ssm.get_parameter(Name="/golden/told")["Parameter"]["Version"] == 1
    assert len(endpoint.posts) == 2
    endpoint.close()
    print("an image: word to its topic, its AMI in a parameter")


def main(goldsmith, seed_image):
    if not harness.boto3_or_none() or not harness.cli_programs():
        harness.skip("boto3 or the AWS CLI is not installed")
    with harness.private_directory("neighbours") as folder:
        data = os.path.join(folder, "data")
        os.makedirs(data, mode=0o700)
        ami = subprocess.run([seed_image, data], check=True, capture_output=True, text=True).stdout.strip()
        config = os.path.join(folder, "goldsmith.yaml")
        with open(config, "w", encoding="utf-8") as file:
            file.write("driver: fake\nnotifications_to_local_addresses: true\n")
        strict = os.path.join(folder, "strict.yaml")
        with open(strict, "w", encoding="utf-8") as file:
            file.write("driver: fake\n")
        with harness.Server([goldsmith], os.path.join(folder, "strict"), ["--config", strict]) as server:
            test_local_endpoints_are_refused(server)
        with harness.Server([goldsmith], data, ["--config", config]) as server:
            test_parameters(server)
            test_topics(server)
            test_logs(server)
            test_image(server, ami)


if __name__ == "__main__":
    main(*sys.argv[1:])
