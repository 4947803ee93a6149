"""The managers that a test may have met: those entered while it ran, and those entered around it.

A report needs them: code may have been answered by another manager than the one whose secrets its test has seeded.
Imports nothing of Secrets Manager when it is loaded, so a run without a manager pays nothing.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_secretsmanager.inspection.log import Event
    from pytest_secretsmanager.inspection.views import Source

_MOST = 64
"""Managers that are kept for the report of one test: those that it has entered last."""

_entered: "list[Source]" = []
_watch: "Watch | None" = None


@dataclass(frozen=True, slots=True)
class Watch:
    """The managers that were entered when a test began, with where their logs ended then, and those entered since."""

    ends: "Mapping[Source, int]"
    since: "deque[Source]" = field(default_factory=lambda: deque(maxlen=_MOST))

    def met(self) -> "list[tuple[Source, list[Event]]]":
        """The managers entered now or since, each with what it has logged since."""
        sources = dict.fromkeys((*_entered, *self.since))
        return [(source, source.log.since(self.ends.get(source, 0))) for source in sources]


def begin() -> "tuple[Watch, Watch | None]":
    """A test begins: its watch, and the one that was there before, which is put back at its end."""
    global _watch
    before, _watch = _watch, Watch({source: source.log.position for source in _entered})
    return _watch, before


def end(before: "Watch | None") -> None:
    """A test is watched no more. The one around it is again, where a test runs tests; other managers are let go of."""
    global _watch
    _watch = before


def enter(source: "Source") -> None:
    """The manager of this source answers from now on."""
    _entered.append(source)
    if _watch is not None:
        _watch.since.append(source)


def leave(source: "Source") -> None:
    """The manager of this source answers no more."""
    if source in _entered:
        _entered.remove(source)
