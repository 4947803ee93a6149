"""The EventBridge events of what happened, and the handlers that a test subscribes to them."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, overload

from pytest_secretsmanager.controls.subscriptions import (
    Deliveries,
    EventHandler,
    HandlerError,
    Subscription,
    require_event_handler,
)
from pytest_secretsmanager.engine.checkpoints import Restore
from pytest_secretsmanager.engine.service import Service
from pytest_secretsmanager.inspection.event_patterns import matcher
from pytest_secretsmanager.inspection.eventbridge import events_of
from pytest_secretsmanager.inspection.keywords import known_keywords
from pytest_secretsmanager.inspection.log import Log, entries_of
from pytest_secretsmanager.inspection.wording import bounded

__tracebackhide__ = True

_ANYTHING: Mapping[str, object] = {"version": ["0"]}


class Events(Sequence[dict[str, Any]]):
    """The events that EventBridge would deliver, oldest first; `log.clear()` forgets those so far.

    `Secret Label Updated` comes from Secrets Manager itself, for each label but AWSPENDING and AWSPREVIOUS that comes
    to another version. `AWS API Call via CloudTrail` tells of each call that writes, refused ones too, and
    `AWS Service Event via CloudTrail` of what AWS does by itself, as RotationSucceeded; `detail` is the CloudTrail
    record. Calls that only read cause no event, and seeds cause none. No secret value is in an event.

    >>> _ = sm.client().create_secret(Name="db", SecretString="one")
    >>> [event["detail-type"] for event in sm.events]
    ['Secret Label Updated', 'AWS API Call via CloudTrail']
    >>> sm.events[0]["detail"]["labelUpdated"]
    'AWSCURRENT'
    """

    def __init__(self, service: Service, log: Log) -> None:
        self._entries = entries_of(log)
        self._deliveries = Deliveries(service, self._entries)

    @known_keywords(filter="write pattern={…}", rule="write pattern={…}", event_pattern="write pattern={…}")
    def subscribe(self, handler: EventHandler, pattern: Mapping[str, Any] | None = None) -> Subscription:
        """Calls `handler(event)` with each event from now on that matches, until the end of the test.

        `pattern` is an event pattern of EventBridge, with prefix, suffix, anything-but, numeric, exists, wildcard,
        equals-ignore-case, cidr and `$or`; None matches all. Raises UsageError for one that EventBridge would refuse.

        The handler runs once the call is committed and before it returns, in the caller's thread, and may call Secrets
        Manager itself. Events come in the order in which they happened, each to all handlers in the order of
        subscribing; what a handler causes comes after what is waiting already. A handler that raises fails the test at
        its end, and not the call. The `Subscription` ends with `unsubscribe()`, or as a context manager with its block.

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
        """The events, made anew at each look: nothing is kept beside the log."""
        return [event for entry in self._entries.visible for event in events_of(entry)]

    def __repr__(self) -> str:
        kinds = Counter(event["detail-type"] for event in self)
        counted = ", ".join(f"{count} {kind}" for kind, count in kinds.items())
        return f"<events: {counted or 'none'}>"

    # --- for the manager ---------------------------------------------------------------------------------------------

    def checkpoint(self) -> Restore:
        """A point to go back to, with the subscriptions that there are now."""
        return self._deliveries.checkpoint()

    @property
    def problems(self) -> Sequence[str]:
        """What handlers failed with, and no end has told of yet; of many the first ones."""
        return bounded(_lines(self._deliveries.problems))

    @contextmanager
    def all_handled(self) -> Iterator[None]:
        """Raise HandlerError at the end if a handler failed inside. An error from inside comes first, with a note."""
        before = tuple(self._deliveries.problems)
        try:
            yield
        except BaseException as error:
            self.require_handled(error, but_for=before)
            raise
        self.require_handled(None, but_for=before)

    def require_handled(self, error: BaseException | None, but_for: Sequence[HandlerError] = ()) -> None:
        """Raises HandlerError for handlers that failed, or notes it on the error that comes first; tells of each once.

        `but_for` has those of which another end will tell.
        """
        told = [problem for problem in self._deliveries.problems if not any(problem is other for other in but_for)]
        self._deliveries.problems[:] = but_for
        if not told:
            return
        text = "\n".join(bounded(_lines(told)))
        if error is None:
            raise HandlerError(text) from next((problem.__cause__ for problem in told if problem.__cause__), None)
        error.add_note(text)


def _lines(problems: Sequence[HandlerError]) -> list[str]:
    """A line for each different problem, with how often it came."""
    counted = Counter(map(str, problems))
    return [text if times == 1 else f"{text} ({times} times)" for text, times in counted.items()]
