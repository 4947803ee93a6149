"""`sm.client()`."""

import os
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from traceback import walk_tb
from typing import Any

import pytest
from application import VARIABLES
from botocore.config import Config
from botocore.exceptions import ClientError

from pytest_secretsmanager import SecretsManager, UsageError
from pytest_secretsmanager.managing import clients
from pytest_secretsmanager.surroundings.clients import new_client


def test_client_returns_the_same_client_for_the_same_arguments() -> None:
    with SecretsManager() as sm:
        assert sm.client() is sm.client()
        assert sm.client("eu-west-1") is sm.client("eu-west-1")
        assert sm.client(aws_account_id="999999999999") is sm.client(aws_account_id="999999999999")


def test_client_returns_another_client_for_other_arguments() -> None:
    with SecretsManager() as sm:
        clients = [sm.client(), sm.client("eu-west-1"), sm.client(aws_account_id="999999999999")]
        assert len(set(map(id, clients))) == 3
        assert [client.meta.region_name for client in clients] == ["us-east-1", "eu-west-1", "us-east-1"]


def test_client_works_without_environment_variables() -> None:
    with SecretsManager(region="eu-west-1") as sm:
        for name in VARIABLES:
            del os.environ[name]
        sm.seed("db", "hunter2")
        assert sm.client().meta.region_name == "eu-west-1"
        assert sm.client().get_secret_value(SecretId="db")["SecretString"] == "hunter2"


def test_client_with_aws_account_id_sees_the_secrets_of_that_account() -> None:
    with SecretsManager() as sm:
        sm.seed("db", "theirs", account="999999999999")
        theirs = sm.client(aws_account_id="999999999999")
        assert theirs.get_secret_value(SecretId="db")["SecretString"] == "theirs"
        with pytest.raises(ClientError):
            sm.client().get_secret_value(SecretId="db")


@pytest.mark.parametrize("left", [False, True], ids=["never entered", "left"])
def test_client_of_an_inactive_manager_raises_usage_error(left: bool) -> None:
    sm = SecretsManager()
    if left:
        with sm:
            sm.client()
    with pytest.raises(UsageError) as refusal:
        sm.client()
    assert str(refusal.value) == (
        "this SecretsManager answers no calls now: use its clients inside `with SecretsManager() as sm:`"
    )


def test_client_with_an_unhashable_argument_is_built_each_time() -> None:
    with SecretsManager() as sm:
        clients = [sm.client(config=Unhashable()) for _ in range(2)]
    assert clients[0] is not clients[1]


class Unhashable(Config):
    __hash__ = None  # type: ignore[assignment]


def test_client_raises_an_error_of_botocore_without_a_context_of_the_package() -> None:
    with SecretsManager() as sm, pytest.raises(ValueError, match="Invalid endpoint: nowhere") as caught:
        sm.client(endpoint_url="nowhere")
    # botocore may have handled an error of its own on the way.
    context = caught.value.__context__
    modules = [] if context is None else [frame.f_globals["__name__"] for frame, _ in walk_tb(context.__traceback__)]
    assert [name for name in modules if name.startswith("pytest_secretsmanager")] == []


def test_two_threads_that_ask_for_a_client_at_the_same_time_get_the_same_one(monkeypatch: pytest.MonkeyPatch) -> None:
    both_build = Barrier(2, timeout=30)

    def build(**arguments: Any) -> Any:
        both_build.wait()
        return new_client(**arguments)

    monkeypatch.setattr(clients, "new_client", build)
    with SecretsManager() as sm, ThreadPoolExecutor(2) as threads:
        first, second = threads.map(sm.client, ["eu-west-1"] * 2)
    assert first is second


def test_client_of_a_role_calls_as_the_role_and_is_the_same_each_time() -> None:
    with SecretsManager() as sm:
        role = sm.iam.role("app", policy={"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})
        client = sm.client(principal=role)
        client.list_secrets()
        assert sm.log[-1].principal == "arn:aws:sts::123456789012:assumed-role/app/pytest"
        assert sm.client(principal=role) is client
        assert sm.client("eu-west-1", principal=role).meta.region_name == "eu-west-1"


@pytest.mark.parametrize("method", ["get_secret_value", "list_secret_version_ids", "replicate_secret_to_regions"])
def test_a_manager_that_is_used_as_a_client_says_how_to_get_one(method: str) -> None:
    told = (
        rf"^a SecretsManager is not a client: call sm\.client\(\)\.{method}\(…\), or {method}\(…\) of your own client$"
    )
    with pytest.raises(AttributeError, match=told):
        getattr(SecretsManager(), method)


def test_any_other_unknown_name_of_a_manager_is_the_usual_error() -> None:
    sm = SecretsManager()
    assert not hasattr(sm, "get_secret_value")
    with pytest.raises(AttributeError, match=r"^'SecretsManager' object has no attribute 'secretz'$") as caught:
        getattr(sm, "secretz")  # noqa: B009
    assert (caught.value.name, caught.value.obj) == ("secretz", sm)
