"""The arguments of `SecretsManager`."""

import pickle
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from pytest_secretsmanager import SecretsManager, UsageError


def run_of(random_seed: int | str | None) -> list[str]:
    """Return all random values that a run shows: ARNs, version ids, request ids, passwords."""
    with SecretsManager(random_seed=random_seed) as sm:
        seeded = sm.seed("db", "two", versions=["one"])
        client = sm.client()
        created = client.create_secret(Name="new", SecretString="x")
        password = client.get_random_password()["RandomPassword"]
        ids = [version.id for version in seeded.versions]
        return [
            seeded.arn,
            *ids,
            created["ARN"],
            created["VersionId"],
            created["ResponseMetadata"]["RequestId"],
            password,
        ]


@pytest.mark.parametrize("random_seed", [1, "one"])
def test_random_seed_makes_a_run_repeatable(random_seed: int | str) -> None:
    first = run_of(random_seed)
    assert run_of(random_seed) == first
    assert len(set(first)) == len(first)


@pytest.mark.parametrize("other", [2, None])
def test_other_random_seed_makes_another_run(other: int | None) -> None:
    assert not set(run_of(1)) & set(run_of(other))


def test_runs_without_a_random_seed_differ() -> None:
    assert not set(run_of(None)) & set(run_of(None))


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"region": ""}, "region is a str such as 'us-east-1', not ''"),
        ({"region": 5}, "region is a str such as 'us-east-1', not 5"),
        ({"account": 123456789012}, "account is a str of twelve digits such as '123456789012', not 123456789012"),
        ({"account": "12345"}, "account is a str of twelve digits such as '123456789012', not '12345'"),
        ({"account": "12345678901x"}, "account is a str of twelve digits such as '123456789012', not '12345678901x'"),
    ],
    ids=str,
)
def test_manager_refuses_an_invalid_region_or_account(arguments: dict[str, Any], text: str) -> None:
    with pytest.raises(UsageError) as refusal:
        SecretsManager(**arguments)
    assert str(refusal.value) == text


def test_manager_refuses_a_random_seed_of_a_wrong_type() -> None:
    random_seed: Any = [1]
    with pytest.raises(UsageError, match="random_seed"):
        SecretsManager(random_seed=random_seed)


def test_manager_refuses_a_misspelt_option_and_names_the_nearest_one() -> None:
    misspelt: Any = {"regoin": "eu-west-1"}
    with pytest.raises(UsageError, match=r"^SecretsManager has no argument 'regoin'; did you mean 'region'\?$"):
        SecretsManager(**misspelt)


def test_manager_takes_its_options_by_keyword_only() -> None:
    make: Callable[..., SecretsManager] = SecretsManager
    with pytest.raises(TypeError):
        make("us-east-1", "123456789012", 1)


def test_usage_error_is_shown_by_its_public_module_and_can_be_pickled() -> None:
    assert UsageError.__module__ == "pytest_secretsmanager"
    assert pickle.loads(pickle.dumps(UsageError("x"))).args == ("x",)  # noqa: S301 - made just here


LISTING = {"Statement": {"Effect": "Allow", "Action": "secretsmanager:ListSecrets", "Resource": "*"}}


def test_clients_of_a_manager_with_a_policy_call_as_a_role_and_its_seeds_need_no_permission() -> None:
    with SecretsManager(policy=LISTING) as sm:
        sm.seed("db", "one")
        sm.client().list_secrets()
        with pytest.raises(ClientError, match="no identity-based policy allows the secretsmanager:GetSecretValue"):
            sm.client().get_secret_value(SecretId="db")
        assert {event.principal for event in sm.log} == {"arn:aws:sts::123456789012:assumed-role/test/pytest"}


def test_a_function_decorated_by_a_manager_with_a_policy_runs_as_the_role_each_time() -> None:
    sm = SecretsManager(policy=LISTING)

    @sm
    def listing() -> str:
        sm.client().list_secrets()
        return sm.log[-1].principal

    assert [listing(), listing()] == ["arn:aws:sts::123456789012:assumed-role/test/pytest"] * 2


def test_a_malformed_policy_of_a_manager_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="policy of role test: statement 1: Effect"):
        SecretsManager(policy={"Statement": {"Effect": "Permit", "Action": "*", "Resource": "*"}})
