"""A fault that no call could meet is refused when it is planned, with the nearest names."""

from typing import Any

import pytest

from pytest_secretsmanager import BrokenReply, SecretNotFound, SecretsManager, UsageError
from pytest_secretsmanager.controls.fault_targets import WITHOUT_SECRETS
from pytest_secretsmanager.engine import model
from pytest_secretsmanager.engine.operations import OPERATIONS

GET = "GetSecretValue"

REFUSED: dict[str, tuple[tuple[Any, ...], dict[str, Any], str]] = {
    "an unknown operation": (
        ("GetSecretVal", "ThrottlingException"),
        {},
        "no operation 'GetSecretVal'; did you mean 'GetSecretValue'",
    ),
    "an operation of another type": (
        (5, "ThrottlingException"),
        {},
        "an operation is a str such as 'GetSecretValue', or '*' for all, not int",
    ),
    "an unknown error": (
        (GET, "ThrotlingException"),
        {},
        "no error 'ThrotlingException'; did you mean 'ThrottlingException' or",
    ),
    "an error of another service": (
        (GET, "SlowDown"),
        {},
        "no error 'SlowDown': name a code such as 'ThrottlingException', or one of 'connection refused', ",
    ),
    "an unknown failure of the connection": (
        (GET, "read time out"),
        {},
        "no error 'read time out'; did you mean 'read timeout' or",
    ),
    "an exception of no answer": (
        (GET, KeyError),
        {},
        "no answer of AWS or of the network raises KeyError: name a code such as 'ThrottlingException', or one of "
        "'connection refused', 'proxy error', 'SSL error', 'connect timeout', 'read timeout', 'connection closed'",
    ),
    "an error of another type": (
        (GET, 503),
        {},
        "a call fails with a code of AWS, a failure of the connection, an exception or a BrokenReply, not with int",
    ),
    "a message that is no text": (
        (GET, "ThrottlingException"),
        {"message": 5},
        "the message of an error is a str, not int",
    ),
    "a message of a failed connection": (
        (GET, "read timeout"),
        {"message": "x"},
        "only an error of AWS has a message, not 'read timeout'",
    ),
    "an unknown region": ((GET, "ThrottlingException"), {"region": "eu-wst-1"}, "the region of a fault is 'eu-wst-1'"),
    "a principal without an ARN": (
        (GET, "ThrottlingException"),
        {"principal": "role/app"},
        "a principal is named by its ARN, or by a role of sm.iam, not by 'role/app'",
    ),
    "a secret for an operation that names none": (
        ("ListSecrets", "ThrottlingException"),
        {"secret": "db"},
        "ListSecrets names no secret: leave out secret=",
    ),
    "a secret of another type": (
        (GET, "ThrottlingException"),
        {"secret": 5},
        "a secret is named by its name, its ARN or its view, not by int",
    ),
    "an effect of a request that was not sent": (
        ("PutSecretValue", "connection refused"),
        {"after": True},
        "'connection refused' ends a call before its request is sent, so the call takes no effect: after=True goes",
    ),
    "a latency below 0": (
        (GET, "ThrottlingException"),
        {"latency": -0.5},
        "latency is a number of seconds, 0 or more, at most 86400, not -0.5",
    ),
    "an operation spelt as a method of boto3": (
        ("get_secret_value", "ThrottlingException"),
        {},
        "no operation 'get_secret_value'; did you mean 'GetSecretValue'",
    ),
    "times of another type": (
        (GET, "ThrottlingException", "all"),
        {},
        "times is a number of attempts, or None for all, at least 1, not 'all'",
    ),
    "times 0": (
        (GET, "ThrottlingException", 0),
        {},
        "times is a number of attempts, or None for all, at least 1, not 0",
    ),
    "every 0": ((GET, "ThrottlingException"), {"every": 0}, "every is a number of attempts, at least 1, not 0"),
    "a condition that can't be called": (
        (GET, "ThrottlingException"),
        {"when": "always"},
        "when is a function that takes an event, not str",
    ),
    "an unknown argument": (
        (GET, "ThrottlingException"),
        {"secrets": "db"},
        "fail has no argument 'secrets'; did you mean 'secret'?",
    ),
}


@pytest.mark.parametrize(("args", "kwargs", "text"), REFUSED.values(), ids=REFUSED)
def test_fail_refuses(secretsmanager: SecretsManager, args: Any, kwargs: Any, text: str) -> None:
    secretsmanager.seed("db", "one")
    with pytest.raises(UsageError) as raised:
        secretsmanager.faults.fail(*args, **kwargs)
    assert str(raised.value).startswith(text)
    assert not secretsmanager._parts.responder.plans


def test_fail_refuses_a_secret_that_does_not_exist_and_names_the_nearest(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("app/db", "one")
    with pytest.raises(SecretNotFound, match="app/db"):
        secretsmanager.faults.fail(GET, "ThrottlingException", secret="app/bd")


def test_only_two_operations_name_no_secret() -> None:
    members = {name: model.operation(name).input_shape.members.keys() for name in OPERATIONS}
    without = {name for name, known in members.items() if not known & {"SecretId", "SecretIdList", "Name"}}
    assert without == WITHOUT_SECRETS


@pytest.mark.parametrize("seconds", [0, -1, "5", True, 86_401])
def test_delay_refuses_a_wrong_number_of_seconds(secretsmanager: SecretsManager, seconds: Any) -> None:
    with pytest.raises(UsageError) as raised:
        secretsmanager.faults.delay(GET, seconds)
    assert str(raised.value) == f"a delay is a number of seconds above 0, at most 86400, not {seconds!r}"


REPLIES: dict[str, tuple[tuple[Any, ...], str]] = {
    "status": ((99, b""), "the status of a reply is a number from 100 to 599, not 99"),
    "body": ((200, "text"), "the body of a reply is bytes, not str"),
    "content type": ((200, b"", 5), "the content type of a reply is a str, not int"),
}


@pytest.mark.parametrize(("args", "text"), REPLIES.values(), ids=REPLIES)
def test_a_broken_reply_refuses(args: Any, text: str) -> None:
    with pytest.raises(UsageError) as raised:
        BrokenReply(*args)
    assert str(raised.value) == text


def test_a_truncated_reply_refuses_a_negative_length() -> None:
    with pytest.raises(UsageError) as raised:
        BrokenReply.truncated(-1)
    assert str(raised.value) == "a truncated reply has a number of bytes, 0 or more, not -1"


def test_a_broken_reply_does_not_show_its_body() -> None:
    assert "hunter2" not in repr(BrokenReply(200, b"hunter2"))
