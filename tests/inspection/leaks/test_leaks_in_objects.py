"""`assert_nothing_leaked` reads objects: log records, exceptions, mocks, streams."""

import io
import itertools
import logging
import sys
from pathlib import PurePath
from unittest.mock import MagicMock, call, create_autospec, patch
from urllib.parse import quote

import pytest
from leaking import Fields, Unprintable, closed, text_of

from pytest_secretsmanager import SecretsManager


def test_assert_nothing_leaked_reads_any_object_as_it_is_printed(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", "correct horse")
    found = text_of(secretsmanager, ValueError("bad: correct horse"), {"x": ["correct horse"]}, 7, [None])
    assert found == (
        "secret values leaked: text 1 holds the value of 'db', version 1 (plain), and 1 more\n"
        "  text 1 holds the value of 'db', version 1 (plain)\n"
        "  text 2 holds the value of 'db', version 1 (plain)"
    )


def test_assert_nothing_leaked_finds_a_value_in_a_log_record(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("leaky", "correct horse battery")
    record = logging.LogRecord("app", logging.INFO, __file__, 1, "password is %s", ("correct horse battery",), None)
    assert "text 1 holds the value of 'leaky', version 1" in text_of(secretsmanager, [record])


def test_assert_nothing_leaked_finds_a_value_in_an_iterator(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("leaky", "correct horse battery")
    assert "text 1 holds the value of 'leaky', version 1" in text_of(
        secretsmanager, (line for line in ["correct horse battery"])
    )


def test_assert_nothing_leaked_finds_a_password_in_a_printed_reply(secretsmanager):
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


class QuietError(Exception):
    def __str__(self):
        return "refused"

    __repr__ = __str__


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
        pytest.param(record(password="correct horse"), id="extra of a log record"),
        pytest.param(record(body=b"correct horse"), id="bytes in extra of a log record"),
        pytest.param(record(error=chained()), id="exception in extra of a log record"),
        pytest.param(
            record(args=({"password": "correct horse"},)), id="arguments of a log record that it does not show"
        ),
        pytest.param(record(msg={"password": ["correct horse"]}), id="a log record whose message is an object"),
        pytest.param(record(msg="%d", args=("correct horse",)), id="a log record that can't be formatted"),
        pytest.param(QuietError("correct horse"), id="arguments of an exception that it does not show"),
        pytest.param(record(stack_info="correct horse"), id="stack of a log record"),
        pytest.param(chained(), id="cause of an exception"),
        pytest.param(noted(), id="notes of an exception"),
        pytest.param(ExceptionGroup("both", [OSError(), chained()]), id="exceptions of a group"),
        pytest.param(called(), id="a mock"),
        pytest.param(pytest.ExceptionInfo.from_exception(chained()), id="ExceptionInfo of pytest.raises"),
        pytest.param(called_by_signature(), id="autospec of a function"),
        pytest.param(called_method(), id="autospec of a method"),
        pytest.param(called_with(Database()), id="repr of an argument of a mock"),
        pytest.param(call(Database()), id="repr of an argument of a call"),
        pytest.param(asked(MagicMock(spec=dict)), id="a mock of a dict"),
        pytest.param(asked(MagicMock(spec=str)), id="a mock of a str"),
        pytest.param(called().mock_calls, id="all calls of a mock"),
        pytest.param(called().method_calls, id="the calls of a mock's methods"),
        pytest.param(called().call_args, id="the last call of a mock"),
        pytest.param(called().call_args_list, id="direct calls of a mock"),
        pytest.param(called().connect.call_args.kwargs, id="the keywords of a mock's call"),
        pytest.param(
            {"config": PurePath("/etc/app"), "password": "correct horse"}, id="a dict that holds a path as well"
        ),
        pytest.param(itself(), id="a list that holds itself"),
    ],
)
def test_assert_nothing_leaked_finds_a_value_in(secretsmanager, told):
    secretsmanager.seed("db", "correct horse")
    with pytest.raises(AssertionError, match="text 1 holds the value of 'db'"):
        secretsmanager.assert_nothing_leaked(told)


@pytest.mark.parametrize("sent", [b"\x00\xffkey of bytes", bytearray(b"\x00\xffkey of bytes")], ids=str)
def test_assert_nothing_leaked_finds_bytes_in_the_calls_of_a_mock(secretsmanager, sent):
    secretsmanager.seed("db", b"\x00\xffkey of bytes")
    mock = MagicMock()
    mock.send(sent)
    assert "'db', version 1" in text_of(secretsmanager, mock)


def test_assert_nothing_leaked_accepts_a_log_record_a_mock_and_a_stream_without_content(secretsmanager):
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
        pytest.param(Unprintable, id="an object without a repr"),
        pytest.param(lambda: Fields({}), id="an object that raises for unknown attributes"),
    ],
)
def test_assert_nothing_leaked_reads_no_contents_of_an_unreadable_object(secretsmanager, unread):
    secretsmanager.seed("db", "correct horse")
    secretsmanager.assert_nothing_leaked(called_with(unread()), record(value=unread()))


def test_assert_nothing_leaked_consumes_no_iterator_and_calls_no_paginator_inside_a_mock(secretsmanager):
    secretsmanager.seed("db", "correct horse")
    lines = iter(["one", "two"])
    pages = secretsmanager.client().get_paginator("list_secrets").paginate()
    secretsmanager.assert_nothing_leaked(called_with(lines), called_with(pages))
    assert list(lines) == ["one", "two"]
    secretsmanager.assert_not_logged()
