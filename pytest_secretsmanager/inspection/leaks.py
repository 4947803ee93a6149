"""Where secret values stand that should not: `assert_nothing_leaked`. It says where, and never what."""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import NamedTuple

from pytest_secretsmanager.engine.errors import UsageError
from pytest_secretsmanager.inspection.failures import bounded
from pytest_secretsmanager.inspection.handed import texts_handed_over
from pytest_secretsmanager.inspection.log import Log
from pytest_secretsmanager.inspection.presence import Presence
from pytest_secretsmanager.inspection.readings import SHORTEST_DECODED, readings_of
from pytest_secretsmanager.inspection.search import Index
from pytest_secretsmanager.inspection.sought import index_of
from pytest_secretsmanager.inspection.texts import Text
from pytest_secretsmanager.inspection.views import World

__tracebackhide__ = True

_LEAKS_SHOWN = 50


class Place(NamedTuple):
    """Where a text was found; a short value counts in a `field` of a call only when it is the whole field."""

    name: str
    is_field: bool


class Leak(NamedTuple):
    """Where a secret value was found: in which place and lines of it, whose it is, and in which form."""

    place: Place
    owner: str
    form: str
    lines: tuple[int, ...]

    def __str__(self) -> str:
        more = len(self.lines) - 1
        others = f" (and {more} more line{'' if more == 1 else 's'})" if more > 0 else ""
        line = f", line {self.lines[0]}{others}" if self.lines else ""
        return f"{self.place.name}{line} holds {self.owner} ({self.form})"


def leaks_text(world: World, presence: Presence, given: Iterable[object]) -> str:
    """What leaked, one leak in a line; empty when nothing did.

    Raises UsageError for what can't be looked into, and where the values to look for are those of another manager.
    """
    handed_over = [(Place(name, is_field=False), text) for name, text in texts_handed_over(given)]
    index = index_of(world)
    if handed_over and index.is_empty:
        _require_no_others(presence)
    leaks = [*_leaks(chain(_fields(world.log), handed_over), index)]
    more = len(leaks) - _LEAKS_SHOWN
    lines = [*map(str, leaks[:_LEAKS_SHOWN]), *([f"… and {more} more"] if more > 0 else [])]
    return "\n".join(f"  {line}" for line in lines)


def _require_no_others(presence: Presence) -> None:
    """Refuses to look for nothing at all where the secrets are in another manager."""
    others = presence.others()
    if others:
        lines = "\n  ".join(bounded([f"{other}: ask that one" for other in others]))
        raise UsageError(f"this SecretsManager has had no value that could leak\n  {lines}")


def _fields(log: Log) -> Iterator[tuple[Place, Text]]:
    for number, event in enumerate(log, start=1):
        for name, value in event.request.items():
            place = Place(f"{name} of {event.operation} (call {number})", is_field=True)
            for text in _texts_of(value):
                yield place, text


def _texts_of(field: object) -> Iterator[Text]:
    """The texts in a field of a request. Numbers and flags are none, nor are the names of its members."""
    left = [field]
    while left:
        value = left.pop()
        if isinstance(value, str | bytes):
            yield value
        elif isinstance(value, dict):
            left += reversed(value.values())
        elif isinstance(value, list | tuple):
            left += reversed(value)


def _leaks(texts: Iterable[tuple[Place, Text]], index: Index) -> Iterator[Leak]:
    """One leak for each place and owner."""
    found: dict[tuple[Place, str], Leak] = {}
    for place, text in texts:
        content = text if isinstance(text, bytes) else text.encode(errors="surrogatepass")
        forms = _forms_in(content, index, place.is_field)
        lines = _lines_of(forms, content, index, place.is_field) if b"\n" in content and forms else {}
        for owner, form in forms.items():
            found.setdefault((place, owner), Leak(place, owner, form, tuple(lines.get(owner, ()))))
    yield from found.values()


def _forms_in(content: bytes, index: Index, is_field: bool) -> dict[str, str]:
    """The owners of the values in a text, with the simplest form of each."""
    forms: dict[str, str] = {}
    for reading in readings_of(content):
        shortest = SHORTEST_DECODED if reading.guessed else 0
        for needle, _ in index.found_in(reading.content, shortest=shortest, whole=is_field):
            form = " in ".join(part for part in (needle.form, reading.form) if part not in ("", "plain"))
            forms.setdefault(needle.owner, form or "plain")
    return forms


def _lines_of(forms: dict[str, str], content: bytes, index: Index, is_field: bool) -> dict[str, list[int]]:
    """The lines that hold each value in full, or begin with it where it has several lines itself."""
    found: dict[str, list[int]] = {owner: [] for owner in forms}
    for number, line in enumerate(content.split(b"\n"), start=1):
        for owner in _forms_in(line, index, is_field):
            found.setdefault(owner, []).append(number)
    for needle, at in index.found_in(content, whole=is_field):
        if not found[needle.owner]:
            found[needle.owner].append(content.count(b"\n", 0, at) + 1)
    return found
