"""Entering and leaving a manager: it answers inside `with`, even after extra exits."""

import os
from collections.abc import Callable
from contextlib import ExitStack

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from pytest_secretsmanager import SecretsManager

VARIABLES = ("AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")


def leave(sm: SecretsManager) -> None:
    sm.__exit__(None, None, None)


def left_before_it_was_entered(sm: SecretsManager) -> None:
    leave(sm)


def left_once_too_often(sm: SecretsManager) -> None:
    with sm:
        pass
    leave(sm)


def left_many_times_too_often(sm: SecretsManager) -> None:
    with sm, sm:
        pass
    for _ in range(5):
        leave(sm)


def left_too_often_inside_another_one(sm: SecretsManager) -> None:
    with SecretsManager():
        left_once_too_often(sm)


def left_by_an_exit_stack_that_was_closed_twice(sm: SecretsManager) -> None:
    stack = ExitStack()
    stack.enter_context(sm)
    stack.close()
    stack.close()
    leave(sm)


def test_leaving_a_manager_that_was_not_entered_keeps_its_lasting_faults() -> None:
    sm = SecretsManager()
    sm.seed("db")
    sm.faults.throttle("DescribeSecret", rate=0)
    leave(sm)
    with sm, pytest.raises(ClientError, match="ThrottlingException"):
        sm.client(config=Config(retries={"total_max_attempts": 1})).describe_secret(SecretId="db")


@pytest.mark.parametrize(
    "before",
    [
        left_before_it_was_entered,
        left_once_too_often,
        left_many_times_too_often,
        left_too_often_inside_another_one,
        left_by_an_exit_stack_that_was_closed_twice,
    ],
)
def test_a_manager_answers_inside_with_after_extra_exits(before: Callable[[SecretsManager], None]) -> None:
    sm = SecretsManager()
    before(sm)
    with sm:
        sm.seed("db", "one")
        boto3.client("secretsmanager").put_secret_value(SecretId="db", SecretString="two")
        sm.assert_value("db", "two")
    assert not any(name in os.environ for name in VARIABLES)


def test_extra_exits_of_one_manager_do_not_affect_another_manager() -> None:
    with SecretsManager() as outer:
        inner = SecretsManager()
        left_many_times_too_often(inner)
        boto3.client("secretsmanager").create_secret(Name="db")
        assert list(outer.secrets) == ["db"]
        assert all(name in os.environ for name in VARIABLES)


def test_a_manager_that_is_entered_twice_answers_until_its_last_exit() -> None:
    sm = SecretsManager()
    with sm:
        with sm:
            pass
        boto3.client("secretsmanager").create_secret(Name="db")
    assert list(sm.secrets) == ["db"]
