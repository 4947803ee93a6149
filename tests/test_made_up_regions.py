"""Unknown regions: every method refuses them by name before it changes anything."""

from collections.abc import Callable
from typing import Any

import pytest

from pytest_secretsmanager import SecretsManager, UsageError

MADE_UP = "eu-wst-1"
ARN = f"arn:aws:lambda:{MADE_UP}:123456789012:function:rotate"


def idle(event: object, context: object) -> None: ...


PLACES: dict[str, Callable[[SecretsManager], Any]] = {
    "SecretsManager": lambda _: SecretsManager(MADE_UP),
    "seed": lambda sm: sm.seed("new", "x", region=MADE_UP),
    "seed's replicas": lambda sm: sm.seed("new", "x", replicas=["eu-west-1", MADE_UP]),
    "client": lambda sm: sm.client(MADE_UP),
    "secret": lambda sm: sm.secret("db", region=MADE_UP),
    "assert_value": lambda sm: sm.assert_value("db", "x", region=MADE_UP),
    "assert_labels": lambda sm: sm.assert_labels("db", {}, region=MADE_UP),
    "assert_unchanged": lambda sm: sm.assert_unchanged("db", region=MADE_UP).__enter__(),
    "kms.create_key": lambda sm: sm.kms.create_key(region=MADE_UP),
    "kms.key": lambda sm: sm.kms.key("", region=MADE_UP),
    "rotation.register": lambda sm: sm.rotation.register(idle, region=MADE_UP),
    "rotation.register by ARN": lambda sm: sm.rotation.register(idle, ARN),
    "rotation.hold": lambda sm: sm.rotation.hold("db", before="createSecret", region=MADE_UP),
    "rotation.fail": lambda sm: sm.rotation.fail("setSecret", ValueError(), secret="db", region=MADE_UP),
    "replication.hold": lambda sm: sm.replication.hold(MADE_UP),
    "endpoint.env_of": lambda sm: sm.endpoint().env_of(region=MADE_UP),
}


@pytest.mark.parametrize("place", PLACES)
def test_unknown_region_is_refused_and_the_nearest_is_named(secretsmanager: SecretsManager, place: str) -> None:
    secretsmanager.seed("db", "x")
    with (
        secretsmanager.assert_unchanged(),
        pytest.raises(UsageError, match=r" is 'eu-wst-1', which botocore \S+ does not know; did you mean 'eu-west-1'"),
    ):
        PLACES[place](secretsmanager)
    assert not secretsmanager.log
    assert not secretsmanager.rotation.runs


def test_unknown_region_of_the_environment_is_refused_by_the_name_of_its_variable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", MADE_UP)
    with pytest.raises(UsageError, match=r"^AWS_DEFAULT_REGION is 'eu-wst-1', which .* did you mean 'eu-west-1'"):
        SecretsManager()
    assert SecretsManager("eu-west-1").region == "eu-west-1"
