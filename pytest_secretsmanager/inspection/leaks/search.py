"""The search for secret values in texts: each text in all its forms, each hit with its line."""

from collections.abc import Iterable
from typing import NamedTuple

from pytest_secretsmanager.inspection.leaks.forms import SHORTEST_DECODED, readings_of
from pytest_secretsmanager.inspection.leaks.index import Index
from pytest_secretsmanager.inspection.leaks.places import Place
from pytest_secretsmanager.inspection.leaks.texts import Text

__tracebackhide__ = True


class Leak(NamedTuple):
    """A secret value in a text: the place and its lines, the owner of the value, and the form that it has there."""

    place: Place
    owner: str
    form: str
    lines: tuple[int, ...]


def leaks_in(texts: Iterable[tuple[Place, Text]], index: Index) -> list[Leak]:
    """The leaks in these texts: one for each place and owner, in their order."""
    found: dict[tuple[Place, str], Leak] = {}
    for place, text in texts:
        content = text if isinstance(text, bytes) else text.encode(errors="surrogatepass")
        forms = _forms_in(content, index, place.is_field)
        lines = _lines_of(forms, content, index, place.is_field) if b"\n" in content and forms else {}
        for owner, form in forms.items():
            found.setdefault((place, owner), Leak(place, owner, form, tuple(lines.get(owner, ()))))
    return [*found.values()]


def _forms_in(content: bytes, index: Index, is_field: bool) -> dict[str, str]:
    """The owners of the values in a text, each with its simplest form."""
    forms: dict[str, str] = {}
    for reading in readings_of(content):
        shortest = SHORTEST_DECODED if reading.guessed else 0
        for needle, _ in index.found_in(reading.content, shortest=shortest, whole=is_field):
            form = " in ".join(part for part in (needle.form, reading.form) if part not in ("", "plain"))
            forms.setdefault(needle.owner, form or "plain")
    return forms


def _lines_of(forms: dict[str, str], content: bytes, index: Index, is_field: bool) -> dict[str, list[int]]:
    """The lines that contain each value, or the line where it begins if it has several lines itself."""
    found: dict[str, list[int]] = {owner: [] for owner in forms}
    for number, line in enumerate(content.split(b"\n"), start=1):
        for owner in _forms_in(line, index, is_field):
            found.setdefault(owner, []).append(number)
    for needle, at in index.found_in(content, whole=is_field):
        if not found[needle.owner]:
            found[needle.owner].append(content.count(b"\n", 0, at) + 1)
    return found
