"""The search for many values at once: it finds as much as a naive search, in linear time."""

import re
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_secretsmanager.inspection.leaks.forms import BETWEEN
from pytest_secretsmanager.inspection.leaks.index import SHORTEST, Index, Needle

AWS = re.compile(rb"arn(?::|%3A)[\w-]+(?::|%3A)secretsmanager(?::|%3A)[\w-]*(?::|%3A)\d*(?::|%3A)secret(?::|%3A)")
WORD = rb"0-9A-Za-z_\x80-\xff"


def needle(content):
    return Needle(content, repr(content), is_short=len(content) < SHORTEST)


def found(contents, names, text, **options):
    index = Index([needle(content) for content in contents], names)
    return {(one.content, at) for one, at in index.found_in(text, **options)}


def naively_found(contents, names, text):
    """Find each value at each place, by the documented rules."""
    places = set()
    for content in contents:
        for at in range(len(text) - len(content) + 1):
            end = at + len(content)
            is_there = text[at:end] == content
            if is_there and not is_chance(content, at, text) and not is_named(at, end, names, text):
                places.add((content, at))
    return places


def is_chance(content, at, text):
    """Return whether a short value is part of a word."""
    alone = rb"(?<![%s])%s(?![%s])" % (WORD, re.escape(content), WORD)
    return len(content) < SHORTEST and re.compile(alone).match(text, at) is None


def is_named(at, end, names, text):
    """Return whether a value is inside a name, or inside the start of an ARN."""
    spans = [match.span() for match in AWS.finditer(text)]
    for name in names:
        spans += [(start, start + len(name)) for start in range(len(text)) if text[start : start + len(name)] == name]
    return any(start <= at and end <= stop for start, stop in spans)


letters = st.sampled_from([b"a", b"b", b"-", b" ", b"\xc3", b"."])
words = st.lists(letters, min_size=1, max_size=9).map(b"".join)
arns = st.just(b"arn:aws:secretsmanager:a:1:secret:")


@given(st.lists(words, max_size=6), st.lists(words, max_size=3), st.lists(words | arns, max_size=12).map(b"".join))
def test_leak_search_finds_the_same_as_a_naive_search(contents, names, text):
    assert found(contents, names, text) == naively_found(contents, names, text)


@given(st.lists(words, max_size=4), st.data())
def test_leak_search_among_many_values_finds_the_same_as_a_naive_search(contents, data):
    others = [b"other-%04d" % number for number in range(300)]
    text = data.draw(st.lists(st.sampled_from([*contents, *others, b" ", b"a"]), max_size=12)).copy()
    joined = b"".join(text)
    assert found([*contents, *others], [], joined) == naively_found([*contents, *others], [], joined)


def test_leak_search_with_whole_finds_a_short_value_only_as_a_whole_field():
    assert found([b"1234"], [], b"1234", whole=True) == {(b"1234", 0)}
    assert found([b"1234"], [], b"pin 1234", whole=True) == set()
    assert found([b"123456"], [], b"pin 123456", whole=True) == {(b"123456", 4)}


def test_leak_search_with_whole_finds_a_short_value_as_a_whole_piece():
    assert found([b"1234"], [], BETWEEN.join([b"x", b"1234", b"y"]), whole=True) == {(b"1234", 0)}


@pytest.mark.parametrize("content", [b"123", b"1234"])
def test_leak_search_with_shortest_ignores_shorter_values(content):
    assert bool(found([content], [], b"pin " + content, shortest=4)) is (len(content) >= 4)


def test_leak_search_without_values_finds_nothing():
    assert found([], [b"name"], b"any text") == set()


def steps(function):
    """Count the calls of Python and C functions: a measure of time that is the same on every machine."""
    count = 0

    def note(frame, event, argument):
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        function()
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize("prefix", [b"", b"the same beginning of all "])
def test_leak_search_time_grows_with_texts_plus_values_not_with_their_product(prefix):
    def search(count):
        values = [prefix + b"value-%06d" % number for number in range(count)]
        index = Index(map(needle, values), [b"app/%06d" % number for number in range(count)])
        for number in range(count):
            list(index.found_in(b"app/%06d is described as secret number %d " % (number, number) + prefix))

    few, many = steps(lambda: search(250)), steps(lambda: search(2_500))
    assert many < 12 * few
