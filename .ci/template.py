"""Deploys template.yaml into moto, an AWS in memory, and lists the resource types that it creates and skips.

aws-sam-translator expands the template as CloudFormation does. moto then creates what it implements of CloudFormation, the
function and its role included. What it does not implement is in SKIPPED; the run fails if that list is not exact, so a new
type of the template, and one that a newer moto creates, are both noticed.
"""

import io
import json
import os
import re
import sys
import warnings
import zipfile
from collections import Counter

# Before boto3 reads them: no credential of this machine is used, and nothing leaves it.
for name in [name for name in os.environ if name.startswith("AWS_")]:
    del os.environ[name]
os.environ |= {"AWS_ACCESS_KEY_ID": "moto", "AWS_SECRET_ACCESS_KEY": "moto", "AWS_DEFAULT_REGION": "eu-west-1"}
warnings.simplefilter("ignore")

import boto3  # noqa: E402
from moto import mock_aws  # noqa: E402
from moto.cloudformation.parsing import get_model_map  # noqa: E402
from samcli.yamlhelper import yaml_parse  # noqa: E402
from samtranslator.parser.parser import Parser  # noqa: E402
from samtranslator.translator.translator import Translator  # noqa: E402

# What moto 5.2.5 does not implement in CloudFormation. cfn-lint checks their properties.
SKIPPED = {
    "AWS::ApiGatewayV2::Api",
    "AWS::ApiGatewayV2::ApiMapping",
    "AWS::ApiGatewayV2::DomainName",
    "AWS::ApiGatewayV2::Stage",
    "AWS::CloudWatch::Alarm",
    "AWS::Lambda::Url",
    "AWS::Logs::MetricFilter",
    "AWS::Logs::QueryDefinition",
}

APP_ID = "0123456789abcdef0123456789abcdef"
KEY = "arn:aws:kms:eu-west-1:123456789012:key/0123abcd"
LAYER = "/parameters-and-secrets-extension"
ARTEFACT = {"Bucket": "artefacts", "Key": "bootstrap.zip"}

# Together they deploy every resource of the template.
STACKS = {
    # What docs/deploy-lambda.md passes; everything else has its default.
    "guide": {"AppId": APP_ID, "ApiKeys": f"backend:{APP_ID}{APP_ID}"},
    "open": {"AppId": APP_ID, "Auth": "none"},
    "everything": {
        "AppId": APP_ID,
        "AppCertificateSecret": "ssm:/agora/app-certificate",
        "AppCertificateKmsKeyArn": KEY,
        "AppCertificateSecondary": APP_ID,
        "Auth": "api-key",
        "ApiKeys": f"backend:{APP_ID}{APP_ID}",
        "EnvironmentKmsKeyArn": KEY,
        "FunctionUrl": "true",
        "ReservedConcurrency": "5",
        "DomainName": "token.example.com",
        "DomainCertificateArn": "arn:aws:acm:eu-west-1:123456789012:certificate/0123abcd",
        "HostedZoneId": "",
        "AlarmTopicArn": "arn:aws:sns:eu-west-1:123456789012:alarms",
        "Dashboard": "true",
        "Metrics": "true",
    },
}

# Parameters that a rule of the template rejects, by the rule.
REJECTED = {
    "ApiKeyNeedsKeys": {"AppId": APP_ID},
    "JwtNeedsIssuerAudienceAndKey": {"AppId": APP_ID, "Auth": "jwt", "JwtIssuer": "https://issuer.example/"},
    "SecretsInTheConfigurationAreEncrypted": STACKS["open"] | {"AppCertificateSecondary": APP_ID},
    "CredentialsNeedOrigins": STACKS["open"] | {"CorsAllowCredentials": "true"},
    "FunctionUrlNeedsLimit": STACKS["open"] | {"FunctionUrl": "true"},
    "DomainNeedsCertificate": STACKS["open"] | {"DomainName": "token.example.com"},
}


def expanded(source, parameters):
    """The template after SAM's transform, with the uploaded function that `sam package` puts into it."""
    template = yaml_parse(source)
    template["Resources"]["TokenFunction"]["Properties"]["CodeUri"] = ARTEFACT
    # moto looks the default up too, in a store that has no public parameters.
    template["Parameters"]["SecretsExtension"]["Default"] = LAYER
    return Translator({}, Parser()).translate(template, parameters)


