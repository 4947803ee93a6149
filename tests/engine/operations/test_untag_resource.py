"""UntagResource."""

import pytest

MANAGED = (
    "InvalidRequestException",
    "This secret is managed by an AWS service, and you must use that service to update it.",
)


@pytest.mark.secret("db", tags={"a": "1", "b": "2", "c": "3"})
def test_the_tags_named_go_and_the_others_keep_their_order(client):
    reply = client.untag_resource(SecretId="db", TagKeys=["b"])
    assert reply.keys() == {"ResponseMetadata"}
    assert client.describe_secret(SecretId="db")["Tags"] == [{"Key": "a", "Value": "1"}, {"Key": "c", "Value": "3"}]


@pytest.mark.secret("db", tags={"a": "1"})
def test_a_secret_that_was_tagged_once_keeps_an_empty_list(client):
    client.untag_resource(SecretId="db", TagKeys=["a"])
    assert client.describe_secret(SecretId="db")["Tags"] == []


@pytest.mark.secret("db", tags={"a": "1"})
@pytest.mark.parametrize("key", ["b", "A"])
def test_a_key_that_is_not_there_is_fine(client, key):
    client.untag_resource(SecretId="db", TagKeys=[key])
    assert client.describe_secret(SecretId="db")["Tags"] == [{"Key": "a", "Value": "1"}]


@pytest.mark.secret("db")
def test_a_secret_that_was_never_tagged_shows_no_tags_afterwards(client):
    client.untag_resource(SecretId="db", TagKeys=["a"])
    assert "Tags" not in client.describe_secret(SecretId="db")


def test_it_dates_the_change(world):
    world.call("CreateSecret", Name="db", ClientRequestToken="token".ljust(32, "-"), Tags=[{"Key": "a", "Value": "1"}])
    world.pass_days(1)
    world.call("UntagResource", SecretId="db", TagKeys=["a"])
    assert world.state("db").changed == world.now


def test_a_secret_of_another_service_is_untagged_by_that_service_only(world):
    tags = [{"Key": "a", "Value": "1"}]
    world.call("CreateSecret", Name="db", ClientRequestToken="token".ljust(32, "-"), Tags=tags, by="rds")
    for caller in (None, "appflow"):
        assert world.refused("UntagResource", SecretId="db", TagKeys=["a"], by=caller) == MANAGED
    world.call("UntagResource", SecretId="db", TagKeys=["a"], by="rds")
    assert world.state("db").tags == {}


def test_a_service_of_aws_may_take_reserved_tags_away(world):
    tags = [{"Key": "aws:x", "Value": "1"}]
    world.call("CreateSecret", Name="db", ClientRequestToken="token".ljust(32, "-"), Tags=tags, by="rds")
    world.call("UntagResource", SecretId="db", TagKeys=["aws:x"], by="rds")
    assert world.state("db").tags == {}


@pytest.mark.secret("db", tags={"a": "1"})
def test_untag_resource_refuses_a_reserved_key(client, refused):
    assert refused(client.untag_resource, SecretId="db", TagKeys=["aws:x"]) == (
        "InvalidParameterException",
        "You can't modify system tags. Tag key: 'aws:x'.",
    )
