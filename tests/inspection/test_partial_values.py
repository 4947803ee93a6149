"""`assert_value(…, partial=True)`, versions by position, and the hints of `assert_value`."""

from types import MappingProxyType
from typing import Any
from unittest.mock import ANY

import pytest

from pytest_secretsmanager import AWSPREVIOUS, SecretsManager, UsageError

VALUE = {
    "user": "app",
    "password": "hunter2",
    "hosts": [{"name": "a", "port": 1}],
    "options": {"ssl": True, "tries": 3},
}


@pytest.fixture(autouse=True)
def _a_secret(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", VALUE, versions=[{"user": "old"}])


def text_of(sm: SecretsManager, expected: object, *version: Any, **options: Any) -> str:
    """The failure, without its table."""
    with pytest.raises(AssertionError) as failure:
        sm.assert_value("db", expected, *version, **options)
    return str(failure.value).split("\n\n")[0]


# --- part of an object -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "expected",
    [
        pytest.param({"user": "app"}, id="one key"),
        pytest.param({"password": "hunter2", "user": "app"}, id="two keys"),
        pytest.param({"options": {"tries": 3}}, id="part of an object inside"),
        pytest.param({"options": {}}, id="any object inside"),
        pytest.param({"hosts": [{"name": "a", "port": 1}]}, id="a whole list"),
        pytest.param({"user": ANY}, id="mock.ANY"),
        pytest.param(MappingProxyType({"user": "app"}), id="another mapping"),
        pytest.param(VALUE, id="all"),
    ],
)
def test_a_part_holds(secretsmanager: SecretsManager, expected: object) -> None:
    secretsmanager.assert_value("db", expected, partial=True)


@pytest.mark.parametrize(
    ("expected", "told"),
    [
        pytest.param({"user": "web", "password": "hunter2"}, ["'user': expected 'web', found 'app'"], id="a value"),
        pytest.param({"name": "x"}, ["'name': expected 'x', found nothing"], id="a key that is not there"),
        pytest.param(
            {"options": {"ssl": False, "tries": 3}}, ["'options' > 'ssl': expected False, found True"], id="inside"
        ),
        pytest.param({"options": {"ssl": 1}}, ["'options' > 'ssl': expected 1, found True"], id="a number for a truth"),
        pytest.param(
            {"hosts": [{"name": "a"}]},
            ["'hosts' > [0] > 'port': expected nothing, found a value"],
            id="part of an object in a list",
        ),
        pytest.param({"hosts": []}, ["'hosts' > [0]: expected nothing, found {…}"], id="part of a list"),
        pytest.param({"user": {"a": 1}}, ["'user': expected {'a': 1}, found a text of 3 characters"], id="an object"),
        pytest.param(
            {"user": "web", "options": {"tries": 4}},
            ["'user': expected 'web', found 'app'", "'options' > 'tries': expected 4, found 3"],
            id="two",
        ),
    ],
)
def test_a_part_fails_with_the_named_keys_that_differ(
    secretsmanager: SecretsManager, expected: object, told: list[str]
) -> None:
    lines = text_of(secretsmanager, expected, partial=True).splitlines()
    assert lines == ["version 2 of secret 'db' (AWSCURRENT) holds another value", *(f"  {line}" for line in told)]


def test_a_part_of_a_value_that_is_no_object_fails(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", "text")
    assert text_of(secretsmanager, {"user": "app"}, partial=True).endswith(
        "\n  expected: {'user': 'app'}\n  found:    a text of 4 characters"
    )


@pytest.mark.parametrize("expected", ["text", b"bytes", ["list"], 7, None])
def test_a_part_of_what_is_no_object_is_a_usage_error(secretsmanager: SecretsManager, expected: object) -> None:
    with pytest.raises(UsageError, match=r"^with partial=True the expected value is a dict, not "):
        secretsmanager.assert_value("db", expected, partial=True)


def test_the_other_version_that_has_the_part_is_named(secretsmanager: SecretsManager) -> None:
    text = text_of(secretsmanager, {"user": "old"}, partial=True)
    assert text.endswith("\nthat value is in version 1 (AWSPREVIOUS)")


# --- a version by position -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["AWSPREVIOUS", AWSPREVIOUS, 1, -2])
def test_a_version_may_be_given_by_position(secretsmanager: SecretsManager, version: Any) -> None:
    secretsmanager.assert_value("db", {"user": "old"}, version)
    assert text_of(secretsmanager, "other", version).startswith("version 1 of secret 'db' (AWSPREVIOUS) ")


def test_a_truth_in_its_place_is_no_version(secretsmanager: SecretsManager) -> None:
    """As `partial` by position would be."""
    with pytest.raises(UsageError, match=r"^a version is an id, a number, a label or a view, not bool$"):
        secretsmanager.assert_value("db", {"user": "app"}, True)


# --- hints -----------------------------------------------------------------------------------------------------------


def test_a_part_that_is_compared_whole_is_told_how_to_ask(secretsmanager: SecretsManager) -> None:
    text = text_of(secretsmanager, {"user": "app", "options": {"ssl": True}})
    assert text.endswith("\nevery expected key has the expected value: partial=True ignores the other keys")


@pytest.mark.parametrize("expected", [{"user": "web"}, {"name": "x"}, "text", [1]])
def test_what_differs_is_not_told_to_ask_for_a_part(secretsmanager: SecretsManager, expected: object) -> None:
    assert "partial" not in text_of(secretsmanager, expected)


@pytest.mark.parametrize(
    ("found", "expected", "kind"),
    [
        ('{"a": 1, "b": 2}', '{"b":2,"a":1}', "dict"),
        ("[1, 2]", "[1,2]", "list"),
        ('{"a": "é"}', r'{"a": "\u00e9"}', "dict"),
    ],
)
def test_a_text_that_is_equal_as_json_is_told_so(
    secretsmanager: SecretsManager, found: str, expected: str, kind: str
) -> None:
    secretsmanager.seed("db", found)
    told = f"\nequal as JSON: pass the {kind} to ignore the spelling"
    assert text_of(secretsmanager, expected).endswith(told)
    with pytest.raises(AssertionError, match=f"equal as JSON: pass the {kind}"):
        secretsmanager.assert_history("db", [expected])


@pytest.mark.parametrize(
    ("found", "expected"),
    [('{"a": 1}', '{"a": 2}'), ("7", "7.0"), ("text", "Text"), ('{"a": 1}', b'{"a":1}'), ('{"a": 1}', '{"a": true}')],
)
def test_a_text_that_is_not_is_not(secretsmanager: SecretsManager, found: str, expected: object) -> None:
    secretsmanager.seed("db", found)
    assert "JSON" not in text_of(secretsmanager, expected)


def test_a_part_that_names_no_key_is_a_usage_error(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", VALUE)
    with pytest.raises(UsageError, match="partial=True compares the expected keys"):
        secretsmanager.assert_value("db", {}, partial=True)
