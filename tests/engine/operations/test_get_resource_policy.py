"""GetResourcePolicy."""

import json

import pytest

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
def test_it_answers_with_the_policy_laid_out_anew(client, secretsmanager, policy_name):
    reply = client.get_resource_policy(SecretId="db")
    del reply["ResponseMetadata"]
    assert reply == {"ARN": secretsmanager.secret("db").arn, "Name": "db", "ResourcePolicy": LAID_OUT, **policy_name}


@pytest.mark.secret("db", policy=json.loads(POLICY))
def test_a_seeded_policy_is_laid_out_too(client):
    assert client.get_resource_policy(SecretId="db")["ResourcePolicy"] == LAID_OUT


@pytest.mark.secret("db")
def test_without_a_policy_the_member_is_absent(client, policy_name):
    assert client.get_resource_policy(SecretId="db").keys() == {"ARN", "Name", "ResponseMetadata", *policy_name}


def test_a_replica_shows_its_policy(world):
    world.make_replica("copy")
    world.call("PutResourcePolicy", region="eu-west-1", SecretId="copy", ResourcePolicy=POLICY)
    assert world.call("GetResourcePolicy", SecretId="copy")["ResourcePolicy"] == LAID_OUT
