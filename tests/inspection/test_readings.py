"""The readings of a text: for the output of each encoder, one reading holds the original value."""

import base64
import csv
import html
import io
import json
import shlex
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_secretsmanager.inspection.leaks.forms import DEPTH, readings_of

VALUE = 'it\'s "so" & a\\b <ü€😀>\n+%20/~'
"""A value with a different spelling in each encoding."""


def form_of(text, value):
    """Return the form of the simplest reading that holds a value, or None."""
    wanted = value if isinstance(value, bytes) else value.encode(errors="surrogatepass")
    content = text if isinstance(text, bytes) else text.encode(errors="surrogatepass")
    return next((reading.form or "plain" for reading in readings_of(content) if wanted in reading.content), None)


def as_php(value):
    return json.dumps(value).replace("/", "\\/")


def as_go(value):
    return json.dumps(value).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def as_csv(value):
    stream = io.StringIO()
    csv.writer(stream, quoting=csv.QUOTE_ALL).writerow([value])
    return stream.getvalue()


def as_javascript_component(value):
    return quote(value, safe="!'()*~-_.")


ENCODERS = {
    "json": json.dumps,
    "json beyond ascii": lambda value: json.dumps(value, ensure_ascii=False),
    "php": as_php,
    "go": as_go,
    "repr": repr,
    "ascii": ascii,
    "url": lambda value: quote(value, safe="", errors="surrogatepass"),
    "url path": lambda value: quote(value, errors="surrogatepass"),
    "url form": lambda value: quote_plus(value, errors="surrogatepass"),
    "html": html.escape,
    "shell": shlex.quote,
    "shell by backslash": lambda value: "'" + value.replace("'", "'\\''") + "'",
    "base64": lambda value: base64.b64encode(value.encode(errors="surrogatepass")).decode(),
    "base64 for urls": lambda value: base64.urlsafe_b64encode(value.encode(errors="surrogatepass")).decode(),
    "hex": lambda value: value.encode(errors="surrogatepass").hex(),
    "csv": as_csv,
}


@pytest.mark.parametrize(
    ("text", "form"),
    [
        pytest.param(VALUE, "plain", id="plain"),
        pytest.param(json.dumps({"x": VALUE}), "JSON", id="JSON"),
        pytest.param(json.dumps(json.dumps({"x": VALUE})), "JSON in JSON", id="JSON in JSON"),
        pytest.param(as_php(VALUE), "JSON", id="JSON of PHP"),
        pytest.param(as_go(VALUE), "JSON", id="JSON of Go"),
        pytest.param(repr(VALUE), "repr", id="repr"),
        pytest.param(repr(repr(VALUE)), "repr in repr", id="repr of a repr"),
        pytest.param(repr(json.dumps(VALUE)), "JSON in repr", id="repr of JSON"),
        pytest.param(repr(VALUE.encode()), "repr", id="repr of bytes"),
        pytest.param(ascii(VALUE), "repr", id="ascii"),
        pytest.param(VALUE.encode("unicode_escape").decode(), "repr", id="unicode_escape"),
        pytest.param(quote(VALUE), "URL", id="the path of a URL"),
        pytest.param(quote(VALUE, safe="").lower(), "URL", id="a URL in lower case"),
        pytest.param(quote_plus(VALUE), "URL", id="the query of a URL"),
        pytest.param(as_javascript_component(VALUE), "URL", id="a URL of JavaScript"),
        pytest.param(html.escape(VALUE), "HTML", id="HTML"),
        pytest.param("".join(f"&#{ord(sign)};" for sign in VALUE), "HTML", id="HTML in numbers"),
        pytest.param("".join(f"&#x{ord(sign):X};" for sign in VALUE), "HTML", id="HTML in hex numbers"),
        pytest.param(shlex.quote(VALUE), "quoted", id="a shell's quotes"),
        pytest.param("'" + VALUE.replace("'", "'\\''") + "'", "quoted", id="a shell's quotes with backslashes"),
        pytest.param(as_csv(VALUE), "quoted", id="CSV"),
        pytest.param("'" + VALUE.replace("'", "''") + "'", "quoted", id="SQL"),
        pytest.param(base64.b64encode(VALUE.encode()).decode(), "base64", id="base64"),
        pytest.param(base64.b64encode(json.dumps({"x": VALUE}).encode()), "JSON in base64", id="base64 of JSON"),
        pytest.param(quote(base64.b64encode(VALUE.encode()), safe=""), "base64 in URL", id="base64 in a URL"),
        pytest.param(base64.b64encode(base64.b64encode(VALUE.encode())), "base64 in base64", id="base64 twice"),
        pytest.param(VALUE.encode().hex(), "hex", id="hex"),
        pytest.param(f"0x{VALUE.encode().hex().upper()}", "hex", id="hex in capitals"),
        pytest.param(f"a{VALUE.encode().hex()}b", "hex", id="hex inside longer hex"),
    ],
)
def test_leak_search_readings_hold_a_value_in_its_form(text, form):
    assert form_of(text, VALUE) == form


@pytest.mark.parametrize("before", range(12))
@pytest.mark.parametrize("after", range(4))
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_leak_search_readings_of_base64_hold_a_value_at_any_offset(before, after, encode):
    text = encode(b"u" * before + "pässwört".encode() + b"x" * after)
    assert form_of(b"Authorization: Basic " + text.rstrip(b"="), "pässwört") == "base64"


@pytest.mark.parametrize("before", ["", "k", "ke", "key", "key/", "a-key_"])
def test_leak_search_readings_of_base64_hold_a_value_after_other_base64_digits(before):
    assert form_of(before + base64.b64encode(VALUE.encode()).decode() + "/rest", VALUE) == "base64"


@settings(max_examples=50)
@given(st.text(min_size=6), st.lists(st.sampled_from(sorted(ENCODERS)), min_size=1, max_size=DEPTH))
def test_leak_search_readings_hold_a_value_behind_any_three_encoders(value, encoders):
    text = value
    for name in encoders:
        text = ENCODERS[name](text)
    assert form_of(f"before {text} after", value) is not None, text


def test_leak_search_readings_do_not_hold_a_value_behind_four_encoders():
    text = VALUE
    for _ in range(DEPTH + 1):
        text = json.dumps(text)
    assert form_of(text, VALUE) is None


@given(st.binary(max_size=200))
def test_leak_search_readings_of_any_bytes_are_unique(content):
    contents = [reading.content for reading in readings_of(content)]
    assert contents[0] == content
    assert len(contents) == len(set(contents))


@pytest.mark.parametrize("text", ["", "plain", "two words", "a=b"])
def test_text_without_escapes_and_long_words_has_one_reading(text):
    assert [reading.content for reading in readings_of(text.encode())] == [text.encode()]


@pytest.mark.parametrize(
    "text", ["\\", "%", "%4", "&", "&x", "&#xFFFFFF;", "\\U00110000", "\\ud800", "'", "\\777", "\\x4"]
)
def test_malformed_escape_in_a_text_raises_no_error(text):
    assert [*readings_of(text.encode())]


def test_repr_of_a_reading_shows_no_text():
    assert "correct" not in repr([*readings_of(b"it is %20 correct horse")])
