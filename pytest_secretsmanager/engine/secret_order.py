"""The secrets of one region and account in the order of their creation, their names, endings of names, and words.

So a page of a long list, the matches of a filter, and names that are alike are found without looking at all of them.
Most tests create secrets and ask neither for words nor for endings, whose orders cost most. So the first question makes
such an order, in less time than the creations would have taken for it. From then on, each change keeps it right.
"""

import sys
from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from operator import itemgetter
from typing import Generic, TypeAlias, TypeVar

from pytest_secretsmanager.engine.rules.filters import read_by_filters, words_of
from pytest_secretsmanager.engine.rules.likeness import simplified
from pytest_secretsmanager.engine.state import Beginnings, Order, Secret, SortKey

_CHUNK = 512
"""A chunk with twice as many keys is split."""

_ALIKE = 50
"""The number of names on each side of a name that may be like it."""

_LAST_NAME = chr(sys.maxunicode)
"""After every name: a key of creation and number only would come before the secret itself."""

_Key = TypeVar("_Key", str, SortKey)
"""A name needs no tuple around it: half a million would take 32 MB."""

_last = itemgetter(-1)


def _first_of(key: str | SortKey) -> str:
    return key if isinstance(key, str) else str(key[0])


def _last_of(key: str | SortKey) -> str:
    return key if isinstance(key, str) else str(key[-1])


class SortedKeys(Generic[_Key]):
    """Keys in their order, in chunks: adding one moves only the keys of its chunk.

    No chunk is empty. Each change is one step that no interrupt divides.
    """

    __slots__ = ("_chunks",)

    def __init__(self, keys: Iterable[_Key]) -> None:
        ordered = sorted(keys)
        self._chunks: list[list[_Key]] = [ordered[start : start + _CHUNK] for start in range(0, len(ordered), _CHUNK)]

    def add(self, key: _Key) -> None:
        """Add a key. One that is there already, after an interrupt, is there twice then: a reader skips it."""
        if not self._chunks:
            self._chunks.append([key])
            return
        at = len(self._chunks) - 1
        if key <= self._chunks[at][-1]:  # most secrets are the newest
            at = bisect_left(self._chunks, key, key=_last)
        chunk = self._chunks[at]
        insort(chunk, key)
        if len(chunk) > 2 * _CHUNK:
            self._chunks[at : at + 1] = [chunk[:_CHUNK], chunk[_CHUNK:]]

    def discard(self, key: _Key) -> None:
        """Remove a key, if it is there."""
        at = bisect_left(self._chunks, key, key=_last)
        if at == len(self._chunks):
            return
        chunk = self._chunks[at]
        place = bisect_left(chunk, key)
        if chunk[place] != key:
            return
        if len(chunk) == 1:
            del self._chunks[at]
        else:
            del chunk[place]

    def after(self, key: _Key | None) -> Iterator[_Key]:
        """The keys after this one, or all keys."""
        if key is None:
            yield from chain.from_iterable(self._chunks)
            return
        at = bisect_right(self._chunks, key, key=_last)
        for number in range(at, len(self._chunks)):
            chunk = self._chunks[number]
            yield from chunk[bisect_right(chunk, key) :] if number == at else chunk

    def before(self, key: _Key | None) -> Iterator[_Key]:
        """The keys before this one, or all keys, the last one first."""
        at = len(self._chunks) if key is None else bisect_left(self._chunks, key, key=_last)
        if key is not None and at < len(self._chunks):
            yield from reversed(self._chunks[at][: bisect_left(self._chunks[at], key)])
        for number in range(at - 1, -1, -1):
            yield from reversed(self._chunks[number])

    def beginning_with(self, text: str) -> Iterator[_Key]:
        """The texts that begin so, or the keys whose first member is such a text."""
        first, end = self._span(text)
        for number in range(first[0], min(end[0] + 1, len(self._chunks))):
            chunk = self._chunks[number]
            yield from chunk[first[1] if number == first[0] else 0 : end[1] if number == end[0] else len(chunk)]

    def count_beginning_with(self, text: str) -> int:
        """Their number, without a look at each."""
        first, end = self._span(text)
        return sum(map(len, self._chunks[first[0] : end[0]])) + end[1] - first[1]

    def _span(self, text: str) -> tuple[tuple[int, int], tuple[int, int]]:
        """The places where these keys begin and end: the number of a chunk, and the place in it."""

        def beginning(key: _Key) -> str:
            return _first_of(key)[: len(text)]

        def place(bisect: Callable[..., int]) -> tuple[int, int]:
            at = bisect(self._chunks, text, key=lambda chunk: beginning(chunk[-1]))
            return at, bisect(self._chunks[at], text, key=beginning) if at < len(self._chunks) else 0

        return place(bisect_left), place(bisect_right)


