"""Copies of frozen values with some fields changed. `misspelt_fields.py` tests that mypy checks the fields."""

from dataclasses import FrozenInstanceError, fields, is_dataclass

import pytest

from pytest_secretsmanager.engine import state
from pytest_secretsmanager.engine.changed import changed
from pytest_secretsmanager.engine.state import Secret, SecretKey, Version

VERSION = Version(id="v1", number=1, created=0.0, member="SecretString", sealed=None)
SECRET = Secret(
    key=SecretKey("us-east-1", "123456789012", "app/db"),
    arn="arn",
    created=0.0,
    changed=0.0,
    versions={"v1": VERSION},
    labels={"AWSCURRENT": "v1"},
)


def test_changed_returns_a_copy_that_differs_in_the_given_fields_only():
    copy = changed(SECRET, description="main", accessed=1.0)
    differing = {name.name for name in fields(Secret) if getattr(copy, name.name) != getattr(SECRET, name.name)}
    assert differing == {"description", "accessed"}
    assert (copy.description, copy.accessed) == ("main", 1.0)
    assert type(copy) is Secret


def test_changed_without_fields_returns_an_equal_frozen_copy():
    copy = changed(VERSION)
    assert copy == VERSION
    with pytest.raises(FrozenInstanceError):
        copy.accessed = 1.0


@pytest.mark.parametrize(
    "kind", [kind for kind in vars(state).values() if is_dataclass(kind)], ids=lambda kind: kind.__name__
)
def test_changed_may_skip_init_of_every_state_class(kind):
    """`changed` fills the slots and calls neither `__init__` nor `__post_init__`."""
    assert not hasattr(kind, "__post_init__")
    assert all(field.init for field in fields(kind))
    assert list(kind.__slots__) == [field.name for field in fields(kind)]  # no slot of a base class
