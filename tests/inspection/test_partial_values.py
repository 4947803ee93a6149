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
    """Return the failure text without its table."""
    with pytest.raises(AssertionError) as failure:
        sm.assert_value("db", expected, *version, **options)
    return str(failure.value).split("\n\n")[0]


# --- part of an object -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "expected",
    [
        pytest.param({"user": "app"}, id="one key"),
        pytest.param({"password": "hunter2", "user": "app"}, id="two keys"),
        pytest.param({"options": {"tries": 3}}, id="part of a nested object"),
        pytest.param({"options": {}}, id="any nested object"),
        pytest.param({"hosts": [{"name": "a", "port": 1}]}, id="a whole list"),
        pytest.param({"user": ANY}, id="mock.ANY"),
        pytest.param(MappingProxyType({"user": "app"}), id="another mapping"),
        pytest.param(VALUE, id="the whole object"),
    ],
)
def test_assert_value_partial_accepts_some_keys_of_the_object(secretsmanager: SecretsManager, expected: object) -> None:
    secretsmanager.assert_value("db", expected, partial=True)


@pytest.mark.parametrize(
    ("expected", "told"),
    [
        pytest.param({"user": "web", "password": "hunter2"}, ["'user': expected 'web', found 'app'"], id="a value"),
        pytest.param({"name": "x"}, ["'name': expected 'x', found nothing"], id="a missing key"),
        pytest.param(
            {"pasword": "hunter2"},
            ["'pasword': expected 'hunter2', found nothing; did you mean 'password'?"],
            id="a misspelt key",
        ),
        pytest.param(
            {"user": "app", "users": "all"}, ["'users': expected 'all', found nothing"], id="a key like an expected one"
        ),
        pytest.param(
            {"options": {"ssl": False, "tries": 3}},
            ["'options' > 'ssl': expected False, found True"],
            id="a nested value",
        ),
        pytest.param({"options": {"ssl": 1}}, ["'options' > 'ssl': expected 1, found True"], id="a number for a bool"),
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
            id="two values",
        ),
    ],
)
def test_assert_value_partial_lists_the_expected_keys_that_differ(
    secretsmanager: SecretsManager, expected: object, told: list[str]
) -> None:
    lines = text_of(secretsmanager, expected, partial=True).splitlines()
    assert lines == ["version 2 of secret 'db' (AWSCURRENT) holds another value", *(f"  {line}" for line in told)]


def test_assert_value_partial_fails_for_a_value_that_is_no_object(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", "text")
    assert text_of(secretsmanager, {"user": "app"}, partial=True).endswith(
        "\n  expected: {'user': 'app'}\n  found:    a text of 4 characters"
    )


@pytest.mark.parametrize("expected", ["text", b"bytes", ["list"], 7, None], ids=str)
def test_assert_value_partial_refuses_an_expected_value_that_is_no_object(
    secretsmanager: SecretsManager, expected: object
) -> None:
    with pytest.raises(UsageError, match=r"^with partial=True the expected value is a dict, not "):
        secretsmanager.assert_value("db", expected, partial=True)


def test_assert_value_partial_names_the_version_that_has_the_expected_keys(secretsmanager: SecretsManager) -> None:
    text = text_of(secretsmanager, {"user": "old"}, partial=True)
    assert text.endswith("\nthat value is in version 1 (AWSPREVIOUS)")


# --- a version by position -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["AWSPREVIOUS", AWSPREVIOUS, 1, -2])
def test_assert_value_accepts_the_version_as_a_positional_argument(
    secretsmanager: SecretsManager, version: Any
) -> None:
    secretsmanager.assert_value("db", {"user": "old"}, version)
    assert text_of(secretsmanager, "other", version).startswith("version 1 of secret 'db' (AWSPREVIOUS) ")


def test_assert_value_refuses_a_bool_as_the_version(secretsmanager: SecretsManager) -> None:
    """For example `partial` as a positional argument."""
    with pytest.raises(UsageError, match=r"^a version is an id, a number, a label or a view, not bool$"):
        secretsmanager.assert_value("db", {"user": "app"}, True)


# --- hints -----------------------------------------------------------------------------------------------------------


def test_assert_value_suggests_partial_when_every_expected_key_matches(secretsmanager: SecretsManager) -> None:
    text = text_of(secretsmanager, {"user": "app", "options": {"ssl": True}})
    assert text.endswith("\nevery expected key has the expected value: partial=True ignores the other keys")


@pytest.mark.parametrize("expected", [{"user": "web"}, {"name": "x"}, "text", [1]], ids=str)
def test_assert_value_does_not_suggest_partial_when_an_expected_key_differs(
    secretsmanager: SecretsManager, expected: object
) -> None:
    assert "partial" not in text_of(secretsmanager, expected)


@pytest.mark.parametrize(
    ("found", "expected", "kind"),
    [
        ('{"a": 1, "b": 2}', '{"b":2,"a":1}', "dict"),
        ("[1, 2]", "[1,2]", "list"),
        ('{"a": "é"}', r'{"a": "\u00e9"}', "dict"),
    ],
)
def test_assert_value_says_that_the_texts_are_equal_as_json(
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
def test_assert_value_says_nothing_of_json_for_texts_that_differ_as_json(
    secretsmanager: SecretsManager, found: str, expected: object
) -> None:
    secretsmanager.seed("db", found)
    assert "JSON" not in text_of(secretsmanager, expected)


def test_assert_value_partial_refuses_an_empty_dict(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", VALUE)
    with pytest.raises(UsageError, match="partial=True compares the expected keys"):
        secretsmanager.assert_value("db", {}, partial=True)


def test_a_missing_key_among_many_is_compared_with_none(secretsmanager: SecretsManager) -> None:
    """Comparing each missing key with each found one takes minutes for a thousand of both."""
    secretsmanager.seed("many", {f"key-{number}": number for number in range(1_000)})
    with pytest.raises(AssertionError) as failure:
        secretsmanager.assert_value("many", {f"kei-{number}": number for number in range(1_000)}, partial=True)
    assert "did you mean" not in str(failure.value)


def test_a_long_missing_key_is_compared_with_none(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("long", {"k" * 100: 1})
    with pytest.raises(AssertionError) as failure:
        secretsmanager.assert_value("long", {"k" * 99: 1}, partial=True)
    assert "did you mean" not in str(failure.value)
