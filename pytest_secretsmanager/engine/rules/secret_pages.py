"""A page of the secrets of a region and account: those that match the request's filters, in an order.

Of many secrets it looks only at those of the page, or at those whose names match a filter.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from pytest_secretsmanager.engine.call import Call
from pytest_secretsmanager.engine.rules import paging
from pytest_secretsmanager.engine.rules.filters import beginnings_of_names, test_of
from pytest_secretsmanager.engine.state import Order, Secret, Secrets, SortKey

_SORT_KEYS: dict[str, Callable[[Secret], SortKey]] = {
    "created-date": lambda secret: (secret.created, secret.number),
    "last-accessed-date": lambda secret: (secret.accessed or 0.0, secret.number),
    "last-changed-date": lambda secret: (secret.changed, secret.number),
    "name": lambda secret: (secret.name,),
}
"""RECORDED: the oldest secret is first, even among those created at the same time."""

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
    matches, beginnings = test_of(filters), beginnings_of_names(filters)
    ordered = secrets.order(call.region, call.account)

    def matching(candidates: Iterable[Secret]) -> Iterator[Secret]:
        return (secret for secret in candidates if is_shown(secret) and matches(secret))

    if ordered is not None and order is not None and beginnings is None:
        return paging.page_of(
            lambda last: matching(ordered.after(order, last, descending=descending)),
            key,
            query,
            size=size,
            token=token,
        )
    if ordered is not None and beginnings is not None:
        candidates = ordered.named(beginnings)
    else:
        candidates = secrets.within(call.region, call.account)
    return paging.page(matching(candidates), key, query, size=size, token=token, descending=descending)
