"""Handlers of events, and how events come to them: in the order of the log, one at a time, with no lock held."""

import inspect
from collections.abc import Callable
from threading import get_ident
from types import TracebackType
from typing import Any, Self, TypeAlias, cast

from pytest_secretsmanager.engine.call import copied
from pytest_secretsmanager.engine.checkpoints import Restore
from pytest_secretsmanager.engine.errors import ServiceError, UsageError
from pytest_secretsmanager.engine.interrupts import whole
from pytest_secretsmanager.engine.layers.audit import Entry
from pytest_secretsmanager.engine.service import Service
from pytest_secretsmanager.engine.tracebacks import take_out_own_frames
from pytest_secretsmanager.inspection.entries import Entries
from pytest_secretsmanager.inspection.event_patterns import Matches
from pytest_secretsmanager.inspection.eventbridge import Delivered, events_of
from pytest_secretsmanager.inspection.rotation_texts import last_line_of

__tracebackhide__ = True

EventHandler: TypeAlias = Callable[[dict[str, Any]], object]

LONGEST_CHAIN = 100
"""How many times in a row the events that handlers cause may cause handlers to cause more."""

MOST_CAUSED = 10_000
"""How many events of such a row are delivered at most: where each event causes two more, the row never gets long."""


class HandlerError(AssertionError):
    """A handler that the test has subscribed to events has failed."""


