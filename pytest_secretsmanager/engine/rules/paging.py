"""Pages of a listing, and the tokens between them.

A token holds the sort key of the last returned item, and a checksum of that key and the request. The next page resumes
after that key, even if the item itself was deleted. AWS's tokens are opaque; this form is the package's own.
"""

import base64
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from itertools import dropwhile, islice
from typing import TypeVar

from pytest_secretsmanager.engine.errors import InvalidNextTokenException
from pytest_secretsmanager.engine.state import SortKey

DEFAULT_PAGE = 100
"""The page size without MaxResults. GUESS: AWS documents the largest page (100) and no default."""

_CHECKSUM_BYTES = 8
_Item = TypeVar("_Item")


def page(
    items: Iterable[_Item],
    key: Callable[[_Item], SortKey],
    query: Mapping[str, object],
    *,
    size: int | None,
    token: str | None,
    descending: bool = False,
) -> tuple[list[_Item], str | None]:
    """The next items in the order of `key`, and the token for the items after them, None at the end.

    `query` are the request's other parameters: a token is only valid for the same request.
    Raise InvalidNextTokenException for a token that no listing with this `query` returned.
    """

    def after(last: SortKey | None) -> Iterable[_Item]:
        ordered = sorted(items, key=key, reverse=descending)
        if last is None:
            return ordered
        return dropwhile(lambda item: key(item) >= last if descending else key(item) <= last, ordered)

    return page_of(after, key, query, size=size, token=token)


def page_of(
    after: Callable[[SortKey | None], Iterable[_Item]],
    key: Callable[[_Item], SortKey],
    query: Mapping[str, object],
    *,
    size: int | None,
    token: str | None,
) -> tuple[list[_Item], str | None]:
    """The next items as by `page`, of items that are in order. `after` has those after a key, None for all."""
    size = size or DEFAULT_PAGE
    found = list(islice(after(None if token is None else _read(token, query)), size + 1))
    if len(found) <= size:
        return found, None
    return found[:size], _write(key(found[size - 1]), query)


def _write(last: SortKey, query: Mapping[str, object]) -> str:
    text = json.dumps(last).encode()
    return base64.urlsafe_b64encode(_checksum(text, query) + text).decode()


def _read(token: str, query: Mapping[str, object]) -> SortKey:
    try:
        raw = base64.b64decode(token, altchars=b"-_", validate=True)
    except ValueError:
        raise _invalid() from None
    text = raw[_CHECKSUM_BYTES:]
    if raw[:_CHECKSUM_BYTES] != _checksum(text, query):
        raise _invalid()
    return tuple(json.loads(text))


def _checksum(text: bytes, query: Mapping[str, object]) -> bytes:
    whole = text + json.dumps(query, sort_keys=True).encode()
    return hashlib.blake2b(whole, digest_size=_CHECKSUM_BYTES).digest()


def _invalid() -> InvalidNextTokenException:
    # The code is in the service description; the text is a GUESS.
    return InvalidNextTokenException("Invalid pagination token.")
