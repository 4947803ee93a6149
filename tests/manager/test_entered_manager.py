"""`SecretsManager` as a context manager, alone and nested."""

import threading
from unittest.mock import Mock

import boto3
import pytest
from application import read
from botocore.exceptions import NoRegionError

from pytest_secretsmanager import SecretsManager

# --- alone -----------------------------------------------------------------------------------------------------------


def test_manager_answers_while_it_is_entered() -> None:
    with SecretsManager() as sm:
        sm.seed("db", "hunter2")
        assert read() == "hunter2"


def test_manager_may_be_seeded_before_it_is_entered() -> None:
    sm = SecretsManager()
    sm.seed("db", "hunter2")
    with sm:
        assert read() == "hunter2"


def test_manager_may_be_inspected_after_it_is_left() -> None:
    with SecretsManager() as sm:
        sm.seed("db", "hunter2")
        read()
    sm.assert_value("db", "hunter2")
    sm.assert_logged("GetSecretValue", times=1)


def test_manager_keeps_its_secrets_when_it_is_entered_again() -> None:
    with SecretsManager() as sm:
        sm.seed("db", "hunter2")
    with sm:
        assert read() == "hunter2"


def test_manager_may_be_entered_inside_itself() -> None:
    with SecretsManager() as sm:
        sm.seed("db", "hunter2")
        with sm:
            assert read() == "hunter2"
        assert read() == "hunter2"


def test_manager_is_left_when_its_block_raises() -> None:
    with SecretsManager() as outer:
        outer.seed("db", "outer")
        with pytest.raises(ZeroDivisionError), SecretsManager():
            raise ZeroDivisionError
        assert read() == "outer"


def test_manager_answers_in_every_thread() -> None:
    found: list[str] = []
    with SecretsManager() as sm:
        sm.seed("db", "hunter2")
        client = sm.client()
        thread = threading.Thread(target=lambda: found.append(client.get_secret_value(SecretId="db")["SecretString"]))
        thread.start()
        thread.join()
    assert found == ["hunter2"]


def test_manager_answers_in_its_region_and_account() -> None:
    with SecretsManager(region="eu-west-1", account="999999999999") as sm:
        sm.seed("db", "hunter2")
        arn = boto3.client("secretsmanager").describe_secret(SecretId="db")["ARN"]
        assert arn.startswith("arn:aws:secretsmanager:eu-west-1:999999999999:secret:db-")
        assert repr(sm) == "<SecretsManager in eu-west-1, account 999999999999>"


# --- nested ----------------------------------------------------------------------------------------------------------


def test_nested_managers_have_separate_secrets_and_logs() -> None:
    with SecretsManager() as outer:
        outer.seed("db", "outer")
        with SecretsManager() as inner:
            assert list(inner.secrets) == []
            inner.seed("db", "inner")
            assert read() == "inner"
        assert read() == "outer"
        outer.assert_logged("GetSecretValue", times=1)
        inner.assert_logged("GetSecretValue", times=1)


def test_inner_manager_answers_a_client_of_the_outer_one() -> None:
    with SecretsManager() as outer:
        client = outer.client()
        with SecretsManager() as inner:
            inner.seed("db", "inner")
            assert client.get_secret_value(SecretId="db")["SecretString"] == "inner"
        with pytest.raises(client.exceptions.ResourceNotFoundException):
            client.get_secret_value(SecretId="db")


def test_outer_manager_may_be_left_before_the_inner_one() -> None:
    outer, inner = SecretsManager(), SecretsManager()
    outer.seed("db", "outer")
    inner.seed("db", "inner")
    outer.__enter__()
    inner.__enter__()
    try:
        outer.__exit__(None, None, None)
        assert inner.client().get_secret_value(SecretId="db")["SecretString"] == "inner"
    finally:
        inner.__exit__(None, None, None)


def test_manager_answers_no_more_after_an_interrupt_in_the_stop_of_its_endpoint(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sm = SecretsManager().__enter__()
    endpoint = sm.endpoint()
    with monkeypatch.context() as patched:
        patched.setattr(endpoint, "stop", Mock(side_effect=KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            sm.__exit__(None, None, None)
    endpoint.stop()
    with pytest.raises(NoRegionError):
        boto3.client("secretsmanager")
