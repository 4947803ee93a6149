"""The tables of the secrets that a test called for, and the moves of their labels with the calls that made them.

The secret that the failure names comes first, then secrets whose labels moved or whose calls failed, then the secrets
that were called last.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pytest_secretsmanager.engine.layers.audit import Entry
from pytest_secretsmanager.engine.rules import labels
from pytest_secretsmanager.engine.state import Secret, Version
from pytest_secretsmanager.inspection.cells import ELLIPSIS, cut, pieces, wrapped
from pytest_secretsmanager.inspection.histories import History, histories_of
from pytest_secretsmanager.inspection.known_secrets import moment_of
from pytest_secretsmanager.inspection.label_moves import stays_of
from pytest_secretsmanager.inspection.tables import Look, ShowValue, state_table, title_of
from pytest_secretsmanager.inspection.times import elapsed_text
from pytest_secretsmanager.inspection.views import SecretView, secret_table
from pytest_secretsmanager.inspection.wording import count_text
from pytest_secretsmanager.inspection.world import World
from pytest_secretsmanager.report.frame import Frame, filled, place_text

_TABLES = 5
"""The secrets that have a table; the rest is counted."""

_MOVES = 6
"""The calls whose moves are shown for one secret: the last ones."""

_LONGEST_VALUE = 1_000
"""The characters, or bytes, that are shown of a value."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The entries of one manager in a test, with the number of each, and the positions of those in the table of calls.

    `failure` is the text of the test's failure.
    """

    world: World
    entries: Sequence[Entry]
    numbers: Sequence[int]
    listed: frozenset[int]
    failure: str
    frame: Frame


def tables(seen: Seen) -> list[str]:
    """A text for each of the secrets that explain most, and one that counts the others."""
    moment = moment_of(seen.world, seen.entries)
    histories = [one for one in histories_of(moment, seen.entries) if one.key.region]
    ranked = sorted(histories, key=lambda history: _rank(history, seen))
    texts = [text for history in ranked[:_TABLES] if (text := _table(history, seen))]
    more = len(ranked) - _TABLES
    return [*texts, *([f"… and {count_text(more, 'more secret')}"] if more > 0 else [])]


def _rank(history: History, seen: Seen) -> tuple[bool, bool, int]:
    about = [seen.entries[at] for at in history.calls]
    is_named = repr(history.key.name) in seen.failure
    is_changed = any(entry.error_code or history.arn in entry.placements for entry in about)
    return not is_named, not is_changed, -max(history.calls, default=-1)


def _table(history: History, seen: Seen) -> str:
    """The table of one secret and its moves. A table that the failure shows already is left out."""
    state = seen.world.state_of(history.key)
    moves = filled(_move_lines(history, seen), seen.frame._replace(width=seen.frame.width - 2)).replace("\n", "\n  ")
    moves_below = f"\n  {moves}" if moves else ""
    if state is None or state.arn != history.arn:
        return _title(history, _end_text(history, seen), seen.frame) + moves_below
    if not seen.frame.shows_values and _is_shown(SecretView(seen.world, history.key), seen.failure):
        return _title(history, "its versions stand in the failure above", seen.frame) + moves_below if moves else ""
    look = Look(
        width=seen.frame.width,
        stays=stays_of(history.arn, (seen.entries[at] for at in history.calls), state.labels),
        named=_moved_versions(history, seen),
        show_value=_value_texts(seen.world, state) if seen.frame.shows_values else None,
    )
    return state_table(state, seen.world.now(), look) + moves_below


def _title(history: History, text: str, frame: Frame) -> str:
    """The line about a secret without a table, wrapped so that it keeps the name."""
    return "\n".join(wrapped(f"{title_of(history.key, frame.width - 1)}: {text}", frame.width, "    "))


def _end_text(history: History, seen: Seen) -> str:
    return "no longer exists" if history.end is None else f"deleted by {_call_text(history.end, seen)}"


def _is_shown(view: SecretView, failure: str) -> bool:
    """Whether the failure has each line of this secret's table."""
    shown = {line.strip() for line in failure.splitlines()}
    forms = (secret_table(view, whole_ids=whole_ids).splitlines() for whole_ids in (True, False))
    return any(all(line.strip() in shown for line in lines) for lines in forms)


# --- moves -----------------------------------------------------------------------------------------------------------


def _moving_calls(history: History, seen: Seen) -> list[int]:
    """The positions of the calls that moved a label of this secret."""
    return [at for at in history.calls if _moves_at(at, history, seen)]


def _moves_at(at: int, history: History, seen: Seen) -> tuple[labels.Move, ...]:
    placed = seen.entries[at].placements.get(history.arn)
    return () if placed is None else labels.moves(*placed)


def _moved_versions(history: History, seen: Seen) -> frozenset[str]:
    """The versions that the shown moves name."""
    moves = (move for at in _moving_calls(history, seen)[-_MOVES:] for move in _moves_at(at, history, seen))
    return frozenset(version for move in moves for version in (move.source, move.target) if version is not None)


def _move_lines(history: History, seen: Seen) -> Iterator[str]:
    """A line for each of the last calls that moved a label."""
    names = {life.id: str(life.number) for life in history.versions if life.number is not None}
    calls = _moving_calls(history, seen)
    if (earlier := len(calls) - _MOVES) > 0:
        yield f"… and {count_text(earlier, 'earlier call')} that moved labels"
    for at in calls[-_MOVES:]:
        moves = ", ".join(_move_text(move, names) for move in _moves_at(at, history, seen))
        yield f"{_call_text(at, seen)}: {moves}"


def _call_text(at: int, seen: Seen) -> str:
    """A call, by its number. One that is not in the table of calls has its time and its line."""
    entry = seen.entries[at]
    text = f"call {seen.numbers[at]:,}, {entry.operation}"
    if at in seen.listed:
        return text
    place = "by AWS" if entry.by_service else f"at {place_text(entry.call.site, seen.frame.folder)}"
    return f"{text} {place}, {elapsed_text(entry.time - seen.entries[0].time)}"


def _move_text(move: labels.Move, names: dict[str, str]) -> str:
    """One move, with the numbers of the versions."""
    label = cut(move.label, 40)
    source, target = (None if one is None else names.get(one, cut(one, 9)) for one in (move.source, move.target))
    if source is None:
        return f"{label} to {target}"
    return f"{label} off {source}" if target is None else f"{label} from {source} to {target}"


# --- values ----------------------------------------------------------------------------------------------------------


def _value_texts(world: World, secret: Secret) -> ShowValue:
    """The function that shows a version's value, as Python writes it: without control characters."""

    def show(version: Version, columns: int) -> list[str]:
        if version.sealed is None:
            return ["none yet"]
        plain = world.service.plain_value(secret, version.id, version.sealed)
        value = plain if version.member == "SecretBinary" else plain.decode(errors="replace")
        text = repr(value[:_LONGEST_VALUE])
        if len(value) <= _LONGEST_VALUE:
            return pieces(text, columns)
        unit = "bytes" if isinstance(value, bytes) else "characters"
        return [*pieces(text[:-1] + ELLIPSIS, columns), f"({len(value):,} {unit})"]

    return show
