"""Calls of a client in a region that AWS has not: botocore would look for a host that is none."""

import asyncio

import pytest

from pytest_secretsmanager import UsageError

REFUSED = r"^the region of a client is 'eu-wst-1', which botocore \S+ does not know; did you mean 'eu-west-1'"


def listen(client, way):
    """Makes calls of this client go the long way, unless it is to stay quiet."""
    if way == "hooked":
        client.meta.events.register("before-call.secrets-manager", lambda **_: None)
    return client


@pytest.mark.parametrize("way", ["quiet", "hooked"])
def test_each_call_is_refused_and_none_is_logged(secretsmanager, new_client, way):
    client = listen(new_client("eu-wst-1"), way)
    for _ in range(2):
        with pytest.raises(UsageError, match=REFUSED), secretsmanager.assert_unchanged():
            client.create_secret(Name="db", SecretString="x")
    assert not secretsmanager.log


@pytest.mark.parametrize("way", ["quiet", "hooked"])
def test_each_async_call_is_refused_and_none_is_logged(secretsmanager, new_async_client, way):
    async def call():
        async with new_async_client("eu-wst-1") as client:
            await listen(client, way).create_secret(Name="db", SecretString="x")

    for _ in range(2):
        with pytest.raises(UsageError, match=REFUSED), secretsmanager.assert_unchanged():
            asyncio.run(call())
    assert not secretsmanager.log


@pytest.mark.parametrize("region", ["cn-north-1", "us-gov-west-1", "us-iso-east-1"])
def test_regions_of_other_partitions_are_answered(secretsmanager, new_client, region):
    arn = new_client(region).create_secret(Name="db", SecretString="x")["ARN"]
    assert arn.split(":")[3] == region