def without(value, gone):
    """The value with a text in place of each reference to a resource that moto cannot create."""
    if isinstance(value, list):
        return [without(item, gone) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        [(function, argument)] = value.items()
        if function == "Ref" and argument in gone:
            return "skipped"
        if function == "Fn::GetAtt" and (argument if isinstance(argument, list) else argument.split("."))[0] in gone:
            return "skipped"
        if function == "Fn::Sub":
            text, *rest = argument if isinstance(argument, list) else [argument]
            text = re.sub(r"\$\{(\w+)(\.\w+)?\}", lambda match: "skipped" if match[1] in gone else match[0], text)
            return {function: [text, *without(rest, gone)] if rest else text}
    return {key: without(item, gone) for key, item in value.items()}


def holds(template, parameters, condition):
    """Whether a condition of the template holds, by moto's own evaluation."""
    from moto.cloudformation.parsing import ResourceMap

    given = {"account_id": "123456789012", "region_name": "eu-west-1", "tags": {}, "cross_stack_resources": {}}
    resources = ResourceMap("stack-id", "stack", parameters, template=template, **given)
    resources.load_parameters()
    resources.load_conditions()
    return resources.lazy_condition_map[condition]


def value_of(expression, parameters):
    """A rule's expression, as CloudFormation evaluates it. moto evaluates no rules."""
    if not isinstance(expression, dict):
        return expression
    [(function, argument)] = expression.items()
    if function == "Ref":
        return parameters[argument]
    values = [value_of(item, parameters) for item in argument]
    match function:
        case "Fn::Equals":
            return values[0] == values[1]
        case "Fn::And":
            return all(values)
        case "Fn::Or":
            return any(values)
        case "Fn::Not":
            return not values[0]
    raise ValueError(function)


def rejecting(template, given):
    """The rules that reject these parameters."""
    defaults = {name: str(parameter.get("Default", "")) for name, parameter in template["Parameters"].items()}
    parameters = defaults | given
    return [
        name
        for name, rule in template["Rules"].items()
        if value_of(rule["RuleCondition"], parameters)
        and not all(value_of(assertion["Assert"], parameters) for assertion in rule["Assertions"])
    ]


def deploy(name, source, parameters):
    template = expanded(source, parameters)
    known = get_model_map()
    resources = {
        logical: resource
        for logical, resource in template["Resources"].items()
        if "Condition" not in resource or holds(template, parameters, resource["Condition"])
    }
    gone = {logical for logical, resource in template["Resources"].items() if resource["Type"] not in known}
    kept = {logical: without(resource, gone) for logical, resource in template["Resources"].items() if logical not in gone}
    template |= {"Resources": kept, "Outputs": without(template["Outputs"], gone)}

    client = boto3.client("cloudformation")
    client.create_stack(
        StackName=name,
        TemplateBody=json.dumps(template),
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        Capabilities=["CAPABILITY_IAM"],
    )
    [stack] = client.describe_stacks(StackName=name)["Stacks"]
    if stack["StackStatus"] != "CREATE_COMPLETE":
        sys.exit(f"template: {name}: {stack['StackStatus']}: {stack.get('StackStatusReason')}")
    created = {
        summary["LogicalResourceId"]: summary["ResourceType"]
        for summary in client.list_stack_resources(StackName=name)["StackResourceSummaries"]
        # A resource whose condition does not hold is one without a name there.
        if summary["LogicalResourceId"]
    }
    expected = {logical: resource["Type"] for logical, resource in resources.items() if logical not in gone}
    if created != expected:
        sys.exit(f"template: {name}: created {created}, expected {expected}")
    skipped = {resource["Type"] for logical, resource in resources.items() if logical in gone}
    return Counter(created.values()), skipped


def check(name, parameters):
    """What was deployed, asked of the services themselves."""
    [stack] = boto3.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    function = boto3.client("lambda").get_function_configuration(FunctionName=outputs["FunctionName"])
    variables = function["Environment"]["Variables"]
    assert variables["APP_ID"] == APP_ID and variables["AUTH"] == parameters.get("Auth", "api-key"), variables
    assert "APP_CERTIFICATE" not in variables, "the certificate is not part of the configuration"
    assert (function["Runtime"], function["Handler"]) == ("provided.al2023", "bootstrap"), function
    groups = {group["logGroupName"]: group for group in boto3.client("logs").describe_log_groups()["logGroups"]}
    assert groups[f"/aws/lambda/{name}"]["retentionInDays"] == 30, groups


def prepare():
    """What a real account has before the stack: the uploaded function, the extension's layer, a key, a topic."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as files:
        files.writestr("bootstrap", "")
    s3 = boto3.client("s3")
    location = {"LocationConstraint": os.environ["AWS_DEFAULT_REGION"]}
    s3.create_bucket(Bucket=ARTEFACT["Bucket"], CreateBucketConfiguration=location)
    s3.put_object(**ARTEFACT, Body=archive.getvalue())
    layer = boto3.client("lambda").publish_layer_version(LayerName="extension", Content={"ZipFile": archive.getvalue()})
    boto3.client("ssm").put_parameter(Name=LAYER, Type="String", Value=layer["LayerVersionArn"])
    zone = boto3.client("route53").create_hosted_zone(Name="example.com", CallerReference="1")
    return zone["HostedZone"]["Id"].removeprefix("/hostedzone/")


def main(path):
    with open(path, encoding="utf-8") as file:
        source = file.read()
    template = yaml_parse(source)
    if set(REJECTED) != set(template["Rules"]):
        sys.exit(f"template: REJECTED has no parameters for {set(template['Rules']) - set(REJECTED)}")
    for rule, parameters in REJECTED.items():
        if rejecting(template, parameters) != [rule]:
            sys.exit(f"template: {parameters} are rejected by {rejecting(template, parameters)}, expected {rule}")
    print(f"template: {len(REJECTED)} rules reject what they are for")
    created, skipped = Counter(), set()
    for name, parameters in STACKS.items():
        with mock_aws():
            zone = prepare()
            given = parameters | {"SecretsExtension": LAYER}
            if given.get("HostedZoneId") == "":
                given["HostedZoneId"] = zone
            if rejecting(template, given):
                sys.exit(f"template: {name}: rejected by {rejecting(template, given)}")
            done, left = deploy(name, source, given)
            check(name, given)
            created, skipped = created | done, skipped | left
            print(f"template: {name}: CREATE_COMPLETE, {sum(done.values())} resources")
    print("created:", ", ".join(f"{kind} ({count})" for kind, count in sorted(created.items())))
    print("skipped:", ", ".join(sorted(skipped)))
    if skipped != SKIPPED:
        sys.exit(f"template: SKIPPED is not exact: {sorted(skipped ^ SKIPPED)}")


main(*sys.argv[1:] or ["template.yaml"])
