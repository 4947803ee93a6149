"""A page of the secrets of a region and account: those that match the request's filters, in an order.

Of many secrets it looks at those that an index finds for a filter, if they are few, or else at each one after the page
before until the page is full: so all pages of a listing together look at each secret once.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter

from pytest_secretsmanager.engine.call import Call
from pytest_secretsmanager.engine.rules import paging
from pytest_secretsmanager.engine.rules.filters import beginnings_of, tests_of
from pytest_secretsmanager.engine.state import Order, Ordered, Secret, Secrets, SortKey, creation_of

_SORT_KEYS: dict[str, Callable[[Secret], SortKey]] = {
    "created-date": creation_of,
    "last-accessed-date": lambda secret: (secret.accessed or 0.0, secret.number),
    "last-changed-date": attrgetter("changed", "number"),
    "name": lambda secret: (secret.name,),
}
"""RECORDED: the oldest secret is first, even among those created at the same time."""

_MOST_SORTED = 5_000
"""So many secrets are sorted for each page."""

_ORDERS: dict[str, Order] = {"created-date": "created-date", "name": "name"}


def page_of_secrets(
    secrets: Secrets,
    call: Call,
    is_shown: Callable[[Secret], bool],
    query: Mapping[str, object],
    *,
    size: int | None,
    sort_by: str = "created-date",
    descending: bool = False,
) -> tuple[list[Secret], str | None]:
    """The secrets of the page that the request asks for, and the token of the next one; as `paging.page`."""
    filters = call.structures("Filters")
    key, token, order = _SORT_KEYS[sort_by], call.text("NextToken"), _ORDERS.get(sort_by)
    tests, ordered = [is_shown, *tests_of(filters)], secrets.order(call.region, call.account)
    few = None if ordered is None else _few_candidates(ordered, filters or ())

    def matching(candidates: Iterable[Secret]) -> Iterable[Secret]:
        for test in tests:
            candidates = filter(test, candidates)
        return candidates

    if ordered is not None and order is not None and few is None:
        return paging.page_of(
            lambda last: matching(ordered.after(order, last, descending=descending)),
            key,
            query,
            size=size,
            token=token,
        )
    candidates = secrets.within(call.region, call.account) if few is None else few
    return paging.page(matching(candidates), key, query, size=size, token=token, descending=descending)


def _few_candidates(ordered: Ordered, filters: Sequence[dict[str, object]]) -> Iterable[Secret] | None:
    """The secrets that an index finds for one of the filters; None if they are many for each."""
    known = filter(None, map(beginnings_of, filters))
    names_first = sorted(known, key=lambda beginnings: not beginnings.of_names)  # their order always exists
    found = (ordered.few(beginnings, _MOST_SORTED) for beginnings in names_first)
    few = next((secrets for secrets in found if secrets is not None), None)
    return None if few is None else {secret.name: secret for secret in few}.values()
