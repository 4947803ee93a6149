"""Parts that are made when they are first asked for: most tests use few, and making them all takes time in each test.

A part's module is imported then, too, if only that part needs it.
"""

from collections.abc import Callable
from typing import Any, Generic, Self, TypeVar, overload

__tracebackhide__ = True

_Owner = TypeVar("_Owner")
_Part = TypeVar("_Part")


class OnDemand(Generic[_Owner, _Part]):
    """An attribute that a function makes when it is first read, and that its owner keeps in `vars(owner)`.

    It takes no lock, which an interrupt could leave held. Two threads may both make the part, and both get the same.

    >>> class Numbers:
    ...     @OnDemand
    ...     def squares(self):
    ...         return [number * number for number in range(5)]
    >>> numbers = Numbers()
    >>> vars(numbers)
    {}
    >>> numbers.squares is numbers.squares
    True
    """

    def __init__(self, make: Callable[[_Owner], _Part]) -> None:
        self._make = make
        self.__doc__ = make.__doc__

    def __set_name__(self, owner: type[_Owner], name: str) -> None:
        self._name = name

    @overload
    def __get__(self, owner: None, kind: type[_Owner]) -> Self: ...

    @overload
    def __get__(self, owner: _Owner, kind: type[_Owner]) -> _Part: ...

    def __get__(self, owner: Any, kind: type[_Owner]) -> Any:
        if owner is None:
            return self
        return owner.__dict__.setdefault(self._name, self._make(owner))  # in one step: see above

    def made_in(self, owner: _Owner) -> _Part | None:
        """The part of this owner; None if it has not been made."""
        return vars(owner).get(self._name)
