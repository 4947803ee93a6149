"""UntagResource."""

import pytest

MANAGED = (
    "InvalidRequestException",
    "This secret is managed by an AWS service, and you must use that service to update it.",
)


@pytest.mark.secret("db", tags={"a": "1", "b": "2", "c": "3"})
def test_untag_resource_removes_the_tags_and_keeps_the_order_of_the_others(client):
    reply = client.untag_resource(SecretId="db", TagKeys=["b"])
    assert reply.keys() == {"ResponseMetadata"}
    assert client.describe_secret(SecretId="db")["Tags"] == [{"Key": "a", "Value": "1"}, {"Key": "c", "Value": "3"}]


@pytest.mark.secret("db", tags={"a": "1"})
def test_describe_secret_shows_an_empty_list_after_the_last_tag_is_removed(client):
    client.untag_resource(SecretId="db", TagKeys=["a"])
    assert client.describe_secret(SecretId="db")["Tags"] == []


@pytest.mark.secret("db", tags={"a": "1"})
@pytest.mark.parametrize("key", ["b", "A"])
def test_untag_resource_ignores_a_key_that_the_secret_has_not(client, key):
    client.untag_resource(SecretId="db", TagKeys=[key])
    assert client.describe_secret(SecretId="db")["Tags"] == [{"Key": "a", "Value": "1"}]


@pytest.mark.secret("db")
def test_untag_resource_of_an_untagged_secret_adds_no_empty_list(client):
    client.untag_resource(SecretId="db", TagKeys=["a"])
    assert "Tags" not in client.describe_secret(SecretId="db")


def test_untag_resource_sets_the_date_of_the_last_change(world):
    world.call("CreateSecret", Name="db", ClientRequestToken="token".ljust(32, "-"), Tags=[{"Key": "a", "Value": "1"}])
    world.pass_days(1)
    world.call("UntagResource", SecretId="db", TagKeys=["a"])
    assert world.state("db").changed == world.now


def test_untag_resource_of_a_managed_secret_is_for_its_service_only(world):
    tags = [{"Key": "a", "Value": "1"}]
    world.call("CreateSecret", Name="db", ClientRequestToken="token".ljust(32, "-"), Tags=tags, by="rds")
    for caller in (None, "appflow"):
        assert world.refused("UntagResource", SecretId="db", TagKeys=["a"], by=caller) == MANAGED
    world.call("UntagResource", SecretId="db", TagKeys=["a"], by="rds")
    assert world.state("db").tags == {}


def test_an_aws_service_may_remove_reserved_tags(world):
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
