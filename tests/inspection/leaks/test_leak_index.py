"""The search for many values in one text: it finds what a search for each in turn finds."""

import random
import sys

import pytest

from pytest_secretsmanager.inspection.leaks.index import Index

ALPHABETS = ["ab", "abcdefgh", "ab\u00fc\U0001f600", "\x00\xff\n"]


def expected(values, content):
    """Every place of every value, found without an index."""
    return sorted((value, at) for value in values for at in range(len(content)) if content.startswith(value, at))


def made(chance, alphabet, number, lengths):
    return {"".join(chance.choices(alphabet, k=chance.choice(lengths))).encode() for _ in range(number)}


@pytest.mark.parametrize("number", [3, 100, 400], ids="{} values".format)
@pytest.mark.parametrize("alphabet", ALPHABETS, ids=ascii)
def test_the_index_finds_every_place_of_every_value(number, alphabet):
    chance = random.Random(f"{number} {alphabet}")
    values = made(chance, alphabet, number, range(8, 14))
    for length in (0, 7, 8, 9, 10, 11, 500):
        content = "".join(chance.choices(alphabet, k=length)).encode()
        content += b"".join(chance.sample(sorted(values), min(3, len(values))))[: len(content)]
        assert sorted(Index(values).found_in(content)) == expected(values, content)


def test_the_index_finds_each_of_two_thousand_values_at_every_alignment():
    values = [f"value-{number:06}".encode() for number in range(2_000)]
    index = Index(values)
    for shift in range(5):
        content = b"x" * shift + b"; ".join(values)
        assert sorted(value for value, _ in index.found_in(content)) == values


def test_an_index_without_values_finds_nothing():
    assert [*Index([]).found_in(b"any text")] == []


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
        index = Index(prefix + b"value-%06d" % number for number in range(count))
        for number in range(count):
            list(index.found_in(b"app/%06d is described as secret number %d " % (number, number) + prefix))

    few, many = steps(lambda: search(250)), steps(lambda: search(2_500))
    assert many < 12 * few
