"""The arguments of `assert_nothing_leaked`: it reads them, or refuses them and says what to pass instead."""

import functools
import io
import itertools
import logging
import sys
import tempfile
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from pathlib import PurePath
from types import SimpleNamespace
from uuid import UUID

import boto3
import pytest
from leaking import Fields, Unprintable, closed, text_of

from pytest_secretsmanager import UsageError

VALUE = "correct horse"


@pytest.fixture
def sm(secretsmanager):
    secretsmanager.seed("db", VALUE)
    return secretsmanager


def refusal_of(sm, *given):
    with pytest.raises(UsageError) as caught:
        sm.assert_nothing_leaked(*given)
    return str(caught.value)


# --- accepted --------------------------------------------------------------------------------------------------------


@dataclass
class Settings:
    password: str


class Spoken:
    """An object that shows its content in `str` only."""

    def __str__(self):
        return f"spoken: {VALUE}"


class Columns:
    """An object as a table of pandas: it iterates over its column names, and prints its rows."""

    def __iter__(self):
        return iter(["password"])

    def __repr__(self):
        return f"password\n{VALUE}"


class Lines:
    def __iter__(self):
        return iter(["one", VALUE])


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(Settings(VALUE), id="a dataclass"),
        pytest.param([Settings(VALUE)], id="a dataclass in a list"),
        pytest.param(SimpleNamespace(x=VALUE), id="a namespace"),
        pytest.param(Spoken(), id="an object with a text"),
        pytest.param(Columns(), id="an iterable that prints more than its items"),
        pytest.param(Lines(), id="an iterable"),
        pytest.param({"a": 1, "b": VALUE}.values(), id="the values of a dict"),
        pytest.param(map(str, [1, VALUE]), id="a map"),
        pytest.param(functools.partial(print, VALUE), id="a partial"),
        pytest.param({1: [(None, True, {VALUE})]}, id="containers in containers"),
        pytest.param(bytearray(VALUE.encode()), id="a bytearray"),
        pytest.param(memoryview(VALUE.encode()), id="a memoryview"),
    ],
)
def test_assert_nothing_leaked_finds_a_value_in_an_argument(sm, given):
    assert "holds the value of 'db', version 1" in text_of(sm, given)


@pytest.mark.parametrize("mode", ["w+", "wb+"])
@pytest.mark.parametrize("opened", [tempfile.TemporaryFile, tempfile.NamedTemporaryFile])
def test_assert_nothing_leaked_reads_a_file_from_its_start_and_keeps_its_position(sm, mode, opened):
    with opened(mode) as file:
        file.write(VALUE if mode == "w+" else VALUE.encode())
        place = file.tell()
        assert "text 1 holds the value of 'db'" in text_of(sm, file)
        assert file.tell() == place


def test_assert_nothing_leaked_reads_text_and_records_of_caplog(sm, caplog):
    logging.getLogger("app").warning("one")
    logging.getLogger("app").warning("two %s", VALUE)
    assert "text 1, line 2 holds the value of 'db', version 1 (plain)" in text_of(sm, caplog)
    caplog.clear()
    logging.getLogger("app").warning("three", extra={"password": VALUE})
    assert "text 1 holds the value of 'db', version 1 (plain)" in text_of(sm, caplog)
    caplog.clear()
    sm.assert_nothing_leaked(caplog)


def test_assert_nothing_leaked_reads_the_output_of_capsys(sm, capsys):
    print("one")  # noqa: T201
    print(VALUE, file=sys.stderr)  # noqa: T201
    assert "text 1, item 2, line 1 holds" in text_of(sm, capsys.readouterr())


class Color(Enum):
    RED = "red"


def test_assert_nothing_leaked_accepts_values_that_print_their_content(sm):
    sm.assert_nothing_leaked(
        {
            "none": None,
            "flag": True,
            "number": 7.5,
            "time": datetime(2026, 1, 1),  # noqa: DTZ001
            "id": UUID(int=7),
            "price": Decimal("1.50"),
            "color": Color.RED,
            "path": PurePath("/etc"),
        }
    )
    sm.assert_nothing_leaked(7, [None, True], [], {}, "")
    sm.assert_nothing_leaked(boto3.client("secretsmanager").describe_secret(SecretId="db"))


# --- refused ---------------------------------------------------------------------------------------------------------


class Response:
    """A response as of an HTTP library: it prints its status, and has a text."""

    def __init__(self):
        self.headers = {}

    @property
    def text(self):
        raise AssertionError("it was run")

    def __iter__(self):
        return iter([b"half of", b" a value"])

    def __repr__(self):
        return "<Response [200]>"


class Talkative(Response):
    def __repr__(self):
        return "Response(code=200)"


class WithBody:
    def __init__(self):
        self.body = VALUE.encode()


class Plain:
    pass


async def answer():
    return VALUE


