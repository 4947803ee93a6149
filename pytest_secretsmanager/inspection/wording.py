"""The words and bounds that texts of several modules share."""

from collections.abc import Sequence

MOST_LINES = 5
"""The items of a list that a text shows; the rest is counted."""


def bounded(lines: Sequence[str], most: int = MOST_LINES) -> list[str]:
    """The first lines, and the number of the rest.

    >>> bounded(["one", "two", "three"], most=1)
    ['one', '  … and 2 more']
    """
    left = len(lines) - most
    return [*lines[:most], *([f"  … and {left:,} more"] if left > 0 else [])]


def count_text(number: int, noun: str) -> str:
    """A number with its noun.

    >>> count_text(1, "call"), count_text(10_000, "call")
    ('1 call', '10,000 calls')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def repeated_text(name: str, times: int) -> str:
    return f"{name} ×{times}" if times > 1 else name


def rolled_back_text(calls: int) -> str:
    """The reason why a log lacks calls, and what to do about it.

    >>> rolled_back_text(1)
    'a rollback took back 1 call: look inside the snapshot(), the decorated function or the test that made it'
    """
    made = "made it" if calls == 1 else "made them"
    return (
        f"a rollback took back {count_text(calls, 'call')}: look inside the snapshot(), the decorated function or the "
        f"test that {made}"
    )