_KeysOf: TypeAlias = Callable[[Secret], Sequence[SortKey]]
"""Makes the keys that a secret has in an order."""


class SecretOrder:
    """The orders of the secrets of one place, which are `place` by name. Each one that comes or goes is noted here.

    After an interrupt it may have a key too many: a secret is looked up, and has to have that key.
    """

    __slots__ = ("_names", "_orders", "_place")

    def __init__(self, place: Mapping[str, Secret]) -> None:
        self._place = place
        self._names = SortedKeys(place)
        self._orders: dict[_KeysOf, SortedKeys[SortKey]] = {}
        self._order_by(_created_keys_of)  # the first page of a listing takes no longer than others

    def change(self, before: Secret | None, after: Secret | None) -> None:
        """Note that a secret comes, goes, or is another one: a rollback may restore one that was created earlier."""
        if before is None:
            if after is not None:
                self._names.add(after.name)
        elif after is None:
            self._names.discard(before.name)
        elif _ordered_by(before) == _ordered_by(after):
            return
        for keys_of, keys in self._orders.items():
            old = () if before is None else keys_of(before)
            new = () if after is None else keys_of(after)
            for key in old:
                if key not in new:
                    keys.discard(key)
            for key in new:
                if key not in old:
                    keys.add(key)

    def after(self, order: Order, last: SortKey | None, *, descending: bool) -> Iterator[Secret]:
        """The secrets after the one with this key, which is its creation and number, or its name; None: all."""
        if order == "name":
            name = None if last is None else str(last[0])
            return self._named(self._names.before(name) if descending else self._names.after(name))
        created = self._order_by(_created_keys_of)
        if descending:
            return self._created(created.before(last))
        return self._created(created.after(None if last is None else (*last, _LAST_NAME)))

    def few(self, beginnings: Beginnings, most: int) -> list[Secret] | None:
        """The secrets that may match a filter, each once or several times; None if they are more than `most`."""
        keys: SortedKeys[str] | SortedKeys[SortKey]
        keys = self._names if beginnings.of_names else self._order_by(_word_keys_of)
        if sum(map(keys.count_beginning_with, beginnings.texts)) > most:
            return None
        found = (_last_of(key) for text in beginnings.texts for key in keys.beginning_with(text))
        return [*filter(None, map(self._place.get, found))]

    def names_like(self, name: str) -> list[str]:
        """The names that begin or end most like this one. In an ending, case and kinds of separators do not count."""
        endings, ending = self._order_by(_ending_keys_of), _ending_of(name)
        names = chain.from_iterable(
            islice(keys, _ALIKE) for keys in (self._names.after(name), self._names.before(name))
        )
        ends = chain.from_iterable(islice(keys, _ALIKE) for keys in (endings.after(ending), endings.before(ending)))
        found = (*names, *(str(key[-1]) for key in ends))
        return [other for other in dict.fromkeys(found) if other in self._place]

    def _order_by(self, keys_of: _KeysOf) -> SortedKeys[SortKey]:
        """The order by these keys, which its first question makes."""
        found = self._orders.get(keys_of)
        if found is None:
            found = SortedKeys(chain.from_iterable(map(keys_of, self._place.values())))
            self._orders[keys_of] = found  # when it is complete: an interrupt leaves no half of it
        return found

    def _named(self, names: Iterable[str]) -> Iterator[Secret]:
        before = None
        for name in names:
            secret = self._place.get(name)
            if secret is not None and name != before:
                yield secret
            before = name

    def _created(self, keys: Iterable[SortKey]) -> Iterator[Secret]:
        before = None
        for key in keys:
            secret = self._place.get(str(key[-1]))
            if secret is not None and key != before and key == _creation_of(secret):
                yield secret
            before = key


def _ordered_by(secret: Secret) -> tuple[object, ...]:
    """All that the keys of a secret are made of."""
    return secret.created, secret.number, read_by_filters(secret)


def _created_keys_of(secret: Secret) -> Sequence[SortKey]:
    return (_creation_of(secret),)


def _ending_keys_of(secret: Secret) -> Sequence[SortKey]:
    return (_ending_of(secret.name),)


def _word_keys_of(secret: Secret) -> Sequence[SortKey]:
    name = secret.name
    # One text instead of two equal ones, for most names are words.
    return [(name if word == name else word, name) for word in words_of(secret)]


def _ending_of(name: str) -> SortKey:
    return simplified(name)[::-1], name


def _creation_of(secret: Secret) -> SortKey:
    return secret.created, secret.number, secret.name
