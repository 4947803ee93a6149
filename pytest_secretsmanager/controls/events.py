"""The EventBridge events of a manager, and the handlers that a test subscribes to them."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, overload

from pytest_secretsmanager.controls.subscriptions import Deliveries, EventHandler, Subscription, require_event_handler
from pytest_secretsmanager.inspection.event_patterns import matcher
from pytest_secretsmanager.inspection.eventbridge import events_of
from pytest_secretsmanager.inspection.keywords import known_keywords
from pytest_secretsmanager.inspection.log import Log, entries_of

__tracebackhide__ = True

_ANYTHING: Mapping[str, object] = {"version": ["0"]}


class Events(Sequence[dict[str, Any]]):
    """The events that EventBridge would deliver, oldest first; `log.clear()` forgets those so far.

    `Secret Label Updated` comes from Secrets Manager itself: a label moved to another version. AWSPENDING and
    AWSPREVIOUS cause no such event. `AWS API Call via CloudTrail` reports each call that writes, refused ones too.
    `AWS Service Event via CloudTrail` reports AWS's own actions, such as RotationSucceeded. The `detail` of both is the
    CloudTrail record. Calls that only read, and seeds, cause no event. No event has a secret value.

    >>> _ = sm.client().create_secret(Name="db", SecretString="one")
    >>> [event["detail-type"] for event in sm.events]
    ['Secret Label Updated', 'AWS API Call via CloudTrail']
    >>> sm.events[0]["detail"]["labelUpdated"]
    'AWSCURRENT'
    """

    def __init__(self, deliveries: Deliveries, log: Log) -> None:
        self._entries = entries_of(log)
        self._deliveries = deliveries

    @known_keywords(filter="write pattern={…}", rule="write pattern={…}", event_pattern="write pattern={…}")
    def subscribe(self, handler: EventHandler, pattern: Mapping[str, Any] | None = None) -> Subscription:
        """Call `handler(event)` with each later event that matches, until the end of the test.

        `pattern` is an event pattern of EventBridge, with prefix, suffix, anything-but, numeric, exists, wildcard,
        equals-ignore-case, cidr and `$or`; None matches all. Raises UsageError for a pattern that EventBridge would
        refuse, and for a handler that can't be called with an event.

        The handler runs after the call is committed and before it returns, in the caller's thread. It may call Secrets
        Manager. Handlers get events in the order in which they happened, and each event in the order of subscribing.
        Events that a handler causes come after those that wait already. A handler that raises fails the test at its
        end, and not the call. The `Subscription` ends with `unsubscribe()`, or, as a context manager, with its block.

        >>> _ = sm.seed("db", "one")
        >>> moved = []
        >>> rule = {"detail-type": ["Secret Label Updated"], "detail": {"labelUpdated": ["AWSCURRENT"]}}
        >>> with sm.events.subscribe(moved.append, pattern=rule):
        ...     _ = sm.client().put_secret_value(SecretId="db", SecretString="two")
        >>> [event["detail"]["name"] for event in moved]
        ['db']
        """
        require_event_handler(handler)
        return self._deliveries.add(handler, matcher(_ANYTHING if pattern is None else pattern))

    def matching(self, pattern: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The events so far that match an event pattern of EventBridge. Raises UsageError as `subscribe` does.

        >>> _ = sm.client().create_secret(Name="db", SecretString="one")
        >>> [event["detail"]["eventName"] for event in sm.events.matching({"detail": {"eventName": [{"prefix": "C"}]}})]
        ['CreateSecret']
        """
        matches = matcher(pattern)
        return [event for event in self if matches(event)]

    @overload
    def __getitem__(self, index: int) -> dict[str, Any]: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[dict[str, Any]]: ...

    def __getitem__(self, index: int | slice) -> dict[str, Any] | Sequence[dict[str, Any]]:
        return self._all()[index]

    def __len__(self) -> int:
        return len(self._all())

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self._all())

    def _all(self) -> list[dict[str, Any]]:
        """The events, made from the log at each look."""
        return [event for entry in self._entries.visible for event in events_of(entry)]

    def __repr__(self) -> str:
        kinds = Counter(event["detail-type"] for event in self)
        counted = ", ".join(f"{count} {kind}" for kind, count in kinds.items())
        return f"<events: {counted or 'none'}>"
