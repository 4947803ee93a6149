"""TagResource."""

import pytest

MANAGED = (
    "InvalidRequestException",
    "This secret is managed by an AWS service, and you must use that service to update it.",
)


def tags(**pairs):
    return [{"Key": key, "Value": value} for key, value in pairs.items()]


def shown(client):
    return client.describe_secret(SecretId="db")["Tags"]


@pytest.mark.secret("db")
def test_tag_resource_returns_nothing(client):
    reply = client.tag_resource(SecretId="db", Tags=tags(a="1"))
    assert reply.keys() == {"ResponseMetadata"}


@pytest.mark.secret("db", tags={"b": "1"})
def test_describe_secret_shows_tags_in_the_order_in_which_they_were_added(client):
    client.tag_resource(SecretId="db", Tags=tags(z="2", a="3"))
    assert shown(client) == tags(b="1", z="2", a="3")


@pytest.mark.secret("db", tags={"b": "1", "a": "2"})
def test_tag_resource_changes_the_value_of_a_tag_in_its_place(client):
    client.tag_resource(SecretId="db", Tags=tags(b="3"))
    assert shown(client) == tags(b="3", a="2")


@pytest.mark.secret("db", tags={"team": "1"})
def test_tag_keys_are_case_sensitive(client):
    client.tag_resource(SecretId="db", Tags=tags(Team="2"))
    assert shown(client) == tags(team="1", Team="2")


@pytest.mark.secret("db", tags={f"k{number}": "" for number in range(50)})
def test_tag_resource_changes_a_value_of_fifty_tags(client):
    client.tag_resource(SecretId="db", Tags=tags(k0="x"))
    assert len(shown(client)) == 50


def test_tag_resource_sets_the_date_of_the_last_change(world):
    world.call("CreateSecret", Name="db", ClientRequestToken="token".ljust(32, "-"))
    world.pass_days(1)
    world.call("TagResource", SecretId="db", Tags=tags(a="1"))
    assert world.state("db").changed == world.now


@pytest.mark.parametrize("service", ["rds", "redshift", "events"])
def test_tag_resource_of_a_managed_secret_is_for_its_service_only(world, service):
    world.call("CreateSecret", Name="db", ClientRequestToken="token".ljust(32, "-"), by=service)
    for caller in (None, "appflow"):
        assert world.refused("TagResource", SecretId="db", Tags=tags(a="1"), by=caller) == MANAGED
    world.call("TagResource", SecretId="db", Tags=tags(a="1"), by=service)
    assert world.state("db").tags == {"a": "1"}


def test_an_aws_service_may_add_reserved_tags(world):
    world.call("CreateSecret", Name="db", ClientRequestToken="token".ljust(32, "-"))
    world.call("TagResource", SecretId="db", Tags=[{"Key": "aws:x", "Value": "1"}], by="cloudformation")
    assert world.state("db").tags == {"aws:x": "1"}


@pytest.mark.secret("db", tags={f"k{number}": "" for number in range(50)})
@pytest.mark.parametrize(
    ("request_", "code", "message"),
    [
        pytest.param(
            {"SecretId": "db", "Tags": [{"Key": "AWS:x", "Value": "1"}]},
            "InvalidParameterException",
            "You can't modify system tags. Tag key: 'AWS:x'.",
            id="reserved key",
        ),
        pytest.param(
            {"SecretId": "db", "Tags": [*tags(a="1"), {"Key": "aws:y"}, {"Key": "aws:x"}]},
            "InvalidParameterException",
            "You can't modify system tags. Tag key: 'aws:y'.",
            id="reserved keys among others",
        ),
        pytest.param(
            {"SecretId": "db", "Tags": [*tags(a="1"), *tags(a="2")]},
            "InvalidParameterException",
            "You can't specify the same tag key more than once in a request.",
            id="same key twice",
        ),
        pytest.param(
            {"SecretId": "db", "Tags": tags(more="1")},
            "InvalidParameterException",
            "You can't attach more than 50 tags to a secret.",
            id="51 tags",
        ),
        pytest.param(
            {"SecretId": "db", "Tags": tags(**{"x" * 129: "1"})},
            "ValidationException",
            f"1 validation error detected: Value '{'x' * 64} ...' at 'tags.1.member.key' failed to satisfy constraint: "
            "Member must have length less than or equal to 128",
            id="key too long",
        ),
        pytest.param(
            {"SecretId": "db"},
            "ValidationException",
            "1 validation error detected: Value null at 'tags' failed to satisfy constraint: Member must not be null",
            id="no tags",
        ),
    ],
)
def test_tag_resource_refuses_tags(unchecked, refused, request_, code, message):
    assert refused(unchecked.tag_resource, **request_) == (code, message)
