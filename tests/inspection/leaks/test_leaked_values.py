"""`assert_nothing_leaked`: which values are secret, and the manager that it asks."""

import base64
import json
from typing import TYPE_CHECKING
from urllib.parse import quote_plus

import pytest
from leaking import RAW, VALUE, text_of

from pytest_secretsmanager import SecretsManager, UsageError, Version

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("plain b'\\x00\\x01: nothing", id="another text"),
        pytest.param("correct hors", id="part of the value"),
        pytest.param("Correct Horse", id="other case"),
        pytest.param("", id="empty"),
    ],
)
def test_assert_nothing_leaked_accepts_texts_without_the_value(secretsmanager: SecretsManager, text: str) -> None:
    secretsmanager.seed("db", "correct horse")
    secretsmanager.assert_nothing_leaked(text)


def test_assert_nothing_leaked_passes_without_secrets(secretsmanager: SecretsManager) -> None:
    secretsmanager.assert_nothing_leaked("any text")


def test_assert_nothing_leaked_passes_for_a_secret_without_a_version(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db")
    secretsmanager.assert_nothing_leaked("", "None", "db")


@pytest.mark.parametrize("value", ["1234567", b"1234567", "passwör"], ids=ascii)
def test_assert_nothing_leaked_ignores_a_value_of_seven_characters(secretsmanager: SecretsManager, value: str) -> None:
    secretsmanager.seed("pin", value)
    secretsmanager.seed("db", "correct horse")
    secretsmanager.assert_nothing_leaked(value, repr(value))


@pytest.mark.parametrize("value", ["short", b"1234567"], ids=ascii)
def test_assert_nothing_leaked_refuses_to_look_for_shorter_values_alone(
    secretsmanager: SecretsManager, value: str | bytes
) -> None:
    secretsmanager.seed("pin", value)
    secretsmanager.seed("empty")
    secretsmanager.assert_nothing_leaked()
    with pytest.raises(UsageError) as refusal:
        secretsmanager.assert_nothing_leaked("a text")
    assert str(refusal.value) == (
        "no value of this SecretsManager has eight characters or more, so none can be found: "
        "give the test's secrets longer values"
    )


def test_assert_nothing_leaked_refuses_to_look_for_a_refused_value_of_seven_characters_alone(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.put_secret_value(SecretId="gone", SecretString="hunter2")
    with pytest.raises(UsageError, match="has eight characters or more"):
        secretsmanager.assert_nothing_leaked("a text")


@pytest.mark.parametrize(
    ("value", "ignore"),
    [("correct horse", ["correct horse"]), ("team/changeme", []), ("us-east-1", []), ('"battery staple"', None)],
    ids=["ignored", "a name", "a region", "ignored whole and as JSON"],
)
def test_assert_nothing_leaked_refuses_to_look_for_ignored_values_and_names_alone(
    secretsmanager: SecretsManager, value: str, ignore: list[str] | None
) -> None:
    ignored = [value, value.strip('"')] if ignore is None else ignore
    secretsmanager.seed("team/changeme", value, region="us-east-1")
    secretsmanager.assert_nothing_leaked(ignore=ignored)
    with pytest.raises(UsageError) as refusal:
        secretsmanager.assert_nothing_leaked("a text", ignore=ignored)
    assert str(refusal.value) == (
        "each value of this SecretsManager with eight characters or more is ignored or is the name of a secret, "
        "so none can be found: give the test a secret with another value"
    )


@pytest.mark.parametrize("value", ["12345678", b"12345678", "pässwörd"], ids=ascii)
def test_assert_nothing_leaked_finds_a_value_of_eight_characters_inside_a_word(
    secretsmanager: SecretsManager, value: str
) -> None:
    secretsmanager.seed("pin", value)
    assert text_of(secretsmanager, f"x{value}x").endswith("'pin', version 1 (plain)")


def test_assert_nothing_leaked_finds_values_of_every_version_secret_region_and_account(
    secretsmanager: SecretsManager,
) -> None:
    secretsmanager.seed("db", versions=[Version("was-of-old", labels=[]), Version("is-of-now", labels=["AWSCURRENT"])])
    secretsmanager.seed("far", "far-away", region="eu-west-1")
    secretsmanager.seed("foreign", "not-ours", account="999999999999")
    secretsmanager.seed("deleted", "gone-soon-9", deleted=True)
    assert text_of(secretsmanager, "was-of-old is-of-now far-away not-ours gone-soon-9") == (
        "secret values leaked: text 1 holds the value of 'db', version 1 (plain), and 4 more\n"
        "  text 1 holds the value of 'db', version 1 (plain)\n"
        "  text 1 holds the value of 'db', version 2 (plain)\n"
        "  text 1 holds the value of 'far', version 1 (plain)\n"
        "  text 1 holds the value of 'foreign', version 1 (plain)\n"
        "  text 1 holds the value of 'deleted', version 1 (plain)"
    )


def test_assert_nothing_leaked_ignores_values_sent_in_secret_string_and_secret_binary(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    client.create_secret(Name="db", SecretString="correct horse")
    client.put_secret_value(SecretId="db", SecretBinary=b"battery staple")
    client.get_secret_value(SecretId="db")
    secretsmanager.assert_nothing_leaked(*(event.record for event in secretsmanager.log))


@pytest.mark.parametrize(
    "text", [VALUE, json.dumps(VALUE), base64.b64encode(RAW).decode(), RAW.hex(), quote_plus(VALUE)]
)
def test_assert_nothing_leaked_never_shows_the_value_in_its_message(secretsmanager: SecretsManager, text: str) -> None:
    secretsmanager.seed("db", VALUE)
    assert text not in text_of(secretsmanager, f"<{text}>")


def test_assert_nothing_leaked_without_values_names_another_manager_that_has_some(secretsmanager, client):
    secretsmanager.seed("db", "correct horse")
    client.get_secret_value(SecretId="db")
    with SecretsManager("eu-west-1") as sm, pytest.raises(UsageError) as refusal:
        sm.assert_nothing_leaked("login with correct horse")
    assert str(refusal.value) == (
        "this SecretsManager has had no value that could leak\n"
        f"  another SecretsManager, in {secretsmanager.region}, which is active, has logged 1: "
        "call its assert_nothing_leaked"
    )


def test_assert_nothing_leaked_with_a_value_or_without_a_text_ignores_another_manager(secretsmanager, client):
    secretsmanager.seed("db", "correct horse")
    client.get_secret_value(SecretId="db")
    with SecretsManager("eu-west-1") as sm:
        sm.assert_nothing_leaked()
        sm.seed("other", "battery staple")
        sm.assert_nothing_leaked("login")
