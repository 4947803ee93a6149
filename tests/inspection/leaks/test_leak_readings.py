"""The readings of a text: for the output of each encoder, one reading holds the original value."""

import base64
import json
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_secretsmanager.inspection.leaks.forms import readings_of

VALUE = 'it\'s "so" & a\\b <ü€😀>\n+%20/~'
"""A value with a different spelling in each encoding."""


def form_of(text, value):
    """Return the form of the simplest reading that holds a value, or None."""
    wanted = value if isinstance(value, bytes) else value.encode(errors="surrogatepass")
    content = text if isinstance(text, bytes) else text.encode(errors="surrogatepass")
    return next((reading.form for reading in readings_of(content) if wanted in reading.content), None)


def as_php(value):
    return json.dumps(value).replace("/", "\\/")


def as_go(value):
    return json.dumps(value).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


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
    "base64": lambda value: base64.b64encode(value.encode(errors="surrogatepass")).decode(),
    "base64 for urls": lambda value: base64.urlsafe_b64encode(value.encode(errors="surrogatepass")).decode(),
    "hex": lambda value: value.encode(errors="surrogatepass").hex(),
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
@given(st.text(min_size=8), st.lists(st.sampled_from(sorted(ENCODERS)), min_size=1, max_size=2))
def test_leak_search_readings_hold_a_value_behind_any_two_encoders(value, encoders):
    text = value
    for name in encoders:
        text = ENCODERS[name](text)
    assert form_of(f"before {text} after", value) is not None, text


def test_leak_search_readings_do_not_hold_a_value_behind_three_encoders():
    assert form_of(json.dumps(json.dumps(json.dumps(VALUE))), VALUE) is None


@given(st.binary(max_size=200))
def test_leak_search_reads_any_bytes_plainly_first_and_finds_each_place_of_a_reading(content):
    plain, *others = readings_of(content)
    assert (plain.content, plain.form) == (content, "plain")
    for reading in others:
        places = reading.spans(0, 1) if reading.content else []
        assert all(0 <= start < end <= len(content) for start, end in places)


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
