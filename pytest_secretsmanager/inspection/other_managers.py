"""Which managers of this process answer, or have answered: so that an empty log can say where the calls went."""

from collections import deque
from collections.abc import Callable, Sized
from itertools import count
from typing import NamedTuple

_moments = count(1)
"""Numbers that order what managers do: one begins, one is left."""

_active: "dict[int, Presence]" = {}
"""The managers that answer now, by their numbers."""


class _Stay(NamedTuple):
    """A manager that was left with calls in its log: no reference to it, so that nothing keeps it alive."""

    number: int
    left: int
    text: str


_stays: deque[_Stay] = deque(maxlen=16)


class Presence:
    """One manager: when it began, whether it answers now, and how many calls it has logged.

    >>> outer, inner = Presence([], lambda: "us-east-1"), Presence(["a call"], lambda: "eu-west-1")
    >>> inner.begin()
    >>> inner.end()
    >>> outer.others()
    ['another SecretsManager, in eu-west-1, which has been left, has logged 1']
    """

    __slots__ = ("_began", "_log", "_number", "_region")

    def __init__(self, log: Sized, region: Callable[[], str]) -> None:
        self._log = log
        self._region = region
        self._number = self._began = next(_moments)

    def begin(self) -> None:
        """From now on the manager answers."""
        _active[self._number] = self

    def end(self) -> None:
        """The manager answers no more. Once more changes nothing."""
        if _active.pop(self._number, None) is not None and self._log:
            _stays.append(_Stay(self._number, next(_moments), self._text("has been left")))

    def begin_anew(self) -> None:
        """Managers that have been left by now are none of this one's concern any more."""
        self._began = next(_moments)

    def others(self) -> list[str]:
        """The other managers with calls that have answered since this one began."""
        active = {number: other.active_text() for number, other in _active.copy().items()}
        left = {stay.number: stay.text for stay in _stays.copy() if stay.left > self._began}
        return [text for number, text in (left | active).items() if text and number != self._number]

    def active_text(self) -> str:
        """What is told of this manager while it answers; nothing when it has no calls."""
        return self._text("is active") if self._log else ""

    def _text(self, state: str) -> str:
        return f"another SecretsManager, in {self._region()}, which {state}, has logged {len(self._log)}"
