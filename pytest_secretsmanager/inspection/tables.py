"""One secret as a terminal table: a line for each version, oldest first, with a column for each label.

A cell says `now` where a label is, and `was` where it has been. Assertion helpers, views and the section of a failing
test show this table. It shows no value unless it is given a function that shows one.
"""

from collections.abc import Callable, Container, Iterable, Sequence
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

from pytest_secretsmanager.engine.rules import labels
from pytest_secretsmanager.engine.state import Secret, SecretKey, Version
from pytest_secretsmanager.inspection.cells import (
    aligned,
    columns_of,
    cut,
    cut_inside,
    escaped,
    total_width,
    widths_of,
)
from pytest_secretsmanager.inspection.label_moves import Stays
from pytest_secretsmanager.inspection.times import age_text, utc

WIDTH = 72
"""The columns of a table in a failure, which pytest shows behind a margin of 8."""

_INDENT = "  "
_VALUE = "   value: "

_LONGEST_WHOLE = 12
"""Up to so many versions, each has a line; a longer table leaves out versions without a label."""

_SHORTEST_ID = 8

_OWN_LABELS = (labels.CURRENT, labels.PENDING, labels.PREVIOUS)

NO_STAYS: Stays = MappingProxyType({})

ShowValue: TypeAlias = Callable[[Version, int], list[str]]
"""Returns the lines of a version's value, at most so many columns wide."""


class Look(NamedTuple):
    """What a table shows of a secret's versions.

    `stays` are the versions that each label has been on. The versions whose ids are in `named` have a line in a long
    table too. `show_value` returns the lines of a version's value; None for a table without values. `whole_ids`: ids
    are shown whole if they fit.
    """

    width: int = WIDTH
    stays: Stays = NO_STAYS
    named: Container[str] = frozenset()
    show_value: ShowValue | None = None
    whole_ids: bool = True


DEFAULT_LOOK = Look()


def title_of(key: SecretKey, width: int = WIDTH) -> str:
    """The first line of a secret's table."""
    place = f" in {key.region}"
    return f"secret {cut_inside(repr(key.name), width - len('secret ') - len(place))}{place}"


def state_table(secret: Secret, now: float, look: Look = DEFAULT_LOOK) -> str:
    """The table of a secret's state at one moment."""
    ending = "" if secret.deletion is None else f", marked for deletion on {utc(secret.deletion.due):%Y-%m-%d}"
    title = title_of(secret.key, look.width - len(ending)) + ending
    return "\n".join([title, *(_INDENT + line for line in _version_lines(secret, now, look))])


def missing_table(key: SecretKey) -> str:
    """The line in place of a table of a secret that does not exist any more."""
    return f"{title_of(key)}: no longer exists"


def _version_lines(secret: Secret, now: float, look: Look) -> list[str]:
    if not secret.versions:
        return ["(no version)"]
    shown = [
        version
        for version in secret.versions.values()
        if len(secret.versions) <= _LONGEST_WHOLE or version.id in look.named or secret.labels_of(version.id)
    ]
    header, *lines = aligned(_rows(secret, shown, now, look))
    found = [header]
    for version, line in zip(shown, lines, strict=True):
        found.append(line)
        if look.show_value is not None:
            first, *more = look.show_value(version, look.width - len(_INDENT) - len(_VALUE))
            found += [_VALUE + first, *(" " * len(_VALUE) + line for line in more)]
    if left_out := len(secret.versions) - len(shown):
        found.append(f"… {left_out} without labels")
    return found


def _rows(secret: Secret, shown: Sequence[Version], now: float, look: Look) -> list[list[str]]:
    """The cells of a table, header first: whole ids if they fit, else shortened ones, else labels in one column."""
    width = look.width - len(_INDENT)
    numbers = [str(version.number) for version in shown]
    ages = [age_text(now - version.created) for version in shown]
    ids = [escaped(version.id) for version in shown]
    short_ids = shortened(ids)
    marks = _label_columns(secret, shown, look.stays)
    for some_ids in (ids, short_ids) if look.whole_ids else (short_ids,):
        rows = _turned([["#", *numbers], ["version id", *some_ids], ["age", *ages], *marks])
        if total_width(widths_of(rows)) <= width:
            return rows
    texts = [escaped(", ".join(_labels_of(version, secret, look.stays))) or "-" for version in shown]
    rows = _turned([["#", *numbers], ["version id", *short_ids], ["age", *ages], ["labels", *texts]])
    left = max(width - total_width(widths_of(rows)[:-1]) - len(_INDENT), columns_of("labels"))
    return [[*cells, cut(labels_text, left)] for *cells, labels_text in rows]


def _turned(columns: Iterable[list[str]]) -> list[list[str]]:
    return [list(row) for row in zip(*columns, strict=True)]


def _label_columns(secret: Secret, shown: Sequence[Version], stays: Stays) -> list[list[str]]:
    """A column for each label: AWS's own first."""
    moved = [label for label, ids in stays.items() if not ids.isdisjoint(secret.versions)]
    all_labels = dict.fromkeys([*secret.labels, *moved])
    ordered = [*filter(all_labels.__contains__, _OWN_LABELS), *(one for one in all_labels if one not in _OWN_LABELS)]
    if not ordered:
        return [["labels", *("-" for _ in shown)]]
    return [[escaped(label), *(_mark(label, version, secret, stays) for version in shown)] for label in ordered]


def _mark(label: str, version: Version, secret: Secret, stays: Stays) -> str:
    if secret.labels.get(label) == version.id:
        return "now"
    return "was" if version.id in stays.get(label, ()) else ""


def _labels_of(version: Version, secret: Secret, stays: Stays) -> list[str]:
    was = [f"was {label}" for label in stays if _mark(label, version, secret, stays) == "was"]
    return [*secret.labels_of(version.id), *was]


def shortened(ids: Sequence[str]) -> list[str]:
    """The ids, as short as they may be while they differ: at least 8 characters of each.

    >>> shortened(["0b2f9c61-5d2e-4c0a", "7a2f9c61-5d2e-4c0a", "v1"])
    ['0b2f9c61…', '7a2f9c61…', 'v1']
    """
    different = set(ids)
    longest = max(map(len, ids), default=0)
    length = next(
        (
            length
            for length in range(_SHORTEST_ID, longest)
            if len({one[:length] for one in different}) == len(different)
        ),
        longest,
    )
    return [one if len(one) <= length + 1 else f"{one[:length]}…" for one in ids]
