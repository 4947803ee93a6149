"""`assert_nothing_leaked` finds the texts inside a JSON value."""

import json

import pytest
from leaking import text_of

from pytest_secretsmanager import SecretsManager


def test_assert_nothing_leaked_finds_texts_inside_a_json_value(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", {"user": "app", "all": [{"password": "correct horse"}]})
    found = text_of(secretsmanager, "fine", "connected with correct horse")
    assert found == (
        "secret values leaked: text 2 holds the value of 'db', version 1, key 'all', key 'password' (plain)"
    )


def test_assert_nothing_leaked_finds_texts_inside_json_bytes(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", b'{"password": "correct horse"}')
    assert "'db', version 1, key 'password' (plain)" in text_of(secretsmanager, "with correct horse")


def test_assert_nothing_leaked_ignores_short_texts_inside_a_json_value(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", {"port": 5432, "engine": "mariadb"})
    secretsmanager.assert_nothing_leaked("the engine is mariadb, at 5432")


def test_assert_nothing_leaked_ignores_the_keys_of_a_json_value(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", {"a-long-key": "a-long-value"})
    secretsmanager.assert_nothing_leaked("a-long-key")


def test_assert_nothing_leaked_finds_a_whole_json_value(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", {"a": 1, "b": 2})
    assert text_of(secretsmanager, 'got {"a": 1, "b": 2}!').endswith("'db', version 1 (plain)")


def test_assert_nothing_leaked_names_a_place_for_each_text_of_a_json_value(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", {"one": "correct horse", "two": "battery staple", "three": "not-there"})
    assert text_of(secretsmanager, "battery staple, correct horse") == (
        "secret values leaked: text 1 holds the value of 'db', version 1, key 'two' (plain), and 1 more\n"
        "  text 1 holds the value of 'db', version 1, key 'two' (plain)\n"
        "  text 1 holds the value of 'db', version 1, key 'one' (plain)"
    )


def test_assert_nothing_leaked_finds_a_json_string_without_its_quotes(secretsmanager):
    secretsmanager.seed("db", '"correct horse"')
    with pytest.raises(AssertionError):
        secretsmanager.assert_nothing_leaked("it is correct horse")


def nested(value, times):
    for _ in range(times):
        value = json.dumps({"in": value})
    return value


@pytest.mark.parametrize(
    ("value", "keys"),
    [
        pytest.param({"cfg": json.dumps({"password": "correct horse"})}, "key 'cfg', key 'password'", id="an object"),
        pytest.param({"cfg": " " + json.dumps(["correct horse"])}, "key 'cfg'", id="a list"),
        pytest.param(json.dumps(json.dumps({"password": "correct horse"})), "key 'password'", id="a whole value"),
        pytest.param(nested("correct horse", 4), ", ".join(["key 'in'"] * 4), id="three times"),
    ],
)
def test_assert_nothing_leaked_finds_texts_of_json_inside_json(secretsmanager, value, keys):
    secretsmanager.seed("db", value)
    found = text_of(secretsmanager, "login with correct horse")
    assert found == f"secret values leaked: text 1 holds the value of 'db', version 1, {keys} (plain)"


@pytest.mark.parametrize("text", ["{no JSON}", "[" * 100_000], ids=["no JSON", "too deep"])
def test_assert_nothing_leaked_finds_a_text_that_only_begins_as_json(secretsmanager, text):
    secretsmanager.seed("db", {"cfg": text[:20_000]})
    assert "key 'cfg' (plain)" in text_of(secretsmanager, text[:20_000])


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"pin": 12345678}, "12345678"),
        ({"pin": -1234567}, "-1234567"),
        ({"rate": 1.50}, "1.5"),
        ('{"rate": 1.500000}', "1.500000"),
        ('{"big": %s}' % ("9" * 5000), "9" * 5000),
    ],
    ids=["eight digits", "a sign and seven digits", "short", "as it is written", "5,000 digits"],
)
def test_assert_nothing_leaked_finds_a_number_of_eight_characters_inside_a_json_value(secretsmanager, value, text):
    secretsmanager.seed("db", value)
    if len(text) < 8:
        secretsmanager.assert_nothing_leaked(f"it is {text}")
    else:
        assert "'db', version 1, key '" in text_of(secretsmanager, f"it is {text}")


def test_assert_nothing_leaked_names_a_whole_json_value_without_the_texts_inside_it(secretsmanager):
    secretsmanager.seed("db", {"user": "reporting", "password": "correct horse"})
    found = text_of(secretsmanager, 'got {"user": "reporting", "password": "correct horse"}')
    assert found == "secret values leaked: text 1 holds the value of 'db', version 1 (plain)"


def test_assert_nothing_leaked_shows_at_most_120_characters_of_the_keys(secretsmanager):
    secretsmanager.seed("db", {"k" * 10_000: "correct horse"})
    assert len(text_of(secretsmanager, "correct horse")) < 250
