"""`assert_nothing_leaked`: where it finds secret values, in which forms, and that it never says them."""

import base64
import gzip
import hashlib
import io
import itertools
import json
import logging
import sys
import uuid
from datetime import timedelta
from pathlib import PurePath
from typing import TYPE_CHECKING
from unittest.mock import MagicMock, call, create_autospec, patch
from urllib.parse import quote, quote_plus

import pytest
from botocore.exceptions import ClientError

from pytest_secretsmanager import SecretsManager, UsageError, Version

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient

VALUE = 'a "b"/ü?&+~ß'
"""A value that no two forms spell alike."""

RAW = VALUE.encode()


def text_of(sm: SecretsManager, *texts: object) -> str:
    with pytest.raises(AssertionError) as failure:
        sm.assert_nothing_leaked(*texts)
    return str(failure.value)


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
        pytest.param("URL", f"q={quote_plus(VALUE)}", id="URL of a form"),
    ],
)
def test_a_value_is_found_in_every_form(secretsmanager: SecretsManager, form: str, text: str) -> None:
    secretsmanager.seed("db", VALUE)
    found = text_of(secretsmanager, f"before {text} after")
    assert found == f"secret values leaked:\n  text 1 holds the value of 'db', version 1 ({form})"


def test_a_value_is_found_in_the_path_of_an_url(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", VALUE)
    assert text_of(secretsmanager, f"https://host/{quote(VALUE)}").endswith("(URL)")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("plain b'\\x00\\x01: nothing", id="something else"),
        pytest.param("correct hors", id="a part of it"),
        pytest.param("Correct Horse", id="in other letters"),
        pytest.param("", id="nothing"),
    ],
)
def test_what_is_not_the_value_is_no_leak(secretsmanager: SecretsManager, text: str) -> None:
    secretsmanager.seed("db", "correct horse")
    secretsmanager.assert_nothing_leaked(text)


def test_nothing_leaks_where_there_is_no_secret(secretsmanager: SecretsManager) -> None:
    secretsmanager.assert_nothing_leaked("any text")


