"""`assert_nothing_leaked` finds a value in each form that it knows."""

import base64
import gzip
import hashlib
import json
from urllib.parse import quote, quote_plus

import pytest
from leaking import RAW, VALUE, text_of

from pytest_secretsmanager import SecretsManager


@pytest.mark.parametrize(
    ("form", "text"),
    [
        pytest.param("plain", VALUE, id="plain"),
        pytest.param("JSON", json.dumps({"x": VALUE}), id="JSON"),
        pytest.param("JSON", json.dumps({"x": VALUE}, ensure_ascii=False), id="JSON beyond ASCII"),
        pytest.param("base64", base64.b64encode(RAW).decode(), id="base64"),
        pytest.param("base64", base64.b64encode(RAW).decode().rstrip("="), id="base64 without padding"),
        pytest.param("base64", base64.urlsafe_b64encode(RAW).decode(), id="base64 for URLs"),
        pytest.param("hex", RAW.hex(), id="hex"),
        pytest.param("hex", RAW.hex().upper(), id="HEX"),
        pytest.param("URL", f"https://host/?q={quote(VALUE, safe='')}&x=1", id="URL"),
        pytest.param("URL", f"q={quote_plus(VALUE)}", id="URL-encoded form"),
    ],
)
def test_assert_nothing_leaked_finds_a_value_in_each_form(secretsmanager: SecretsManager, form: str, text: str) -> None:
    secretsmanager.seed("db", VALUE)
    found = text_of(secretsmanager, f"before {text} after")
    assert found == f"secret values leaked: text 1 holds the value of 'db', version 1 ({form})"


def test_assert_nothing_leaked_finds_a_value_in_the_path_of_a_url(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", VALUE)
    assert text_of(secretsmanager, f"https://host/{quote(VALUE)}").endswith("(URL)")


@pytest.mark.parametrize(
    ("form", "text"),
    [
        pytest.param("plain", b"..\x00\x01binary\xff..", id="bytes"),
        pytest.param("plain", bytearray(b"..\x00\x01binary\xff.."), id="bytearray"),
        pytest.param("base64", base64.b64encode(b"\x00\x01binary\xff"), id="base64 bytes"),
        pytest.param("hex", b"\x00\x01binary\xff".hex(), id="hex"),
        pytest.param("URL", quote(b"\x00\x01binary\xff"), id="URL"),
    ],
)
def test_assert_nothing_leaked_finds_a_binary_value_in_each_form(
    secretsmanager: SecretsManager, form: str, text: object
) -> None:
    secretsmanager.seed("key", b"\x00\x01binary\xff")
    assert text_of(secretsmanager, text).endswith(f"'key', version 1 ({form})")


def test_assert_nothing_leaked_finds_a_text_value_in_bytes(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", "pässwörd")
    assert "'db', version 1" in text_of(secretsmanager, "with pässwörd".encode())


def test_assert_nothing_leaked_finds_the_repr_of_a_binary_value(secretsmanager: SecretsManager) -> None:
    key = b"\x00\x01\x02\x03\x04\xfd\xfe\xff"
    secretsmanager.seed("key", key)
    assert "'key', version 1" in text_of(secretsmanager, f"key: {key!r}")


@pytest.mark.parametrize("password", ['it\'s "so"', "back\\slash", "tab\there", "new\nline"])
@pytest.mark.parametrize(
    "shown",
    [str, repr, lambda value: str({"password": value}), lambda value: f"{[value]}"],
    ids=["str", "repr", "str of a dict", "list in an f-string"],
)
def test_assert_nothing_leaked_finds_the_repr_of_a_text_value(secretsmanager, password, shown):
    secretsmanager.seed("db", password)
    with pytest.raises(AssertionError, match=r"text 1(, line 1)? holds the value of 'db'"):
        secretsmanager.assert_nothing_leaked(shown(password))


@pytest.mark.parametrize("user", ["", "a", "ab", "app", "long-user-name"])
@pytest.mark.parametrize("password", ["12345678", "hunter2-Pa$$", "pässwörd"])
def test_assert_nothing_leaked_finds_the_password_of_http_basic_credentials(secretsmanager, user, password):
    secretsmanager.seed("db", password)
    header = base64.b64encode(f"{user}:{password}".encode()).decode()
    assert text_of(secretsmanager, f"Authorization: Basic {header}").endswith("'db', version 1 (base64)")


def test_assert_nothing_leaked_finds_the_password_of_basic_credentials_in_a_field(secretsmanager, client):
    secretsmanager.seed("db", "hunter2-Pa$$")
    client.update_secret(SecretId="db", Description="Basic " + base64.b64encode(b"app:hunter2-Pa$$").decode())
    assert "Description of UpdateSecret (call 1) holds the value of 'db', version 1 (base64)" in text_of(secretsmanager)


@pytest.mark.parametrize("value", ["hunter2-Pa$$", "pässwörd€", b"\x00\xffkey of bytes"])
def test_assert_nothing_leaked_finds_a_value_inside_base64_encoded_json(secretsmanager, value):
    secretsmanager.seed("db", value)
    inner = value if isinstance(value, str) else base64.b64encode(value).decode()
    text = base64.b64encode(json.dumps({"p": inner}).encode()).decode()
    assert "'db', version 1 (" in text_of(secretsmanager, f"event={text}")


def test_assert_nothing_leaked_finds_the_text_of_a_binary_value(secretsmanager):
    secretsmanager.seed("db", "pässwörd".encode())
    assert text_of(secretsmanager, "with pässwörd").endswith("'db', version 1 (plain)")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("esroh-tcerroc", id="reversed"),
        pytest.param("CORRECT-HORSE", id="other case"),
        pytest.param("correct-\nhorse", id="over two lines"),
        pytest.param(hashlib.sha256(b"correct-horse").hexdigest(), id="hashed"),
        pytest.param(gzip.compress(b"correct-horse"), id="compressed"),
        pytest.param(base64.b32encode(b"correct-horse").decode(), id="base32"),
        pytest.param("correct-horse".encode("utf-16-le"), id="UTF-16"),
        pytest.param("correct&#45;horse", id="HTML"),
    ],
)
def test_assert_nothing_leaked_ignores_other_forms(secretsmanager, text):
    secretsmanager.seed("db", "correct-horse")
    secretsmanager.assert_nothing_leaked(text)
