"""The versions of a secret as a list. It counts from 0, the numbers of versions from 1, and its IndexError says so."""

from collections.abc import Iterable
from typing import SupportsIndex, TypeVar, overload

_Item = TypeVar("_Item")


class VersionList(list[_Item]):
    """A list whose IndexError explains the two ways of counting.

    >>> VersionList(["one", "two"])[2]
    Traceback (most recent call last):
    IndexError: versions is a list of 2, which counts from 0; version(2) takes a number, which counts from 1
    """

    def __init__(self, items: Iterable[_Item] = ()) -> None:
        super().__init__(items)

    @overload
    def __getitem__(self, index: SupportsIndex) -> _Item: ...

    @overload
    def __getitem__(self, index: slice) -> list[_Item]: ...

    def __getitem__(self, index: SupportsIndex | slice) -> _Item | list[_Item]:
        try:
            return super().__getitem__(index)
        except IndexError:
            text = f"versions is a list of {len(self)}, which counts from 0; version({index!r}) takes a number"
        raise IndexError(f"{text}, which counts from 1")
