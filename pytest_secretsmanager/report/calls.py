"""The table of a test's last calls: when, what, of which secret, with which outcome, and the line that called.

Repeats of one call from one line are one row. The reads of a batch belong to the row of their batch. An error has its
text below its row, unless other lines of the section explain it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from pytest_secretsmanager.engine.layers.audit import Entry
from pytest_secretsmanager.inspection.cells import (
    GAP,
    aligned,
    columns_of,
    cut,
    cut_inside,
    cut_left,
    escaped,
    total_width,
    widths_of,
)
from pytest_secretsmanager.inspection.matching import key_from
from pytest_secretsmanager.inspection.times import elapsed_text, utc
from pytest_secretsmanager.inspection.world import World
from pytest_secretsmanager.report.frame import Frame, indented, place_text, without_folders

ROWS = 10
"""The rows of the table; earlier calls are counted."""

_REPEATED_WITHIN = 60.0
"""The seconds up to which a later call may be a repeat: a call after a jump of the clock has a row of its own."""

_LONGEST_ID = 2048
_LONGEST_NAME = 60
_ERROR_LINES = 3
_NARROWEST = {2: 14, 3: 12, 5: 14}
"""The columns of operation, secret and place in a narrow table, each with its least width."""

_NARROWEST_NAME = 8

_EXPLAINED = "ResourceNotFoundException"


class Listed(NamedTuple):
    """The table, and the positions of the entries that have a row."""

    lines: list[str]
    positions: frozenset[int]


@dataclass(slots=True)
class _Row:
    """One call, or several of one kind. `parts` are the reads of a batch."""

    entry: Entry
    last: int
    first: int
    asked: tuple[str, str]
    times: int = 1
    positions: list[int] = field(default_factory=list)
    parts: list[Entry] = field(default_factory=list)


def numbers_of(entries: Sequence[Entry]) -> list[int]:
    """The number of each call and event, counted from 1. The reads of a batch have the number of their batch."""
    found, number = [], 0
    for entry in entries:
        number += entry.within is None
        found.append(number)
    return found


def listed(world: World, entries: Sequence[Entry], frame: Frame, owner: str = "") -> Listed:
    """The last calls of one manager. `owner` says whose they are, if they are not those of the test's own."""
    numbers = numbers_of(entries)
    rows = _last_rows(world, entries, numbers)
    total, earlier = numbers[-1], rows[0].first - 1
    began = f"{utc(entries[0].time):%Y-%m-%d %H:%M:%S} UTC"
    noun = "calls and events" if any(entry.by_service for entry in entries) else "calls"
    if total == 1:
        title = f"1 call{owner}, at {began}"
    elif earlier:
        title = f"last {total - earlier:,} of {total:,} {noun}{owner}, timed from {began}"
    else:
        title = f"{total:,} {noun}{owner}, timed from {began}"
    lines = [title, *_above(world, entries, earlier), *_lines(rows, entries[0].time, frame)]
    return Listed(lines, frozenset(position for row in rows for position in row.positions))


def _above(world: World, entries: Sequence[Entry], earlier: int) -> list[str]:
    """The lines about the calls that have no row."""
    limit = world.entries.limit
    is_full = limit is not None and len(entries) == limit
    forgotten = [f"  (log_limit: the log keeps the last {limit:,} calls and events)"] if is_full else []
    return [*forgotten, *([f"  … and {earlier:,} earlier"] if earlier else [])]


# --- the rows --------------------------------------------------------------------------------------------------------


def _last_rows(world: World, entries: Sequence[Entry], numbers: Sequence[int]) -> list[_Row]:
    """The last rows, oldest first. Only so many entries are looked at as these rows need."""
    rows: list[_Row] = []
    parts: list[Entry] = []
    for at in range(len(entries) - 1, -1, -1):
        entry = entries[at]
        if entry.within is not None:
            parts.append(entry)
            continue
        row = _Row(entry, numbers[at], numbers[at], _asked(world, entry), positions=[at], parts=parts[::-1])
        parts = []
        if rows and _repeats(rows[-1], row):
            rows[-1].entry, rows[-1].first = entry, row.first
            rows[-1].times += 1
            rows[-1].positions.append(at)
        elif len(rows) == ROWS:
            break
        else:
            rows.append(row)
    return rows[::-1]


def _repeats(later: _Row, earlier: _Row) -> bool:
    """Whether a row and the one before it are one call, repeated. `later.entry` is its first call."""
    one, other = later.entry, earlier.entry
    is_same = (
        one.operation == other.operation
        and one.error_code == other.error_code
        and one.call.site == other.call.site
        and one.region == other.region
        and not one.by_service
        and not later.parts
        and not earlier.parts
        and later.asked == earlier.asked
    )
    return is_same and 0 <= one.time - other.time < _REPEATED_WITHIN


def _asked(world: World, entry: Entry) -> tuple[str, str]:
    """The secret that a call names, then its region and account if they are not the test's own, and the version."""
    asked = entry.request.get("SecretId", entry.request.get("Name"))
    if not isinstance(asked, str):
        return "", ""
    key = key_from(asked[:_LONGEST_ID], entry.region, entry.principal.account)
    home = (world.region(), world.account)
    elsewhere = [one for one, own in zip(key.place, home, strict=True) if one != own]
    place = f" ({', '.join(elsewhere)})" if elsewhere else ""
    version = version_text(entry)
    return cut_inside(repr(key.name), _LONGEST_NAME), f"{place} {version}" if version else place


