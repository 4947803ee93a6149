"""Which managers of this process answer, or have answered: so that an empty log can say where the calls went."""

from collections.abc import Callable
from itertools import count
from math import inf
from weakref import WeakValueDictionary

_moments = count(1)
"""Numbers that order what managers do: one is made, one is left."""

_made: "WeakValueDictionary[int, Presence]" = WeakValueDictionary()
"""Every presence whose manager is alive, by the moment of its making."""


class Presence:
    """One manager: when it began, whether it answers now, and how many calls it has logged.

    >>> outer, inner = Presence("outer", lambda: 0), Presence("inner", lambda: 3)
    >>> inner.begin()
    >>> inner.end()
    >>> outer.others()
    ['inner, which has been left, has logged 3']
    """

    __slots__ = ("__weakref__", "_began", "_calls", "_left", "_name")

    def __init__(self, name: str, calls: Callable[[], int]) -> None:
        self._name = name
        self._calls = calls
        self._began = next(_moments)
        self._left: float = 0
        _made[self._began] = self

    def begin(self) -> None:
        """From now on the manager answers."""
        self._left = inf

    def end(self) -> None:
        """The manager answers no more."""
        self._left = next(_moments)

    def begin_anew(self) -> None:
        """Managers that have been left by now are none of this one's concern any more."""
        self._began = next(_moments)

    def others(self) -> list[str]:
        """The other managers with calls that have answered since this one began, the oldest first."""
        alive = [reference() for reference in _made.valuerefs()]
        others = [other for other in alive if other is not None and other is not self]
        return [str(other) for other in others if other.has_answered_since(self._began)]

    def has_answered_since(self, moment: int) -> bool:
        """Whether the manager has calls in its log, and was active at that moment or later."""
        return self._left > moment and self._calls() > 0

    def __str__(self) -> str:
        state = "is active" if self._left == inf else "has been left"
        return f"{self._name}, which {state}, has logged {self._calls()}"
