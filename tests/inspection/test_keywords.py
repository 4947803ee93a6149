"""Unknown arguments of public methods: the UsageError suggests the nearest name, which a TypeError doesn't."""

import inspect
from collections.abc import Callable
from typing import Any

import pytest

from pytest_secretsmanager import SecretsManager, UsageError

METHODS: list[tuple[str, str]] = [
    ("secret", "id"),
    ("assert_value", "id"),
    ("assert_value", "versoin"),
    ("assert_labels", "id"),
    ("assert_label", "lable"),
    ("assert_no_label", "lable"),
    ("assert_moved", "sorce"),
    ("assert_history", "id"),
    ("assert_rotated", "id"),
    ("assert_unchanged", "id"),
    ("clock.advance", "day"),
    ("rotation.register", "nam"),
    ("rotation.hold", "befor"),
    ("rotation.fail", "time"),
    ("rotation.between_reads", "evry"),
    ("replication.hold", "poll"),
    ("kms.create_key", "alais"),
]

NEAREST = {
    "versoin": "version",
    "lable": "label",
    "sorce": "source",
    "day": "days",
    "nam": "name",
    "befor": "before",
    "time": "times",
    "evry": "every",
    "poll": "polls",
    "alais": "alias",
}


def method_of(sm: SecretsManager, path: str) -> Callable[..., object]:
    found: Any = sm
    for name in path.split("."):
        found = getattr(found, name)
    return found


@pytest.mark.parametrize(("path", "wrong"), METHODS)
def test_public_method_refuses_an_unknown_argument_and_names_the_nearest(
    secretsmanager: SecretsManager, path: str, wrong: str
) -> None:
    with pytest.raises(UsageError) as refusal:
        method_of(secretsmanager, path)(**{wrong: "x"})
    name = path.rpartition(".")[2]
    hint = f"; did you mean {NEAREST[wrong]!r}" if wrong in NEAREST else "; there are 'secret_id', "
    assert str(refusal.value).startswith(f"{name} has no argument {wrong!r}{hint}")


@pytest.mark.parametrize("path", dict(METHODS))
def test_public_method_keeps_its_signature_name_and_docstring(secretsmanager: SecretsManager, path: str) -> None:
    method = method_of(secretsmanager, path)
    assert "kwargs" not in inspect.signature(method).parameters
    assert method.__name__ == path.rpartition(".")[2]
    assert inspect.getdoc(method)


def test_missing_argument_raises_type_error(secretsmanager: SecretsManager) -> None:
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'expected'"):
        secretsmanager.assert_value("db")  # type: ignore[call-arg]