def version_text(entry: Entry) -> str:
    """The labels of a request, and the beginning of a version id; empty if it names none."""
    parameters = entry.call.parameters
    stage, stages, version = map(parameters.get, ("VersionStage", "VersionStages", "VersionId"))
    texts = [stage] if isinstance(stage, str) else list(stages) if isinstance(stages, list) else []
    if isinstance(version, str):
        texts.append(f"version {cut(version, 9)}")
    return " ".join([cut(escaped(str(text)), 24) for text in texts]) if texts else ""


# --- the lines -------------------------------------------------------------------------------------------------------


def _lines(rows: Sequence[_Row], began: float, frame: Frame) -> list[str]:
    """The rows in columns. If the codes of errors don't fit, they stand below their rows."""
    width = frame.width - len(GAP)
    whole = [_cells(row, began, frame) for row in rows]
    cells = _with_short_places(whole, width)
    is_wide = total_width(widths_of(cells)) <= width
    if not is_wide:
        cells = _fitted(rows, whole, width)
    margin = len(GAP) + sum(widths_of(cells)[:2]) + 2 * len(GAP)
    found, before = [], ""
    for line, row in zip(aligned(cells), rows, strict=True):
        found.append(cut(GAP + line, frame.width))
        message = _message(row)
        text = _error_text(row, is_wide, "" if message == before else message)
        found += indented(text, margin, frame.width, _ERROR_LINES)
        before = message
    return found


def _cells(row: _Row, began: float, frame: Frame) -> list[str]:
    """Number, time, operation, secret, outcome and place of a row."""
    entry = row.entry
    number = f"{row.last:,}" if row.times == 1 else f"{row.first:,}-{row.last:,}"
    operation = entry.operation if row.times == 1 else f"{entry.operation} ×{row.times:,}"
    place = "by AWS" if entry.by_service else place_text(entry.call.site, frame.folder)
    return [number, elapsed_text(entry.time - began), operation, "".join(_secret(row)), _outcome(row), place]


def _secret(row: _Row) -> tuple[str, str]:
    """The name of the secret, or of the first secret of a batch; and the text after it."""
    if not row.parts:
        return row.asked
    first = row.parts[0]
    asked = str(first.request.get("SecretId", ""))[:_LONGEST_ID]
    name = key_from(asked, first.region, first.principal.account).name
    more = f" and {len(row.parts) - 1:,} more" if len(row.parts) > 1 else ""
    return cut_inside(repr(name), _LONGEST_NAME), more


def _outcome(row: _Row) -> str:
    entry = row.entry
    return entry.error_code or ("" if entry.by_service or _failed_reads(row) else "ok")


def _failed_reads(row: _Row) -> str:
    """The text about a batch that could not read all of its secrets."""
    failed = sum(part.error_code is not None for part in row.parts)
    return f"{failed:,} of its {len(row.parts):,} reads failed" if failed else ""


def _message(row: _Row) -> str:
    """AWS's text about a call that failed, unless other lines of the section explain it."""
    entry = row.entry
    is_refusal = entry.decision is not None and not entry.decision.allowed
    is_explained = entry.error_code in (None, _EXPLAINED) or is_refusal
    return "" if is_explained else entry.error_message or ""


def _error_text(row: _Row, is_wide: bool, message: str) -> str:
    """The error below a row: its code if the row has none, and AWS's text if the row before has another one."""
    code = row.entry.error_code
    if code is None:
        return _failed_reads(row)
    return message if is_wide else f"{code}: {message}".removesuffix(": ")


# --- fitting ---------------------------------------------------------------------------------------------------------


def _with_short_places(cells: list[list[str]], width: int) -> list[list[str]]:
    """The cells with as few folders of the places as needed; perhaps still too wide."""
    widths = widths_of(cells)
    room = widths[-1] - max(total_width(widths) - width, 0)
    return [[*head, without_folders(place, room)] for *head, place in cells]


def _fitted(rows: Sequence[_Row], cells: list[list[str]], width: int) -> list[list[str]]:
    """The cells without the codes of errors, and with the widest of operation, secret and place cut until they fit."""
    uncoded = [
        [*head, "" if row.entry.error_code else outcome, place]
        for row, (*head, outcome, place) in zip(rows, cells, strict=True)
    ]
    cells = _with_short_places(uncoded, width)
    widths = widths_of(cells)
    while total_width(widths) > width:
        at = max(_NARROWEST, key=lambda column: widths[column] - _NARROWEST[column])
        if widths[at] <= _NARROWEST[at]:
            break
        widths[at] -= 1
    return [
        [number, time, cut(operation, widths[2]), _cut_secret(row, widths[3]), outcome, cut_left(place, widths[5])]
        for row, (number, time, operation, _, outcome, place) in zip(rows, cells, strict=True)
    ]


def _cut_secret(row: _Row, columns: int) -> str:
    """The cell of a secret. Its name is cut rather than the version."""
    name, rest = _secret(row)
    if columns_of(name) + columns_of(rest) <= columns:
        return name + rest
    return cut(cut_inside(name, max(columns - columns_of(rest), _NARROWEST_NAME)) + rest, columns)
