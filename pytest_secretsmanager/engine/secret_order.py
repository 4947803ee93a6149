"""The secrets of one region and account in the order of their creation, and in that of their names.

So a page of a long list, and the secrets whose names begin alike, are found without looking at all of them.
"""

import sys
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator, Mapping
from itertools import takewhile

from pytest_secretsmanager.engine.state import Order, Secret, SortKey

_CHUNK = 512
"""A chunk with twice as many keys is split."""


_LAST_NAME = chr(sys.maxunicode)
"""After every name: a key of creation and number only would come before the secret itself."""


class SortedKeys:
    """Different keys in their order, in chunks: adding one moves only the keys of its chunk."""

    __slots__ = ("_chunks", "_lasts")

    def __init__(self, keys: Iterable[SortKey]) -> None:
        ordered = sorted(keys)
        self._chunks = [ordered[start : start + _CHUNK] for start in range(0, len(ordered), _CHUNK)] or [[]]
        self._lasts = [chunk[-1] for chunk in self._chunks if chunk]

    def add(self, key: SortKey) -> None:
        """Add a key. One that is there already is added once more, after an interrupt: a reader skips it."""
        at = min(bisect_left(self._lasts, key), len(self._chunks) - 1)
        chunk = self._chunks[at]
        insort(chunk, key)
        self._lasts[at : at + 1] = [chunk[-1]]
        if len(chunk) > 2 * _CHUNK:
            halves = [chunk[:_CHUNK], chunk[_CHUNK:]]
            self._chunks[at : at + 1] = halves
            self._lasts[at : at + 1] = [half[-1] for half in halves]

    def discard(self, key: SortKey) -> None:
        """Remove a key, if it is there."""
        at = bisect_left(self._lasts, key)
        if at == len(self._lasts):
            return
        chunk = self._chunks[at]
        place = bisect_left(chunk, key)
        if place < len(chunk) and chunk[place] == key:
            del chunk[place]
        if not chunk and len(self._chunks) > 1:
            del self._chunks[at], self._lasts[at]
        elif not chunk:
            self._lasts = []
        else:
            self._lasts[at] = chunk[-1]

    def after(self, key: SortKey | None) -> Iterator[SortKey]:
        """The keys after this one, or all keys."""
        at = 0 if key is None else bisect_right(self._lasts, key)
        for number, chunk in enumerate(self._chunks[at:]):
            yield from chunk[bisect_right(chunk, key) if number == 0 and key is not None else 0 :]

    def before(self, key: SortKey | None) -> Iterator[SortKey]:
        """The keys before this one, or all keys, the last one first."""
        end = len(self._chunks) if key is None else min(bisect_left(self._lasts, key) + 1, len(self._chunks))
        for number, chunk in enumerate(reversed(self._chunks[:end])):
            stop = bisect_left(chunk, key) if number == 0 and key is not None else len(chunk)
            yield from reversed(chunk[:stop])


class SecretOrder:
    """The orders of the secrets of one place, which are `place` by name. Each one that comes or goes is noted here.

    After an interrupt it may have a key too many: a secret is looked up, and has to have that key.
    """

    __slots__ = ("_created", "_names", "_place")

    def __init__(self, place: Mapping[str, Secret]) -> None:
        self._place = place
        self._created = SortedKeys(map(_creation_of, place.values()))
        self._names = SortedKeys((name,) for name in place)

    def add(self, secret: Secret) -> None:
        """Note a secret that comes."""
        self._created.add(_creation_of(secret))
        self._names.add((secret.name,))

    def discard(self, secret: Secret) -> None:
        """Note a secret that goes."""
        self._created.discard(_creation_of(secret))
        self._names.discard((secret.name,))

    def after(self, order: Order, last: SortKey | None, *, descending: bool) -> Iterator[Secret]:
        """The secrets after the one with this key, which is its creation and number, or its name; None: all."""
        keys = self._created if order == "created-date" else self._names
        if descending:
            return self._secrets(keys.before(last))
        return self._secrets(keys.after(last if last is None or order == "name" else (*last, _LAST_NAME)))

    def named(self, beginnings: Iterable[str]) -> Iterator[Secret]:
        """The secrets whose names have one of these beginnings."""
        found = {secret.name: secret for beginning in beginnings for secret in self._named(beginning)}
        return iter(found.values())

    def _named(self, beginning: str) -> Iterator[Secret]:
        exact = self._place.get(beginning)
        if exact is not None:
            yield exact
        yield from self._secrets(
            takewhile(lambda key: str(key[0]).startswith(beginning), self._names.after((beginning,)))
        )

    def _secrets(self, keys: Iterable[SortKey]) -> Iterator[Secret]:
        before = None
        for key in keys:
            secret = self._place.get(str(key[-1]))
            if secret is not None and key != before and (len(key) == 1 or key == _creation_of(secret)):
                yield secret
            before = key


def _creation_of(secret: Secret) -> SortKey:
    return secret.created, secret.number, secret.name
