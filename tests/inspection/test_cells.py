"""The cells of tables: harmless, and never wider than they may be."""

import pytest

from pytest_secretsmanager.inspection.cells import aligned, columns_of, cut, cut_inside, cut_left, escaped, wrapped

TEXTS = {
    "plain": "orders.py:12",
    "wide": "数据库密码",
    "mixed": "a数b据c",
    "combining": "pa\u0308sswo\u0308rd",
    "long": "x" * 10_000,
    "long and wide": "数" * 10_000,
    "empty": "",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("function", [cut, cut_left, cut_inside])
@pytest.mark.parametrize("columns", [1, 2, 5, 8, 80])
def test_a_cut_text_is_no_wider_than_asked(function, text, columns):
    assert columns_of(function(text, columns)) <= columns


@pytest.mark.parametrize("function", [cut, cut_left, cut_inside])
@pytest.mark.parametrize("text", ["", "db", "数据", "x" * 12])
def test_a_text_that_fits_is_not_cut(function, text):
    assert function(text, 12) == text


@pytest.mark.parametrize(
    ("function", "text"),
    [(cut, "0123…"), (cut_left, "…6789"), (cut_inside, "012…89")],
    ids=["end", "beginning", "inside"],
)
def test_a_cut_text_keeps_one_end_or_both(function, text):
    assert function("0123456789", len(text)) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J", "\\x1b[2J"),
        ("a\r\nb\t", "a\\r\\nb\\t"),
        ("\u202edb\u200f", "\\u202edb\\u200f"),
        ("\x00\x7f\x9b", "\\x00\\x7f\\x9b"),
        ("\ud800", "\\ud800"),
        ("pässwörd ✓ 数据", "pässwörd ✓ 数据"),
    ],
    ids=["escape code", "line ends", "marks of direction", "controls", "surrogate", "printable"],
)
def test_escaped_leaves_only_characters_that_move_nothing(text, shown):
    assert escaped(text) == shown


@pytest.mark.parametrize("columns", [20, 33, 80])
@pytest.mark.parametrize(
    "text",
    [
        "one two three four five six seven",
        "x" * 100,
        f"a {'x' * 50} b",
        "数据 " * 30,
        "数" * 70,
        "",
        "  indented words here",
    ],
)
def test_wrapped_lines_are_no_wider_and_lose_nothing(text, columns):
    lines = wrapped(text, columns, "  ")
    assert max(map(columns_of, lines)) <= columns
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_wrapped_keeps_the_indent_of_its_text():
    assert wrapped("  reason: denied by a policy", 16, "  ") == ["  reason: denied", "  by a policy"]


def test_aligned_counts_the_columns_of_wide_characters():
    assert aligned([["数据", "x"], ["abc", "y"]]) == ["数据  x", "abc   y"]
