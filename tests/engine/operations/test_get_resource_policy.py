"""GetResourcePolicy."""

import json
from dataclasses import replace

import pytest
from botocore.model import DenormalizedStructureBuilder

from pytest_secretsmanager.engine import model

POLICY = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": '
    '{"AWS": "arn:aws:iam::210987654321:root"}, "Action": "secretsmanager:GetSecretValue", "Resource": "*"}]}'
)

LAID_OUT = """{
  "Version" : "2012-10-17",
  "Statement" : [ {
    "Effect" : "Allow",
    "Principal" : {
      "AWS" : "arn:aws:iam::210987654321:root"
    },
    "Action" : "secretsmanager:GetSecretValue",
    "Resource" : "*"
  } ]
}"""


@pytest.mark.secret("db", policy=POLICY)
def test_get_resource_policy_returns_the_policy_in_the_layout_of_aws(client, secretsmanager, policy_name):
    reply = client.get_resource_policy(SecretId="db")
    del reply["ResponseMetadata"]
    assert reply == {"ARN": secretsmanager.secret("db").arn, "Name": "db", "ResourcePolicy": LAID_OUT, **policy_name}


@pytest.mark.secret("db", policy=json.loads(POLICY))
def test_get_resource_policy_returns_a_seeded_policy_in_the_layout_of_aws(client):
    assert client.get_resource_policy(SecretId="db")["ResourcePolicy"] == LAID_OUT


@pytest.mark.secret("db")
def test_get_resource_policy_omits_the_member_of_a_secret_without_a_policy(client, policy_name):
    assert client.get_resource_policy(SecretId="db").keys() == {"ARN", "Name", "ResponseMetadata", *policy_name}


def test_get_resource_policy_omits_the_policy_name_if_botocore_does_not_know_it(world, monkeypatch):
    arn = world.call("CreateSecret", Name="db", ClientRequestToken="token".ljust(32, "-"))["ARN"]
    members = {name: {"type": "string"} for name in ("ARN", "Name", "ResourcePolicy")}
    older = DenormalizedStructureBuilder().with_members(members).build_model()
    described = replace(model.operation("GetResourcePolicy"), output_shape=older)
    monkeypatch.setattr(model, "operation", {"GetResourcePolicy": described}.__getitem__)
    assert world.call("GetResourcePolicy", SecretId="db") == {"ARN": arn, "Name": "db"}


def test_get_resource_policy_returns_the_policy_of_a_replica(world):
    world.make_replica("copy")
    world.call("PutResourcePolicy", region="eu-west-1", SecretId="copy", ResourcePolicy=POLICY)
    assert world.call("GetResourcePolicy", SecretId="copy")["ResourcePolicy"] == LAID_OUT
