"""Constants and functions that the tests of rotation share."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from pytest_secretsmanager import RotationRun, SecretsManager

Look = Callable[[dict[str, str], Any], object]

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
STEPS = ["createSecret", "setSecret", "testSecret", "finishSecret"]
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:"
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
V1, V2 = "version-1".ljust(32, "-"), "version-2".ljust(32, "-")
INCOMPLETE = "A previous rotation isn't complete. That rotation will be reattempted."


def rotate(sm: SecretsManager, secret: str = "db", **parameters: Any) -> RotationRun:
    """Rotate a secret and return the run."""
    token = sm.client().rotate_secret(SecretId=secret, **parameters)["VersionId"]
    return next(run for run in reversed(sm.rotation.runs) if run.token == token)


def idle(_event: dict[str, str], _context: object) -> None:
    """A rotation function that does nothing: its version never becomes the current one."""


DELETED_BY_FORCE = ["StartSecretVersionDelete", "EndSecretVersionDelete"]


def events_of_aws(sm: SecretsManager) -> list[str]:
    return [event.operation for event in sm.log if event.by_service]


def refusal(call: Callable[..., object], **parameters: Any) -> tuple[str, str]:
    """Return the error code and message of a refused call."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


class Interruption(Exception):  # noqa: N818 - a name that the failure texts show
    """The error that interrupts a rotation."""


EACH_STEP = pytest.mark.parametrize("step", STEPS)
