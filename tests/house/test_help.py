"""`help()` and `repr()` of a `SecretsManager` and its controls."""

import pydoc
import re

import pytest

from pytest_secretsmanager import SecretsManager


@pytest.mark.parametrize(
    "name", ["clock", "kms", "iam", "rotation", "replication", "events", "region", "account", "log", "secrets"]
)
def test_help_of_secretsmanager_describes(name: str) -> None:
    text = pydoc.plain(pydoc.render_doc(SecretsManager))
    assert re.search(rf"^ \|  {name}\n \|      \S", text, re.MULTILINE)


def test_help_shows_type_names_and_no_object_addresses_in_signatures() -> None:
    text = pydoc.plain(pydoc.render_doc(SecretsManager))
    assert "operation: 'LoggedName'" in text
    assert "= ANYWHERE" in text
    assert " object at 0x" not in text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("clock", r"<clock at .* UTC>"),
        ("kms", r"<KMS keys of us-east-1, account 123456789012>"),
        ("iam", r"<IAM: off>"),
        ("rotation", r"<rotation: 0 runs>"),
        ("replication", r"<replication: nothing is held>"),
        ("events", r"<events: none>"),
    ],
)
def test_the_repr_of_a_control_says_what_it_is(name: str, text: str) -> None:
    assert re.fullmatch(text, repr(getattr(SecretsManager(), name)))
