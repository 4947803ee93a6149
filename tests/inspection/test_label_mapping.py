"""The labels of a view are a dict in all that matters, and know their secret."""

import copy
import json
import pickle
from typing import TYPE_CHECKING

import pytest

from pytest_secretsmanager import SecretsManager, Version
from pytest_secretsmanager.inspection.label_mapping import LabelMapping, secret_of

if TYPE_CHECKING:
    from collections.abc import Callable

PLAIN = {"AWSPREVIOUS": "1" * 32, "AWSCURRENT": "2" * 32}


@pytest.fixture
def labels(secretsmanager: SecretsManager) -> dict[str, str]:
    versions = [Version("one", id="1" * 32), Version("two", id="2" * 32)]
    return secretsmanager.seed("db", versions=versions).labels


def test_labels_equal_a_dict_from_both_sides(labels: dict[str, str]) -> None:
    assert labels == PLAIN
    assert labels == PLAIN
    assert labels != {}


def test_labels_look_like_a_dict(labels: dict[str, str]) -> None:
    assert repr(labels) == repr(dict(labels))
    assert json.loads(json.dumps(labels)) == PLAIN


COPIES: "dict[str, Callable[[dict[str, str]], dict[str, str]]]" = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "pickle": lambda labels: pickle.loads(pickle.dumps(labels)),  # noqa: S301 - its own pickle
    "dict.copy": lambda labels: labels.copy(),
    "union": lambda labels: labels | {},
}


@pytest.mark.parametrize("copied", COPIES.values(), ids=COPIES)
def test_a_copy_of_labels_is_a_plain_dict(
    labels: dict[str, str], copied: "Callable[[dict[str, str]], dict[str, str]]"
) -> None:
    assert copied(labels) == PLAIN
    assert type(copied(labels)) is dict


def test_labels_know_their_secret(secretsmanager: SecretsManager, labels: dict[str, str]) -> None:
    assert isinstance(labels, LabelMapping)
    assert secret_of(labels) == secretsmanager.secret("db")


def test_labels_stay_as_they_were_read(secretsmanager: SecretsManager, labels: dict[str, str]) -> None:
    secretsmanager.client().put_secret_value(SecretId="db", SecretString="x")
    assert labels == PLAIN
