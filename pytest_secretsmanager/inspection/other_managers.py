"""The other managers of this process that have logged calls, for the text about an empty log."""

from collections import deque
from collections.abc import Callable, Sized
from itertools import count
from typing import NamedTuple

from pytest_secretsmanager.inspection.forks import forks

_moments = count(1)
"""Numbers that order the beginnings and ends of managers."""

_active: "dict[int, Presence]" = {}
"""The active managers, by their numbers."""


class _Left(NamedTuple):
    """A manager that was left with calls in its log. It has no reference to the manager, so that does not one alive."""

    number: int
    left: int
    text: str


_left: deque[_Left] = deque(maxlen=16)


class Presence:
    """One manager: its beginning, whether it is active, and the number of its logged calls.

    >>> outer, inner = Presence([], lambda: "us-east-1"), Presence(["a call"], lambda: "eu-west-1")
    >>> inner.begin()
    >>> inner.end()
    >>> outer.others()
    ['another SecretsManager, in eu-west-1, which has been left, has logged 1']
    """

    __slots__ = ("_began", "_forks_before", "_log", "_number", "_region")

    def __init__(self, log: Sized, region: Callable[[], str]) -> None:
        self._log = log
        self._region = region
        self._number = self._began = next(_moments)
        self._forks_before = forks()

    def begin(self) -> None:
        """Called when the manager is entered."""
        self._forks_before = forks()
        _active[self._number] = self

    def end(self) -> None:
        """Called when the manager is left; again is fine."""
        if _active.pop(self._number, None) is not None and self._log:
            _left.append(_Left(self._number, next(_moments), self._text("has been left")))

    def begin_anew(self) -> None:
        """Ignore the managers that have been left so far, and the children that were forked."""
        self._began = next(_moments)
        self._forks_before = forks()

    @property
    def forks(self) -> int:
        """The number of children that this process has forked since the manager was entered."""
        return forks() - self._forks_before

    def others(self) -> list[str]:
        """The texts about the other managers that have logged calls and were active since this one began."""
        active = {number: other.active_text() for number, other in _active.copy().items()}
        left = {one.number: one.text for one in _left.copy() if one.left > self._began}
        return [text for number, text in (left | active).items() if text and number != self._number]

    def active_text(self) -> str:
        """The text about this manager while it is active; empty if it has no calls."""
        return self._text("is active") if self._log else ""

    def _text(self, state: str) -> str:
        return f"another SecretsManager, in {self._region()}, which {state}, has logged {len(self._log)}"
