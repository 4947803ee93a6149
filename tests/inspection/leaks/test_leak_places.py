"""`assert_nothing_leaked` names the place of a leak: text, item, line, field of a call."""

import base64
import json
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from leaking import VALUE, text_of

from pytest_secretsmanager import SecretsManager

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient


def test_assert_nothing_leaked_names_the_field_of_a_logged_call(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    secretsmanager.seed("db", "correct horse")
    client.describe_secret(SecretId="db")
    client.update_secret(SecretId="db", Description="it is correct horse")
    assert text_of(secretsmanager) == (
        "secret values leaked: Description of UpdateSecret (call 2) holds the value of 'db', version 1 (plain)"
    )


def test_assert_nothing_leaked_names_the_field_around_a_nested_value(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    secretsmanager.seed("db", "correct horse")
    client.tag_resource(SecretId="db", Tags=[{"Key": "a", "Value": "b"}, {"Key": "pw", "Value": "correct horse"}])
    assert text_of(secretsmanager) == (
        "secret values leaked: Tags of TagResource (call 1) holds the value of 'db', version 1 (plain)"
    )


def test_assert_nothing_leaked_names_the_field_of_a_refused_call(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    secretsmanager.seed("db", "correct-horse")
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_secret_value(SecretId="correct-horse")
    assert text_of(secretsmanager) == (
        "secret values leaked: SecretId of GetSecretValue (call 1) holds the value of 'db', version 1 (plain)"
    )


def test_assert_nothing_leaked_names_a_place_once_for_each_value(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", "correct horse")
    found = text_of(secretsmanager, f"correct horse correct horse {b'correct horse'.hex()}")
    assert found == "secret values leaked: text 1 holds the value of 'db', version 1 (plain)"


def test_assert_nothing_leaked_names_the_line_of_a_leak(secretsmanager):
    secretsmanager.seed("db", "correct horse")
    assert text_of(secretsmanager, "one\ntwo\nwith correct horse\nfour") == (
        "secret values leaked: text 1, line 3 holds the value of 'db', version 1 (plain)"
    )


def test_assert_nothing_leaked_says_how_to_name_a_harmless_text(secretsmanager):
    secretsmanager.seed("db", "correct horse")
    with pytest.raises(AssertionError) as failure:
        secretsmanager.assert_nothing_leaked("with correct horse")
    assert str(failure.value) == (
        "secret values leaked: text 1 holds the value of 'db', version 1 (plain)\n"
        "a harmless text, such as a host or user name, is named by ignore=[…]"
    )


def test_assert_nothing_leaked_counts_further_lines_with_a_leak(secretsmanager):
    secretsmanager.seed("db", "correct horse")
    line = "with correct horse"
    assert "text 1, line 2 (and 1 more line) holds" in text_of(secretsmanager, f"one\n{line}\n{line}")
    assert "text 1, line 1 (and 2 more lines) holds" in text_of(secretsmanager, f"{line}\n{line}\n{line}\n")


@pytest.mark.parametrize(
    "encode",
    [quote, json.dumps, repr, lambda value: base64.b64encode(value.encode()).decode()],
    ids=["URL", "JSON", "repr", "base64"],
)
def test_assert_nothing_leaked_names_the_line_of_an_encoded_value(secretsmanager, encode):
    secretsmanager.seed("db", VALUE)
    assert "text 1, line 2 holds" in text_of(secretsmanager, f"one\nx={encode(VALUE)}\nthree")


def test_assert_nothing_leaked_names_the_first_line_of_a_value_of_several_lines(secretsmanager):
    key = "-----BEGIN KEY-----\nabcdef\n-----END KEY-----"
    secretsmanager.seed("key", key)
    assert "text 1, line 3 holds the value of 'key', version 1 (plain)" in text_of(secretsmanager, f"one\n\n{key}\n")


def test_assert_nothing_leaked_names_the_item_of_a_list_or_an_iterator(secretsmanager):
    secretsmanager.seed("db", "correct horse")
    assert "text 1, item 2 holds" in text_of(secretsmanager, ["one", "with correct horse"])
    assert "text 2, item 2, line 2 holds" in text_of(secretsmanager, "", ["one", "x\ncorrect horse"])
    assert "text 1, item 2 holds" in text_of(secretsmanager, iter(["one", "with correct horse"]))


def test_assert_nothing_leaked_names_the_line_in_a_field(secretsmanager, client):
    secretsmanager.seed("db", "correct horse")
    client.update_secret(SecretId="db", Description="one\ncorrect horse")
    assert "Description of UpdateSecret (call 1), line 2 holds" in text_of(secretsmanager)


def test_assert_nothing_leaked_lists_at_most_fifty_leaks(secretsmanager):
    secretsmanager.seed("db", "correct horse")
    lines = text_of(secretsmanager, *["correct horse"] * 52).splitlines()
    assert lines[0] == "secret values leaked: text 1 holds the value of 'db', version 1 (plain), and 51 more"
    assert lines[50:] == ["  text 50 holds the value of 'db', version 1 (plain)", "  … and 2 more"]
