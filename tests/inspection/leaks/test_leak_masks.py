"""The search masks a value in each form in which it finds it, and nothing else of a text."""

import base64
import json
import random
from urllib.parse import quote, quote_plus

import pytest
from leaking import RAW, VALUE

from pytest_secretsmanager.inspection.leaks.search import Search
from pytest_secretsmanager.inspection.leaks.values import Values


@pytest.fixture
def masked(secretsmanager):
    """Seeds a value, and returns the function that masks it."""

    def masking(value, *ignored):
        secretsmanager.seed("app/db", value)
        values = Values()
        values.add(secretsmanager._world)
        return Search(values, dict.fromkeys(ignored, "ignore")).masked

    return masking


IN_JSON = json.dumps(VALUE)[1:-1]

FORMS = [
    pytest.param(VALUE, id="plain"),
    pytest.param(IN_JSON, id="JSON"),
    pytest.param(json.dumps(VALUE, ensure_ascii=False)[1:-1], id="JSON beyond ASCII"),
    pytest.param(ascii(VALUE)[1:-1], id="ascii"),
    pytest.param(repr(RAW)[2:-1], id="repr of bytes"),
    pytest.param(json.dumps(IN_JSON)[1:-1], id="JSON in JSON"),
    pytest.param(base64.b64encode(RAW).decode(), id="base64"),
    pytest.param(base64.urlsafe_b64encode(RAW).decode().rstrip("="), id="base64 for URLs"),
    pytest.param(RAW.hex(), id="hex"),
    pytest.param(RAW.hex().upper(), id="HEX"),
    pytest.param(quote(VALUE, safe=""), id="URL"),
    pytest.param(quote(VALUE), id="URL path"),
    pytest.param(quote_plus(VALUE), id="URL-encoded form"),
    pytest.param(quote_plus(json.dumps(VALUE))[3:-3], id="JSON in URL"),
    pytest.param(quote_plus(base64.b64encode(RAW)), id="base64 in URL"),
    pytest.param(RAW.hex().encode().hex(), id="hex in hex"),
]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("", "", id="alone"),
        pytest.param("x: (", ")", id="in a text"),
        pytest.param("ü\U0001f600\n\ud800: ", " ß", id="beside characters beyond ASCII"),
        pytest.param("100% \\o/ a+b ", " %zz \\", id="beside escapes"),
    ],
)
def test_the_search_masks_a_value_in_each_form_and_nothing_beside_it(masked, form, before, after):
    mask = masked(VALUE)
    padding = "=" if form.endswith("=") else ""
    padding = "%3D" if form.endswith("%3D") else padding
    assert mask(f"{before}{form}{after}").replace(padding, "") == f"{before}***{after}".replace(padding, "")


@pytest.mark.parametrize("position", range(7))
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_the_search_masks_a_value_at_any_alignment_inside_longer_base64(masked, position, encode):
    secret = "S3cret?>~horse"
    text = encode(b"u" * position + secret.encode() + b"!" * 9).decode()
    found = masked(secret)(f"Basic {text}")
    start, _, end = found.removeprefix("Basic ").partition("***")
    assert text.startswith(start)
    assert text.endswith(end)
    assert secret.encode() not in base64.urlsafe_b64decode(start + "A" * (-len(start) % 4))
    hidden = len(text) - len(start) - len(end)
    assert 0 <= hidden - len(secret) * 8 / 6 < 3


def test_the_search_masks_each_occurrence_and_leaves_the_rest(masked):
    mask = masked("correct horse")
    encoded = base64.b64encode(b"correct horse").decode().rstrip("=")
    text = f"a correct horse, b {encoded}, c correct horse d {encoded} e"
    assert mask(text) == "a ***, b ***, c *** d *** e"


def test_the_search_masks_a_json_value_as_a_whole_and_its_texts_alone(masked):
    mask = masked({"user": "reporting", "password": "correct horse"})
    assert mask('got {"user": "reporting", "password": "correct horse"}!') == "got ***!"
    assert mask("{'user': 'reporting', 'password': 'correct horse'}") == "{'user': '***', 'password': '***'}"


def test_the_search_masks_the_lines_of_a_value_of_several_lines(masked):
    mask = masked("-----BEGIN KEY-----\nabcdefgh\nshort\n-----END KEY-----")
    assert mask("E   -----BEGIN KEY-----\nE   abcdefgh\nE   short") == "E   ***\nE   ***\nE   short"


def test_the_search_masks_neither_names_nor_ignored_texts(masked, secretsmanager):
    mask = masked({"host": "db.example.com", "name": "app/db", "account": "123456789012"}, b"db.example.com")
    text = f"db.example.com app/db {secretsmanager.secret('app/db').arn} 123456789012"
    assert mask(text) == text


def test_the_search_masks_a_binary_value_that_begins_and_ends_inside_characters(masked):
    content = "ü\u20ac\u20ac\u20acü".encode()
    assert masked(content[1:-1])(f"x{content.decode()}x").replace("\ufffd", "") == "x***x"


def test_masking_any_text_of_escapes_and_values_leaves_no_value(masked):
    mask = masked(VALUE)
    chance = random.Random(1)
    pieces = [
        VALUE,
        IN_JSON,
        quote_plus(VALUE),
        RAW.hex(),
        base64.b64encode(RAW).decode(),
        "%",
        "\\",
        "+",
        "u00",
        "ü ",
        "a",
    ]
    for _ in range(300):
        text = "".join(chance.choices(pieces, k=chance.randrange(12)))
        found = mask(text)
        assert mask(found) == found
        assert VALUE not in found


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("['correct hor...orrect horse']", "['***...***']", id="middle of a text"),
        pytest.param("'correct...'", "'***...'", id="beginning"),
        pytest.param("'...ct horse'", "'...***'", id="end"),
        pytest.param("'corr[9 chars] on'", "'***[9 chars] on'", id="text that unittest shortens"),
        pytest.param("'it\\\\'s \"a secr...", "'***...", id="beginning with an escape"),
        pytest.param("'cor...rse'", "'cor...rse'", id="too short a part"),
        pytest.param("correct....orse", "correct....orse", id="other dots"),
        pytest.param("'db.exam...mple.com'", "'db.exam...mple.com'", id="ignored text"),
        pytest.param("'shop/datab...'", "'***...'", id="two values with this beginning"),
    ],
)
def test_the_search_masks_the_parts_of_a_value_in_a_shortened_text(masked, text, shown):
    values = ["correct horse", 'it\'s "a secret"', "db.example.com", "shop/database", "shop/datab"]
    mask = masked(values, b"db.example.com")
    assert mask(text) == shown
    assert mask(text) == shown