class Subscription:
    """A handler that is called with each event that matches its pattern, until `unsubscribe()`.

    As a context manager it is unsubscribed at the end of the block.
    """

    def __init__(
        self, handler: EventHandler, matches: Matches, first: int, end: Callable[["Subscription"], None]
    ) -> None:
        self.handler = handler
        self.matches = matches
        self.first = first
        """The place in the log from which on events come to it."""
        self._end = end

    def unsubscribe(self) -> None:
        """Calls the handler no more. Once more does nothing."""
        self._end(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.unsubscribe()

    def __repr__(self) -> str:
        return f"<subscription of {name_of(self.handler)}>"


class Deliveries:
    """The subscriptions of one manager, and what its handlers failed with.

    One thread delivers at a time. What comes meanwhile waits, be it caused by a handler or by another thread, and is
    delivered next by the thread that delivers already: so handlers see events in the order of the log.
    """

    def __init__(self, service: Service, entries: Entries) -> None:
        self.subscriptions: list[Subscription] = []
        self.problems: list[HandlerError] = []
        self._service = service
        self._entries = entries
        self._position = 0
        self._thread: int | None = None
        self._has_caused_more = False

    def add(self, handler: EventHandler, matches: Matches) -> Subscription:
        """Subscribes a handler to the events of all that is logged from now on."""
        with self._service.lock:
            subscription = Subscription(handler, matches, self._entries.position, self._remove)
            if not self.subscriptions:
                self._position = subscription.first
                self._service.watchers.append(self._deliver)
                self._service.listeners.append(self._deliver)
            self.subscriptions.append(subscription)
        return subscription

    def _remove(self, subscription: Subscription) -> None:
        with self._service.lock:
            if subscription in self.subscriptions:
                self.subscriptions.remove(subscription)
                if not self.subscriptions:
                    self._service.watchers.remove(self._deliver)
                    self._service.listeners.remove(self._deliver)

    def checkpoint(self) -> Restore:
        """A point to go back to, with the subscriptions that there are now; the service's watchers go back with it."""
        subscriptions, position = self.subscriptions.copy(), self._position

        def restore() -> None:
            self.subscriptions[:] = subscriptions
            self._position = position

        return restore

    # --- delivering --------------------------------------------------------------------------------------------------

    def _deliver(self, *_: object) -> None:
        """Delivers what has been logged since, unless a delivery is under way, which then delivers this too."""
        if self._thread == get_ident():
            self._has_caused_more = True
        else:
            whole(self._begin, self._deliver_all, self._end)

    def _begin(self) -> None:
        with self._service.lock:
            if self._thread is None:
                self._thread = get_ident()

    def _end(self) -> None:
        with self._service.lock:
            if self._thread == get_ident():
                self._thread = None

    def _deliver_all(self) -> None:
        rounds, end, caused = 0, 0, 0
        self._has_caused_more = False
        while self._thread == get_ident() and (found := self._next()) is not None:
            position, entry = found
            if position >= end:  # what handlers have caused up to here begins
                rounds = rounds + 1 if self._has_caused_more else 0
                end, self._has_caused_more = self._entries.position, False
            events = tuple(events_of(entry))
            caused = caused + len(events) if rounds else 0
            if rounds == LONGEST_CHAIN or caused > MOST_CAUSED:
                self._break_off(entry, rounds)
                return
            for event in events:
                self._hand_over(event, position)

    def _next(self) -> tuple[int, Entry] | None:
        """What is to be delivered next; when there is nothing, this thread delivers no more.

        Under the lock, so that only what is committed is found, and nothing comes between the look and the end.
        """
        with self._service.lock:
            position = self._position
            entry = self._entries.at(position)
            if entry is None:
                self._thread = None
                return None
            self._position = position + 1
            return position, entry

    def _hand_over(self, event: Delivered, position: int) -> None:
        for subscription in tuple(self.subscriptions):
            is_meant = position >= subscription.first and subscription in self.subscriptions
            if is_meant and subscription.matches(event):
                self._call(subscription.handler, cast("Delivered", copied(event)))

    def _call(self, handler: EventHandler, event: Delivered) -> None:
        """Calls a handler, and keeps what it fails with: whoever made the call that caused the event did nothing wrong.

        What is no Exception, as an interrupt or `pytest.fail`, goes on to that caller.
        """
        described = event_text(event)
        try:
            result = handler(event)
        except (Exception, SystemExit) as error:
            take_out_own_frames(error)
            _forget_refusal(error)
            where = last_line_of(error.__traceback__)
            problem = HandlerError(
                f"the handler {name_of(handler)} failed with {type(error).__name__}{where}, called with {described}"
            )
            problem.__cause__ = error
            self.problems.append(problem)
            return
        if inspect.iscoroutine(result):
            result.close()
            self.problems.append(
                HandlerError(f"the handler {name_of(handler)} gave a coroutine, which is not awaited; {_PLAIN}")
            )

    def _break_off(self, entry: Entry, rounds: int) -> None:
        """Ends an endless loop: what is left is not delivered. Its problem comes first, since a report may be cut."""
        with self._service.lock:
            self._position = self._entries.position
            handlers = ", ".join(name_of(subscription.handler) for subscription in self.subscriptions[:3])
        self.problems.insert(
            0,
            HandlerError(
                f"the calls of a handler ({handlers}) caused events for handlers {rounds} times in a row, up to "
                f"{entry.operation}, so delivery was broken off: give it a pattern that does not match what the "
                "handler itself causes"
            ),
        )


def _forget_refusal(error: BaseException) -> None:
    """Cuts off the refusal of the call that caused the event: Python takes it for the origin of a handler's error."""
    seen: set[int] = set()
    while (before := error.__cause__ or error.__context__) is not None and id(before) not in seen:
        if isinstance(before, ServiceError):
            error.__context__ = None
            return
        seen.add(id(before))
        error = before


def event_text(event: Delivered) -> str:
    """Which event it is, in a few words."""
    detail = event["detail"]
    what = detail.get("eventName") or f"{detail['labelUpdated']} of secret {detail['name']!r}"
    return f"{event['detail-type']!r} ({what})"


_PLAIN = (
    "a handler is a plain function: asyncio.run(…) inside it runs a coroutine, and in an async test "
    "asyncio.ensure_future(…) starts one"
)


def name_of(handler: object) -> str:
    """The name of a handler, within bounds; of an object that has none the name of its type."""
    name = str(getattr(handler, "__qualname__", type(handler).__qualname__))
    return name.rpartition("<locals>.")[2][-60:]


def require_event_handler(handler: object) -> None:
    """Refuses what can't be called with an event."""
    if not callable(handler) or inspect.isclass(handler):
        kind = f"the class {handler.__name__}" if inspect.isclass(handler) else type(handler).__name__
        raise UsageError(f"a handler of events is called as handler(event); {kind} can't be")
    if any(map(inspect.iscoroutinefunction, (handler, type(handler).__call__))):
        raise UsageError(f"{name_of(handler)} is a coroutine function, which is not awaited; {_PLAIN}")
    try:
        signature = inspect.signature(handler)
    except ValueError:
        return  # a function of C that does not tell its parameters
    if _takes(signature, {}):
        return
    name = name_of(handler)
    if _takes(signature):
        raise UsageError(
            f"a handler of events is called as handler(event), and {name} takes no event: write lambda _: {name}()"
        )
    raise UsageError(
        f"a handler of events is called as handler(event), and {name} takes other arguments: for a Lambda handler "
        f"write lambda event: {name}(event, None)"
    )


def _takes(signature: inspect.Signature, *arguments: object) -> bool:
    try:
        signature.bind(*arguments)
    except TypeError:
        return False
    return True