REFUSED = [
    pytest.param(Response, "Response", "pass its .text, as in response.text", id="a response"),
    pytest.param(Talkative, "Talkative", "pass its .text, as in response.text", id="a response that prints more"),
    pytest.param(WithBody, "WithBody", "pass its .body, as in response.body", id="an object with a body"),
    pytest.param(Plain, "Plain", "str(…) if that shows all of it", id="an object"),
    pytest.param(Unprintable, "Unprintable", "pass the text that is printed", id="an object without a repr"),
    pytest.param(lambda: Fields({}), "Fields", "its .data", id="an object that raises for unknown attributes"),
    pytest.param(lambda: print, "builtin_function_or_method", "pass the result", id="a builtin function"),
    pytest.param(lambda: closed, "function", "call it, and pass the result", id="a function"),
    pytest.param(lambda: Plain().__init__, "method-wrapper", "pass the text", id="a slot method"),
    pytest.param(lambda: Fields({}).__getattr__, "method", "call it", id="a method"),
    pytest.param(lambda: Plain, "the class Plain", "pass the text of one of its objects", id="a class"),
    pytest.param(lambda: Color, "the class Color", "one of its objects", id="a class that can be iterated"),
    pytest.param(lambda: logging.getLogger("app"), "Logger", "pass the text", id="a logger"),
    pytest.param(logging.StreamHandler, "StreamHandler", "pass caplog", id="a handler"),
    pytest.param(lambda: closed(io.StringIO()), "StringIO", "the text that was written to it", id="a closed stream"),
    pytest.param(lambda: logging, "module", "pass the text", id="a module"),
]


@pytest.mark.parametrize(("make", "kind", "advice"), REFUSED)
@pytest.mark.parametrize("wrap", [lambda value: [value], lambda value: {"x": (1, value)}], ids=["list", "dict"])
def test_assert_nothing_leaked_refuses_an_object_without_printed_content_in_a_container(sm, make, kind, advice, wrap):
    refusal = refusal_of(sm, "fine", wrap(make()))
    assert refusal.startswith("text 2 has ")
    assert f"{kind}, which does not print its content: " in refusal
    assert advice in refusal


@pytest.mark.parametrize(("make", "kind", "advice"), REFUSED[:-2])
def test_assert_nothing_leaked_refuses_an_object_without_printed_content(sm, make, kind, advice):
    refusal = refusal_of(sm, make())
    assert refusal.startswith("text 1 ")
    assert advice in refusal


def test_assert_nothing_leaked_refuses_capsys_and_suggests_readouterr(sm, capsys):
    assert refusal_of(sm, capsys) == (
        "text 1 has an object of type CaptureFixture, which does not print its content: pass "
        "capsys.readouterr(), or that of capfd"
    )


def test_assert_nothing_leaked_refuses_the_handler_of_caplog(sm, caplog):
    assert "pass caplog" in refusal_of(sm, caplog.handler)


def test_assert_nothing_leaked_refuses_a_coroutine(sm):
    coroutine = answer()
    assert "await it, and pass the result" in refusal_of(sm, coroutine)
    coroutine.close()


def test_assert_nothing_leaked_refuses_a_stream_that_can_not_be_read(sm, tmp_path):
    with (tmp_path / "out").open("w") as stream:
        assert "text 1 is a stream that can't be read" in refusal_of(sm, stream)


def test_assert_nothing_leaked_keeps_the_position_of_a_file_that_can_not_be_decoded(sm, tmp_path):
    path = tmp_path / "out"
    path.write_bytes(b"first\n\xff\n")
    with path.open(encoding="utf-8") as stream:
        stream.seek(6)
        assert "text 1 is a stream that can't be read" in refusal_of(sm, stream)
        assert stream.tell() == 6


@pytest.mark.parametrize(
    ("given", "advice"),
    [
        (None, "text 2 is None, the result of a function without a return: pass its output"),
        (True, "text 2 is True, the result of a check: pass its output"),
        (False, "text 2 is False, the result of a check: pass its output"),
    ],
)
def test_assert_nothing_leaked_refuses_none_and_bools(sm, given, advice):
    assert refusal_of(sm, "a text", given) == advice


def test_assert_nothing_leaked_refuses_an_iterator_in_a_list_without_consuming_it(sm):
    lines = iter(["one"])
    assert "pass a list of it" in refusal_of(sm, [lines])
    assert list(lines) == ["one"]


def test_assert_nothing_leaked_refuses_an_endless_iterator_in_a_list(sm):
    refusal_of(sm, [map(str, itertools.count())])


@pytest.mark.parametrize(
    "collected",
    [lambda path: path, lambda path: [path, path], lambda path: iter([path])],
    ids=["path", "list", "iterator"],
)
def test_assert_nothing_leaked_refuses_a_path(sm, tmp_path, collected):
    assert f"text 1 is a path: read the file first ({tmp_path})" in refusal_of(sm, collected(tmp_path))
