"""The retry quota of a client that outlives a manager, a test or a block of a rollback."""

import asyncio
from contextlib import ExitStack

import pytest
from botocore.config import Config

from pytest_secretsmanager import SecretsManager
from pytest_secretsmanager.doors import internals

FAILURES = 60
"""More calls than the quota of 500 tokens has retries for: each failed call makes two, for at most 10 tokens."""


@pytest.fixture(params=["standard", "adaptive"])
def client(request, new_client):
    return new_client(config=Config(retries={"mode": request.param}))


def retries_of_a_failed_call(client):
    with pytest.raises(client.exceptions.ClientError) as caught:
        client.get_secret_value(SecretId="db")
    return caught.value.response["ResponseMetadata"]["RetryAttempts"]


def use_up(client, sm):
    with sm.faults.fail("GetSecretValue", "InternalServiceError", times=None):
        retries = [retries_of_a_failed_call(client) for _ in range(FAILURES)]
    assert (retries[0], retries[-1]) == (2, 0)


def test_a_client_whose_quota_is_used_up_has_its_retries_again_under_another_manager(client):
    with SecretsManager() as first:
        use_up(client, first)
    with SecretsManager() as second:
        second.faults.fail("GetSecretValue", "InternalServiceError", times=None)
        assert retries_of_a_failed_call(client) == 2


def test_a_client_whose_quota_is_used_up_has_its_retries_again_after_a_snapshot(client, secretsmanager):
    with secretsmanager.snapshot():
        use_up(client, secretsmanager)
    secretsmanager.faults.fail("GetSecretValue", "InternalServiceError", times=None)
    assert retries_of_a_failed_call(client) == 2


def test_a_quota_that_is_used_up_stays_so_for_later_plans_of_the_same_test(client, secretsmanager):
    use_up(client, secretsmanager)
    with secretsmanager.faults.fail("GetSecretValue", "InternalServiceError", times=None):
        assert retries_of_a_failed_call(client) == 0


def test_an_async_client_whose_quota_is_used_up_has_its_retries_again_under_another_manager(new_async_client):
    async def retries(calls):
        async with new_async_client(config=Config(retries={"mode": "standard"})) as client:
            return [[await retries_in(manager, client) for _ in range(calls)] for manager in (first, second)]

    async def retries_in(manager, client):
        with ExitStack() as stack:
            stack.enter_context(manager)
            stack.enter_context(manager.faults.fail("GetSecretValue", "InternalServiceError", times=None))
            with pytest.raises(client.exceptions.ClientError) as caught:
                await client.get_secret_value(SecretId="db")
        return caught.value.response["ResponseMetadata"]["RetryAttempts"]

    first, second = SecretsManager(), SecretsManager()
    in_first, in_second = asyncio.run(retries(FAILURES))
    assert (in_first[-1], in_second[0]) == (0, 2)


def test_each_success_gives_a_token_back_until_the_quota_is_full(secretsmanager, new_client):
    client = new_client(config=Config(retries={"mode": "standard"}))
    secretsmanager.seed("db", "one")
    with secretsmanager.faults.fail("GetSecretValue", "InternalServiceError", times=3):
        retries_of_a_failed_call(client)
    (quota,) = internals.retry_quotas(client.meta.events, "GetSecretValue")
    before = quota.available_capacity
    for _ in range(3):
        client.get_secret_value(SecretId="db")
    assert quota.available_capacity == before + 3
