"""The versions of a secret as a list, which says that it counts from 0 where a test counts from 1."""

from collections.abc import Iterable
from typing import SupportsIndex, TypeVar, overload

_Item = TypeVar("_Item")


class VersionList(list[_Item]):
    """A list whose IndexError says how versions are counted.

    >>> VersionList(["one", "two"])[2]
    Traceback (most recent call last):
    IndexError: versions is a list of 2, from versions[0] on; version(2) takes the number of a version, from 1 on
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
            text = f"versions is a list of {len(self)}, from versions[0] on; version({index!r}) takes the number"
        raise IndexError(f"{text} of a version, from 1 on")
