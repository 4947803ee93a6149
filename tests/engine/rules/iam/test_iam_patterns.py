"""Patterns with wildcards: what they match, and that no pattern takes long."""

from time import perf_counter

import pytest

from pytest_secretsmanager.engine.rules.iam.patterns import Literal, matching, matching_arn


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        ("", "", True),
        ("", "a", False),
        ("abc", "abc", True),
        ("abc", "abcd", False),
        ("a.c", "abc", False),
        ("*", "", True),
        ("*", "a\nb", True),
        ("**", "ab", True),
        ("?", "", False),
        ("?", "\n", True),
        ("a*c", "ac", True),
        ("a*c", "abcbc", True),
        ("a*c", "abcb", False),
        ("*ab", "aab", True),
        ("*a?b*", "xaabbx", True),
        ("a*b*c", "abbc", True),
        ("a*bc*c", "abcc", True),
        ("a*bc*c", "abc", False),
        ("a?*", "a", False),
        ("?*?", "ab", True),
    ],
)
def test_a_pattern_matches_a_whole_text(pattern, text, matches):
    assert bool(matching((pattern,))(text)) is matches


def test_a_pattern_with_a_literal_is_not_taken_for_the_same_text_with_wildcards():
    assert matching(("a", "*"))("axx")
    assert not matching(("a", Literal("*")))("axx")


def test_a_literal_part_of_a_pattern_has_no_wildcards():
    pattern = matching(("a/", Literal("*?"), "/*"))
    assert pattern("a/*?/b")
    assert not pattern("a/xy/b")


@pytest.mark.parametrize(
    ("pattern", "arn", "matches"),
    [
        ("arn:aws:iam::1:role/a", "arn:aws:iam::1:role/a", True),
        ("arn:aws:iam::*:role/*", "arn:aws:iam::1:role/team/a:b", True),
        ("arn:aws:iam:*:role/a", "arn:aws:iam::1:role/a", None),
        ("arn:*:iam::1:role/a", "arn:aws:x:iam::1:role/a", False),
        ("arn:a*s:*m::1:role/a", "arn:aws:iam::1:role/a", True),
        ("ARN:aws:iam::1:role/a", "arn:aws:iam::1:role/a", True),
        ("arn:aws:iam::1:role/?", "arn:aws:iam::1:role/ab", False),
        ("arn:aws:sns:r:1:a*:c", "arn:aws:sns:r:1:a:b:c", True),
        ("arn:aws:iam::1:role/*", "arn:aws:iam::1:role/a\nb", True),
        ("*", "arn:aws:iam::1:role/a", None),
        ("xrn:aws:iam::1:role/a", "arn:aws:iam::1:role/a", None),
    ],
)
def test_a_pattern_of_an_arn_matches_part_by_part(pattern, arn, matches):
    """None: the pattern is no ARN."""
    found = matching_arn((pattern,))
    assert matches is None if found is None else bool(found(arn)) is matches


def test_a_literal_part_of_an_arn_pattern_may_be_a_whole_arn():
    found = matching_arn((Literal("arn:aws:iam::1:role/*"), "-*"))
    assert found is not None
    assert found("arn:aws:iam::1:role/*-x")
    assert not found("arn:aws:iam::1:role/a-x")


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        pytest.param("a*" * 10_000 + "b", "a" * 20_000, id="10000 stars"),
        pytest.param("*" * 20_000 + "b", "a" * 20_000, id="20000 stars in a row"),
        pytest.param("*a?" * 6_000 + "b", "a" * 20_000, id="stars and question marks"),
        pytest.param("?" * 20_000, "a" * 19_999, id="20000 question marks"),
        pytest.param("*" + "a" * 10_000 + "b", "a" * 20_000, id="a long piece that almost matches"),
        pytest.param("arn:" + "*" * 5_000 + ":" + "a*" * 5_000, "arn:" + ":" * 5_000, id="stars in an ARN"),
    ],
)
def test_no_pattern_takes_long(pattern, text):
    began = perf_counter()
    assert not matching((pattern,))(text)
    if matching_arn((pattern,)) is not None:
        assert not matching_arn((pattern,))(text)
    assert perf_counter() - began < 10