def test_a_secret_without_a_version_leaks_nothing(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db")
    secretsmanager.assert_nothing_leaked("", "None", "db")


def test_texts_inside_json_values_are_found(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", {"user": "app", "all": [{"password": "correct horse"}]})
    found = text_of(secretsmanager, "fine", "connected with correct horse")
    assert found == (
        "secret values leaked:\n  text 2 holds the value of 'db', version 1, key 'all', key 'password' (plain)"
    )


def test_texts_inside_json_bytes_are_found(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", b'{"password": "correct horse"}')
    assert "'db', version 1, key 'password' (plain)" in text_of(secretsmanager, "with correct horse")


def test_short_texts_inside_json_values_are_no_secrets(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", {"host": "localhost", "engine": "mysql"})
    secretsmanager.assert_nothing_leaked("the engine is mysql")


def test_texts_that_stand_in_the_secrets_own_name_are_no_secrets(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("app/reporting", {"user": "reporting", "password": "correct horse"})
    secretsmanager.client().get_secret_value(SecretId="app/reporting")
    secretsmanager.assert_nothing_leaked("connected as reporting")
    assert text_of(secretsmanager, "correct horse").endswith("'app/reporting', version 1, key 'password' (plain)")


def test_the_keys_of_json_values_are_no_secrets(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", {"a-long-key": "a-long-value"})
    secretsmanager.assert_nothing_leaked("a-long-key")


def test_a_whole_json_value_is_found(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", {"a": 1, "b": 2})
    assert text_of(secretsmanager, 'got {"a": 1, "b": 2}!').endswith("'db', version 1 (plain)")


@pytest.mark.parametrize("text", ["1234", "pin 1234", "1234 is the pin", "pin\n1234\n"])
def test_a_short_value_is_found_as_a_whole_word(secretsmanager: SecretsManager, text: str) -> None:
    secretsmanager.seed("pin", "1234")
    assert text_of(secretsmanager, text).endswith("'pin', version 1 (plain)")


@pytest.mark.parametrize("text", ["12345", "0x1234", "a1234b", "91234 12349"])
def test_a_short_value_inside_a_word_is_chance(secretsmanager: SecretsManager, text: str) -> None:
    secretsmanager.seed("pin", "1234")
    secretsmanager.assert_nothing_leaked(text)


@pytest.mark.parametrize("text", ["pin=1234", "the pin is 1234.", "'1234'", '{"pin": "1234"}', "(1234)"])
def test_a_short_value_beside_punctuation_is_a_whole_word(secretsmanager: SecretsManager, text: str) -> None:
    secretsmanager.seed("pin", "1234")
    assert text_of(secretsmanager, text).endswith("'pin', version 1 (plain)")


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
def test_binary_values_are_found(secretsmanager: SecretsManager, form: str, text: object) -> None:
    secretsmanager.seed("key", b"\x00\x01binary\xff")
    assert text_of(secretsmanager, text).endswith(f"'key', version 1 ({form})")


def test_a_text_value_is_found_in_bytes(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", "pässwörd")
    assert "'db', version 1" in text_of(secretsmanager, "with pässwörd".encode())


def test_a_binary_value_is_found_as_python_prints_it(secretsmanager: SecretsManager) -> None:
    key = b"\x00\x01\x02\x03\xfe\xff"
    secretsmanager.seed("key", key)
    assert "'key', version 1" in text_of(secretsmanager, f"key: {key!r}")


def test_any_object_is_looked_at_as_it_is_printed(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", "correct horse")
    found = text_of(secretsmanager, ValueError("bad: correct horse"), {"x": ["correct horse"]}, 7, [None])
    assert found == (
        "secret values leaked:\n"
        "  text 1 holds the value of 'db', version 1 (plain)\n"
        "  text 2 holds the value of 'db', version 1 (plain)"
    )


def test_values_of_every_version_secret_region_and_account_are_found(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", versions=[Version("of-old", labels=[]), Version("of-now", labels=["AWSCURRENT"])])
    secretsmanager.seed("far", "far-away", region="eu-west-1")
    secretsmanager.seed("foreign", "not-ours", account="999999999999")
    secretsmanager.seed("deleted", "soon-gone", deleted=True)
    assert text_of(secretsmanager, "of-old of-now far-away not-ours soon-gone") == (
        "secret values leaked:\n"
        "  text 1 holds the value of 'db', version 1 (plain)\n"
        "  text 1 holds the value of 'db', version 2 (plain)\n"
        "  text 1 holds the value of 'deleted', version 1 (plain)\n"
        "  text 1 holds the value of 'far', version 1 (plain)\n"
        "  text 1 holds the value of 'foreign', version 1 (plain)"
    )


def test_a_value_in_a_logged_field_is_found(secretsmanager: SecretsManager, client: "SecretsManagerClient") -> None:
    secretsmanager.seed("db", "correct horse")
    client.describe_secret(SecretId="db")
    client.update_secret(SecretId="db", Description="it is correct horse")
    assert text_of(secretsmanager) == (
        "secret values leaked:\n  Description of UpdateSecret (call 2) holds the value of 'db', version 1 (plain)"
    )


def test_a_value_deep_in_a_logged_field_is_found(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    secretsmanager.seed("db", "correct horse")
    client.tag_resource(SecretId="db", Tags=[{"Key": "a", "Value": "b"}, {"Key": "pw", "Value": "correct horse"}])
    assert text_of(secretsmanager) == (
        "secret values leaked:\n  Tags of TagResource (call 1) holds the value of 'db', version 1 (plain)"
    )


def test_a_value_in_a_refused_call_is_found(secretsmanager: SecretsManager, client: "SecretsManagerClient") -> None:
    secretsmanager.seed("db", "correct-horse")
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_secret_value(SecretId="correct-horse")
    assert text_of(secretsmanager) == (
        "secret values leaked:\n  SecretId of GetSecretValue (call 1) holds the value of 'db', version 1 (plain)"
    )


def test_a_value_sent_as_a_value_is_no_leak(secretsmanager: SecretsManager, client: "SecretsManagerClient") -> None:
    client.create_secret(Name="db", SecretString="correct horse")
    client.put_secret_value(SecretId="db", SecretBinary=b"battery staple")
    client.get_secret_value(SecretId="db")
    secretsmanager.assert_nothing_leaked(*(event.record for event in secretsmanager.log))


@pytest.mark.parametrize(
    "text", [VALUE, json.dumps(VALUE), base64.b64encode(RAW).decode(), RAW.hex(), quote_plus(VALUE)]
)
def test_the_message_never_holds_the_value(secretsmanager: SecretsManager, text: str) -> None:
    secretsmanager.seed("db", VALUE)
    assert text not in text_of(secretsmanager, f"<{text}>")


def test_one_place_is_named_once_for_one_value(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", "correct horse")
    found = text_of(secretsmanager, f"correct horse correct horse {b'correct horse'.hex()}")
    assert found == "secret values leaked:\n  text 1 holds the value of 'db', version 1 (plain)"


def test_one_place_is_named_for_each_text_of_a_json_value(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", {"one": "correct horse", "two": "battery staple", "three": "not-there"})
    assert text_of(secretsmanager, "battery staple, correct horse") == (
        "secret values leaked:\n"
        "  text 1 holds the value of 'db', version 1, key 'one' (plain)\n"
        "  text 1 holds the value of 'db', version 1, key 'two' (plain)"
    )


def test_a_value_in_a_log_record_is_found(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("leaky", "correct horse battery")
    record = logging.LogRecord("app", logging.INFO, __file__, 1, "password is %s", ("correct horse battery",), None)
    assert "text 1 holds the value of 'leaky', version 1" in text_of(secretsmanager, [record])


def test_a_value_in_an_iterator_is_found(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("leaky", "correct horse battery")
    assert "text 1 holds the value of 'leaky', version 1" in text_of(
        secretsmanager, (line for line in ["correct horse battery"])
    )


def test_the_arn_and_the_name_of_a_secret_are_no_secrets_inside_another(secretsmanager: SecretsManager) -> None:
    """The format of AWS's rotation for two users names the other secret."""
    master = secretsmanager.seed("master/db", "correct horse battery")
    secretsmanager.seed("app/db", {"masterarn": master.arn, "master": "master/db", "username": "app/db"})
    secretsmanager.client().get_secret_value(SecretId=master.arn)
    secretsmanager.client().get_secret_value(SecretId="master/db")
    secretsmanager.assert_nothing_leaked("app/db")


# --- what is told by other things than texts -------------------------------------------------------------------------


@pytest.mark.parametrize("password", ['it\'s "so"', "back\\slash", "tab\there", "new\nline"])
@pytest.mark.parametrize("shown", [str, repr, lambda value: str({"password": value}), lambda value: f"{[value]}"])
def test_a_value_is_found_as_python_prints_it(secretsmanager, password, shown):
    secretsmanager.seed("db", password)
    with pytest.raises(AssertionError, match=r"text 1(, line 1)? holds the value of 'db'"):
        secretsmanager.assert_nothing_leaked(shown(password))


def test_a_reply_that_was_printed_is_found(secretsmanager):
    client = secretsmanager.client()
    for number in range(20):
        password = client.get_random_password()["RandomPassword"]
        secretsmanager.seed(f"db{number}", {"user": "app", "password": password})
        with pytest.raises(AssertionError, match=f"'db{number}', version 1"):
            secretsmanager.assert_nothing_leaked(f"got {client.get_secret_value(SecretId=f'db{number}')}")


def written(stream, content="correct horse"):
    stream.write(content)
    return stream


def record(**extra):
    made = logging.LogRecord("app", logging.INFO, "app.py", 1, "connected", (), None)
    vars(made).update(extra)
    return made


def chained():
    try:
        try:
            raise ValueError("refused: correct horse")
        except ValueError as error:
            raise RuntimeError("no connection") from error
    except RuntimeError as error:
        return error


def noted():
    error = ValueError("refused")
    error.add_note("it was correct horse")
    return error


def called():
    mock = MagicMock()
    mock.connect("app", password="correct horse")
    mock("correct horse")
    return mock


def asked(mock):
    mock.__getitem__("correct horse")
    return mock


def called_by_signature():
    mock = create_autospec(quote)
    mock("correct horse")
    return mock


class Unprintable:
    def __repr__(self):
        raise RuntimeError("detached")


class Fields:
    """As many a settings object, it takes any attribute for a key."""

    def __init__(self, data):
        self.data = data

    def __getattr__(self, name):
        return self.data[name]


class Database:
    def __repr__(self):
        return "Database(password='correct horse')"

    def __str__(self):
        return "a database"

    def login(self, password):
        """Does nothing."""


def called_method():
    with patch.object(Database, "login", autospec=True):
        database = Database()
        database.login("correct horse")
        return database.login


def closed(stream):
    stream.close()
    return stream


def called_with(value):
    mock = MagicMock()
    mock(value)
    return mock


def itself():
    parts = ["correct horse"]
    parts.insert(0, parts)
    return parts


@pytest.mark.parametrize(
    "told",
    [
        pytest.param(written(io.StringIO()), id="a stream of text"),
        pytest.param(written(io.BytesIO(), b"correct horse"), id="a stream of bytes"),
        pytest.param(record(password="correct horse"), id="what a log record was given as extra"),
        pytest.param(record(body=b"correct horse"), id="bytes that a log record was given"),
        pytest.param(record(error=chained()), id="an exception that a log record was given"),
        pytest.param(record(stack_info="correct horse"), id="the stack of a log record"),
        pytest.param(chained(), id="what an exception came from"),
        pytest.param(noted(), id="the notes of an exception"),
        pytest.param(ExceptionGroup("both", [OSError(), chained()]), id="the exceptions of a group"),
        pytest.param(called(), id="a mock"),
        pytest.param(pytest.ExceptionInfo.from_exception(chained()), id="what pytest.raises gives"),
        pytest.param(called_by_signature(), id="the mock of a function's signature"),
        pytest.param(called_method(), id="the mock of a method's signature"),
        pytest.param(called_with(Database()), id="what is printed of an argument of a mock"),
        pytest.param(call(Database()), id="what is printed of an argument of a call"),
        pytest.param(asked(MagicMock(spec=dict)), id="a mock in the place of a dict"),
        pytest.param(asked(MagicMock(spec=str)), id="a mock in the place of a text"),
        pytest.param(called().mock_calls, id="all calls of a mock"),
        pytest.param(called().method_calls, id="the calls of a mock's methods"),
        pytest.param(called().call_args, id="the last call of a mock"),
        pytest.param(called().call_args_list, id="the own calls of a mock"),
        pytest.param(called().connect.call_args.kwargs, id="the keywords of a mock's call"),
        pytest.param({"config": PurePath("/etc/app"), "password": "correct horse"}, id="what stands beside a path"),
        pytest.param(itself(), id="a list that holds itself"),
    ],
)
def test_a_value_is_found_in(secretsmanager, told):
    secretsmanager.seed("db", "correct horse")
    with pytest.raises(AssertionError, match="text 1 holds the value of 'db'"):
        secretsmanager.assert_nothing_leaked(told)


@pytest.mark.parametrize("sent", [b"\x00\xffkey of bytes", bytearray(b"\x00\xffkey of bytes")])
def test_bytes_are_found_in_the_calls_of_a_mock(secretsmanager, sent):
    secretsmanager.seed("db", b"\x00\xffkey of bytes")
    mock = MagicMock()
    mock.send(sent)
    assert "'db', version 1" in text_of(secretsmanager, mock)


def test_a_log_record_of_nothing_is_let_through(secretsmanager):
    secretsmanager.seed("db", "INFO app.py")
    secretsmanager.assert_nothing_leaked(record(), MagicMock(), io.StringIO())


@pytest.mark.parametrize(
    "unread",
    [
        pytest.param(lambda: itertools.repeat("x"), id="an iterator without end"),
        pytest.param(lambda: list[int], id="a type"),
        pytest.param(lambda: sys.stdout, id="a stream that can't be read"),
        pytest.param(lambda: closed(io.StringIO()), id="a closed stream"),
        pytest.param(lambda: io.StringIO, id="a kind of stream"),
        pytest.param(Unprintable, id="what can't be printed"),
        pytest.param(lambda: Fields({}), id="what knows no such field"),
    ],
)
def test_of_what_stands_inside_only_the_text_is_read(secretsmanager, unread):
    secretsmanager.seed("db", "correct horse")
    secretsmanager.assert_nothing_leaked(called_with(unread()), record(value=unread()))


def test_what_stands_inside_is_not_used_up_and_calls_nobody(secretsmanager):
    secretsmanager.seed("db", "correct horse")
    lines = iter(["one", "two"])
    pages = secretsmanager.client().get_paginator("list_secrets").paginate()
    secretsmanager.assert_nothing_leaked(called_with(lines), called_with(pages))
    assert list(lines) == ["one", "two"]
    secretsmanager.assert_not_logged()


def test_a_text_that_is_json_is_found_without_its_quotes(secretsmanager):
    secretsmanager.seed("db", '"correct horse"')
    with pytest.raises(AssertionError):
        secretsmanager.assert_nothing_leaked("it is correct horse")


@pytest.mark.parametrize(
    ("value", "other"),
    [
        ({"region": "us-east-1"}, "other"),
        ({"account": "123456789012"}, "other"),
        ({"engine": "postgres"}, "prod/postgres"),
        ({"password": "postgres"}, "prod/postgres"),
        ({"username": "app_user"}, "app/app_user/x"),
        ("password", "app/password"),
        ("app/db", "app/db"),
        ("us-east-1", "other"),
        (b"app", "app/x"),
    ],
)
def test_what_names_a_secret_is_no_leak(secretsmanager, value, other):
    secretsmanager.seed(other, "x" * 20)
    secretsmanager.seed("db", value)
    client = secretsmanager.client()
    client.get_secret_value(SecretId=secretsmanager.secret("db").arn)
    client.get_secret_value(SecretId=other)
    secretsmanager.assert_nothing_leaked(f"asked for {secretsmanager.secret(other).arn}")


@pytest.mark.parametrize("value", ["changeme", {"password": "changeme"}, {"users": [{"api_token": "changeme"}]}])
@pytest.mark.parametrize("other", ["team/changeme", "changeme/team"])
def test_a_value_that_stands_in_a_name_is_found_outside_of_names(secretsmanager, value, other):
    secretsmanager.seed("app/db", value)
    secretsmanager.seed(other, "x" * 20)
    assert "'app/db', version 1" in text_of(secretsmanager, f"{other}: wrong password changeme")


@pytest.mark.parametrize(
    "value",
    [
        "changeme",
        '"changeme"',
        ["changeme"],
        *[{key: "changeme"} for key in ("password", "DB_PASSWORD", "api_key", "apiKey", "userPass", "pwd", "token")],
        *[{key: "changeme"} for key in ("dbpass", "privatekey", "mysqlpwd", "DBPwd", "passcode")],
        {"passwords": {"admin": "changeme"}},
    ],
)
def test_a_value_that_stands_in_its_own_name_is_found_outside_of_it(secretsmanager, value):
    secretsmanager.seed("team/changeme", value)
    assert "'team/changeme', version 1" in text_of(secretsmanager, "team/changeme: wrong password changeme")


@pytest.mark.parametrize("key", ["username", "keyspace", "passenger_db", "monkey", "dbname"])
def test_what_a_member_names_in_the_secrets_own_name_is_no_leak(secretsmanager, key):
    secretsmanager.seed("prod/orders", {"credentials": {key: "orders", "password": "correct horse"}})
    secretsmanager.assert_nothing_leaked("orders connected")


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("prod/postgres", "postgres", "asked for prod%2Fpostgres and prod/postgres"),
        ("db", "secret", "asked for arn%3Aaws%3Asecretsmanager%3Aus-east-1%3A123456789012%3Asecret%3Aother-abcdef"),
        ("app/1", "1", "looked for app/11"),
        ("db", "secret", "asked for arn:aws:secretsmanager:us-east-1:123456789012:secret:other-abcdef"),
    ],
)
def test_a_name_is_no_leak_as_urls_have_it_or_inside_another(secretsmanager, name, value, text):
    secretsmanager.seed(name, value)
    secretsmanager.assert_nothing_leaked(text)


def test_a_value_that_holds_an_arn_is_found(secretsmanager):
    master = secretsmanager.seed("master", "correct horse")
    value = {"masterarn": master.arn, "password": "horse"}
    secretsmanager.seed("db", value)
    assert "'db', version 1" in text_of(secretsmanager, f"got {json.dumps(value)}")


def test_the_words_of_arns_are_no_leak_in_a_request(secretsmanager):
    arn = secretsmanager.seed("db", "secret").arn
    client = secretsmanager.client()
    client.get_secret_value(SecretId=arn[:-7])
    statement = {"Effect": "Allow", "Principal": "*", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    client.put_resource_policy(SecretId="db", ResourcePolicy=json.dumps(policy))
    secretsmanager.assert_nothing_leaked()
    assert "'db', version 1" in text_of(secretsmanager, "password=secret")
    client.update_secret(SecretId="db", Description="secret")
    assert "Description of UpdateSecret (call 3)" in text_of(secretsmanager)


@pytest.mark.parametrize("value", [{"region": "eu-west-1"}, {"account": "123456789012"}])
def test_regions_and_accounts_of_secrets_are_no_leak(secretsmanager, value):
    secretsmanager.seed("db", value)
    secretsmanager.seed("far", "x" * 20, region="eu-west-1")
    secretsmanager.assert_nothing_leaked("reading eu-west-1 of 123456789012")


# --- where it is -----------------------------------------------------------------------------------------------------


def test_the_line_of_a_leak_is_told(secretsmanager):
    secretsmanager.seed("db", "correct horse")
    assert text_of(secretsmanager, "one\ntwo\nwith correct horse\nfour") == (
        "secret values leaked:\n  text 1, line 3 holds the value of 'db', version 1 (plain)"
    )


def test_more_lines_with_a_leak_are_counted(secretsmanager):
    secretsmanager.seed("db", "correct horse")
    line = "with correct horse"
    assert "text 1, line 2 (and 1 more line) holds" in text_of(secretsmanager, f"one\n{line}\n{line}")
    assert "text 1, line 1 (and 2 more lines) holds" in text_of(secretsmanager, f"{line}\n{line}\n{line}\n")


@pytest.mark.parametrize("encode", [quote, json.dumps, repr, lambda value: base64.b64encode(value.encode()).decode()])
def test_the_line_of_an_encoded_value_is_told(secretsmanager, encode):
    secretsmanager.seed("db", VALUE)
    assert "text 1, line 2 holds" in text_of(secretsmanager, f"one\nx={encode(VALUE)}\nthree")


def test_the_first_line_of_a_value_of_several_lines_is_told(secretsmanager):
    key = "-----BEGIN KEY-----\nabcdef\n-----END KEY-----"
    secretsmanager.seed("key", key)
    assert "text 1, line 3 holds the value of 'key', version 1 (plain)" in text_of(secretsmanager, f"one\n\n{key}\n")


def test_the_item_of_several_texts_is_told(secretsmanager):
    secretsmanager.seed("db", "correct horse")
    assert "text 1, item 2 holds" in text_of(secretsmanager, ["one", "with correct horse"])
    assert "text 2, item 2, line 2 holds" in text_of(secretsmanager, "", ["one", "x\ncorrect horse"])
    assert "text 1, item 2 holds" in text_of(secretsmanager, iter(["one", "with correct horse"]))


def test_the_line_of_a_field_is_told(secretsmanager, client):
    secretsmanager.seed("db", "correct horse")
    client.update_secret(SecretId="db", Description="one\ncorrect horse")
    assert "Description of UpdateSecret (call 1), line 2 holds" in text_of(secretsmanager)


def test_many_leaks_are_cut_short(secretsmanager):
    secretsmanager.seed("db", "correct horse")
    lines = text_of(secretsmanager, *["correct horse"] * 52).splitlines()
    assert lines[50:] == ["  text 50 holds the value of 'db', version 1 (plain)", "  … and 2 more"]


# --- other forms -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("user", ["", "a", "ab", "app", "long-user-name"])
@pytest.mark.parametrize("password", ["1234", "hunter2-Pa$$", "pässwörd"])
def test_the_password_of_http_basic_is_found(secretsmanager, user, password):
    secretsmanager.seed("db", password)
    header = base64.b64encode(f"{user}:{password}".encode()).decode()
    assert text_of(secretsmanager, f"Authorization: Basic {header}").endswith("'db', version 1 (base64)")


def test_a_value_in_the_path_of_basic_credentials_in_a_field_is_found(secretsmanager, client):
    secretsmanager.seed("db", "hunter2-Pa$$")
    client.update_secret(SecretId="db", Description="Basic " + base64.b64encode(b"app:hunter2-Pa$$").decode())
    assert "Description of UpdateSecret (call 1) holds the value of 'db', version 1 (base64)" in text_of(secretsmanager)


@pytest.mark.parametrize("value", ["hunter2-Pa$$", "pässwörd€", b"\x00\xffkey of bytes"])
def test_a_value_inside_encoded_json_is_found(secretsmanager, value):
    secretsmanager.seed("db", value)
    inner = value if isinstance(value, str) else base64.b64encode(value).decode()
    text = base64.b64encode(json.dumps({"p": inner}).encode()).decode()
    assert "'db', version 1 (" in text_of(secretsmanager, f"event={text}")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16"])
def test_utf_16_is_found_in_base64(secretsmanager, encoding):
    secretsmanager.seed("db", "hunter2-Pa$$")
    text = base64.b64encode("x=hunter2-Pa$$;".encode(encoding)).decode()
    assert text_of(secretsmanager, text).endswith("'db', version 1 (UTF-16 in base64)")


def test_a_binary_value_that_is_text_is_found_as_text(secretsmanager):
    secretsmanager.seed("db", "pässwörd".encode())
    assert text_of(secretsmanager, "with pässwörd").endswith("'db', version 1 (plain)")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("esroh-tcerroc", id="reversed"),
        pytest.param("CORRECT-HORSE", id="in other letters"),
        pytest.param("correct-\nhorse", id="over two lines"),
        pytest.param(hashlib.sha256(b"correct-horse").hexdigest(), id="hashed"),
        pytest.param(gzip.compress(b"correct-horse"), id="compressed"),
        pytest.param(base64.b32encode(b"correct-horse").decode(), id="base32"),
    ],
)
def test_other_forms_are_not_looked_for(secretsmanager, text):
    secretsmanager.seed("db", "correct-horse")
    secretsmanager.assert_nothing_leaked(text)


@pytest.mark.parametrize("value", ["1", "on", "app"])
def test_a_value_of_less_than_four_characters_is_not_guessed_in_ids(secretsmanager, value):
    secretsmanager.seed("db", value)
    for number in range(300):
        secretsmanager.assert_nothing_leaked(f"request {uuid.UUID(int=number**9)} answered something")


# --- values that are there no more -----------------------------------------------------------------------------------


def replica_removed(sm, client):
    sm.seed("far", "correct horse", replicas=["eu-west-1"])
    client.remove_regions_from_replication(SecretId="far", RemoveReplicaRegions=["eu-west-1"])
    client.delete_secret(SecretId="far", ForceDeleteWithoutRecovery=True)


def deleted_by_force(sm, client):
    sm.seed("db", "correct horse")
    client.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)


def replaced_by_a_seed(sm, client):
    sm.seed("db", "correct horse")
    sm.seed("db", "another")


def made_anew(sm, client):
    deleted_by_force(sm, client)
    client.create_secret(Name="db", SecretString="another")


def lapsed(sm, client):
    sm.seed("db", "correct horse")
    client.delete_secret(SecretId="db", RecoveryWindowInDays=7)
    sm.clock.advance(days=8)


def in_another_place(sm, client):
    sm.seed("db", "correct horse", region="eu-west-1")
    sm.client("eu-west-1").delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)


def under_a_key_that_is_disabled(sm, client):
    key = sm.kms.create_key()
    sm.seed("db", "correct horse", kms_key=key.id)
    client.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)
    sm.kms.disable(key.id)


def overwritten_by_a_replica(sm, client):
    sm.seed("db", "correct horse", region="eu-west-1")
    sm.seed("db", "another")
    client.replicate_secret_to_regions(
        SecretId="db", AddReplicaRegions=[{"Region": "eu-west-1"}], ForceOverwriteReplicaSecret=True
    )


@pytest.mark.parametrize(
    "lose",
    [
        deleted_by_force,
        replaced_by_a_seed,
        made_anew,
        lapsed,
        in_another_place,
        under_a_key_that_is_disabled,
        overwritten_by_a_replica,
        replica_removed,
    ],
)
def test_a_value_that_is_gone_is_found(secretsmanager, client, lose):
    lose(secretsmanager, client)
    found = text_of(secretsmanager, "with correct horse")
    assert ", version 1, gone by now (plain)" in found


def test_a_version_that_was_pruned_is_found():
    with SecretsManager(version_quota=3) as sm:
        sm.seed("db", "third", versions=[Version("of the first", age=timedelta(days=3)), "second"])
        sm.client().put_secret_value(SecretId="db", SecretString="fourth")
        assert [version.number for version in sm.secret("db").versions] == [2, 3, 4]
        assert "the value of 'db', version 1, gone by now (plain)" in text_of(sm, "of the first")


def test_a_text_inside_a_json_value_that_is_gone_is_found(secretsmanager, client):
    secretsmanager.seed("db", {"password": "correct horse"})
    client.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)
    assert "'db', version 1, key 'password', gone by now (plain)" in text_of(secretsmanager, "with correct horse")


def test_the_name_of_a_secret_that_is_gone_is_no_leak(secretsmanager, client):
    secretsmanager.seed("team/correct-horse", "correct-horse")
    client.delete_secret(SecretId="team/correct-horse", ForceDeleteWithoutRecovery=True)
    secretsmanager.assert_nothing_leaked("deleted team/correct-horse")


def test_a_secret_that_a_refused_seed_was_to_replace_is_not_gone(secretsmanager):
    secretsmanager.seed("db", "one")
    with pytest.raises(UsageError, match="Invalid replica region"):
        secretsmanager.seed("db", "correct horse", replicas=["us-east-1"])
    secretsmanager.assert_nothing_leaked("with correct horse")
    assert ", version 1 (plain)" in text_of(secretsmanager, "one")


REFUSED = [
    pytest.param("put_secret_value", {"SecretId": "no"}, id="PutSecretValue"),
    pytest.param("create_secret", {"Name": "taken"}, id="CreateSecret"),
    pytest.param("update_secret", {"SecretId": "no"}, id="UpdateSecret"),
]


@pytest.mark.parametrize(("method", "parameters"), REFUSED)
@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"SecretString": "correct horse"}, "with correct horse"),
        ({"SecretBinary": b"correct horse"}, "with correct horse"),
        ({"SecretString": '{"password": "correct horse"}'}, "with correct horse"),
    ],
)
def test_a_value_that_aws_refused_is_found(secretsmanager, client, method, parameters, value, text):
    secretsmanager.seed("taken", "another")
    with pytest.raises(ClientError) as refused:
        getattr(client, method)(**parameters, **value)
    found = text_of(secretsmanager, text)
    assert f"text 1 holds a value that {refused.value.operation_name} (call 1) was refused" in found


def test_a_value_that_aws_refused_is_found_in_its_own_fields(secretsmanager, client):
    with pytest.raises(ClientError):
        client.update_secret(SecretId="no", SecretString="correct horse", Description="it is correct horse")
    assert text_of(secretsmanager) == (
        "secret values leaked:\n"
        "  Description of UpdateSecret (call 1) holds a value that UpdateSecret (call 1) was refused (plain)"
    )


def test_what_a_block_lost_and_was_refused_is_forgotten_with_it(secretsmanager, client):
    with secretsmanager.snapshot():
        deleted_by_force(secretsmanager, client)
        with pytest.raises(ClientError):
            client.put_secret_value(SecretId="no", SecretString="battery staple")
        text_of(secretsmanager, "correct horse")
        text_of(secretsmanager, "battery staple")
    secretsmanager.assert_nothing_leaked("correct horse", "battery staple")


def test_what_a_block_created_is_not_taken_for_gone_after_it(secretsmanager, client):
    with secretsmanager.snapshot():
        client.create_secret(Name="db", SecretString="correct horse")
    secretsmanager.assert_nothing_leaked("correct horse")


# --- requests --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["20", "True", "MaxResults", "Key"])
def test_numbers_flags_and_names_of_members_are_no_leak_in_a_request(secretsmanager, client, value):
    secretsmanager.seed("db", value)
    client.list_secrets(MaxResults=20)
    client.tag_resource(SecretId="db", Tags=[{"Key": "team", "Value": "pay"}])
    client.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)
    secretsmanager.assert_nothing_leaked()


# --- JSON inside JSON ------------------------------------------------------------------------------------------------


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
def test_texts_in_json_inside_json_values_are_found(secretsmanager, value, keys):
    secretsmanager.seed("db", value)
    found = text_of(secretsmanager, "login with correct horse")
    assert found == f"secret values leaked:\n  text 1 holds the value of 'db', version 1, {keys} (plain)"


def test_json_in_json_is_read_to_a_bounded_depth(secretsmanager):
    secretsmanager.seed("db", nested("correct horse", 5))
    secretsmanager.assert_nothing_leaked("login with correct horse")


@pytest.mark.parametrize("text", ["{no JSON}", "[" * 100_000], ids=["no JSON", "too deep"])
def test_a_text_that_only_begins_as_json_is_a_text(secretsmanager, text):
    secretsmanager.seed("db", {"cfg": text[:20_000]})
    assert "key 'cfg' (plain)" in text_of(secretsmanager, text[:20_000])


# --- nothing to look for ---------------------------------------------------------------------------------------------


def test_where_the_values_are_in_another_manager_it_is_named(secretsmanager, client):
    secretsmanager.seed("db", "correct horse")
    client.get_secret_value(SecretId="db")
    with SecretsManager("eu-west-1") as sm, pytest.raises(UsageError) as refusal:
        sm.assert_nothing_leaked("login with correct horse")
    assert str(refusal.value) == (
        "this SecretsManager has had no value that could leak\n"
        f"  another SecretsManager, in {secretsmanager.region}, which is active, has logged 1: ask that one"
    )


def test_another_manager_is_no_matter_where_there_is_a_value_or_no_text(secretsmanager, client):
    secretsmanager.seed("db", "correct horse")
    client.get_secret_value(SecretId="db")
    with SecretsManager("eu-west-1") as sm:
        sm.assert_nothing_leaked()
        sm.seed("other", "value")
        sm.assert_nothing_leaked("login")
