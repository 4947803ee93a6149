"""Delivery of events to handlers: in the order of the log, one at a time, with no lock held."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from threading import get_ident
from types import TracebackType
from typing import Any, Self, TypeAlias, cast

from pytest_secretsmanager.controls.handler_problems import HandlerError, HandlerProblems
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
"""The longest chain of events: handlers cause events, for which handlers cause the next ones."""

MOST_CAUSED = 10_000
"""The largest number of events in a chain. If each event causes two more, the chain stays short and gets wide."""


@dataclass(frozen=True, slots=True, eq=False)
class Subscriber:
    """A handler and the events that it gets: those that match, from the place `first` in the log on."""

    handler: EventHandler
    matches: Matches
    first: int


class Subscription:
    """A handler that is called with each event that matches its pattern, until `unsubscribe()`.

    As a context manager it is unsubscribed at the end of the block.
    """

    def __init__(self, subscriber: Subscriber, end: Callable[[Subscriber], None]) -> None:
        self._subscriber = subscriber
        self._end = end

    def unsubscribe(self) -> None:
        """Stop calling the handler. Idempotent."""
        self._end(self._subscriber)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.unsubscribe()

    def __repr__(self) -> str:
        return f"<subscription of {name_of(self._subscriber.handler)}>"


class Deliveries:
    """The subscribers of one manager, and the failures of their handlers.

    One thread delivers at a time. An event that a handler or another thread causes meanwhile waits, and the same thread
    delivers it next. So handlers get events in the order of the log.
    """

    def __init__(self, service: Service, entries: Entries) -> None:
        self.subscribers: list[Subscriber] = []
        self.problems = HandlerProblems()
        self._service = service
        self._watching = service.watching(self._deliver, self._deliver)
        self._entries = entries
        self._position = 0
        self._thread: int | None = None
        self._has_caused_more = False

    def add(self, handler: EventHandler, matches: Matches) -> Subscription:
        """Subscribe a handler to the events of calls that are logged from now on."""
        with self._service.lock:
            subscriber = Subscriber(handler, matches, self._entries.position)
            if not self.subscribers:
                self._position = subscriber.first
                self._watching.begin()
            self.subscribers.append(subscriber)
        return Subscription(subscriber, self._remove)

    def _remove(self, subscriber: Subscriber) -> None:
        with self._service.lock:
            if subscriber in self.subscribers:
                self.subscribers.remove(subscriber)
                if not self.subscribers:
                    self._watching.end()

    def checkpoint(self) -> Restore:
        """Return a function that restores the present subscribers. The service restores its watchers itself."""
        subscribers, position = self.subscribers.copy(), self._position

        def restore() -> None:
            self.subscribers[:] = subscribers
            self._position = position

        return restore

    # --- delivering --------------------------------------------------------------------------------------------------

    def _deliver(self, *_: object) -> None:
        """Deliver the events of new log entries. A delivery that is under way in this thread delivers them too."""
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
            if position >= end:  # from here on, events that handlers have caused
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
        """Return the next log entry to deliver. If none exists, end the delivery of this thread.

        Under the lock: only committed entries are found, and none is added between the look and the end.
        """
        with self._service.lock:
            found = self._entries.next_from(self._position)
            if found is None:
                self._thread = None
            else:
                self._position = found[0] + 1
            return found

    def _hand_over(self, event: Delivered, position: int) -> None:
        for subscriber in tuple(self.subscribers):
            is_meant = position >= subscriber.first and subscriber in self.subscribers
            if is_meant and subscriber.matches(event):
                self._call(subscriber.handler, cast("Delivered", copied(event)))

    def _call(self, handler: EventHandler, event: Delivered) -> None:
        """Call a handler, and keep its failure: the call that caused the event is not at fault.

        An error that is not an Exception, such as KeyboardInterrupt or `pytest.fail`, is raised to that call.
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
            self.problems.all.append(problem)
            return
        if inspect.iscoroutine(result):
            result.close()
            self.problems.all.append(
                HandlerError(f"the handler {name_of(handler)} returned a coroutine, which is not awaited; {_PLAIN}")
            )

    def _break_off(self, entry: Entry, rounds: int) -> None:
        """End an endless loop: drop the events that wait. This problem comes first, since a report may be cut."""
        with self._service.lock:
            self._position = self._entries.position
            handlers = ", ".join(name_of(subscriber.handler) for subscriber in self.subscribers[:3])
        self.problems.all.insert(
            0,
            HandlerError(
                f"the calls of a handler ({handlers}) caused events for handlers {rounds} times in a row, up to "
                f"{entry.operation}, so delivery was broken off: give it a pattern that does not match what the "
                "handler itself causes"
            ),
        )


def _forget_refusal(error: BaseException) -> None:
    """Remove the refusal of the call that caused the event: Python made it the context of the handler's error."""
    seen: set[int] = set()
    while (before := error.__cause__ or error.__context__) is not None and id(before) not in seen:
        if isinstance(before, ServiceError):
            error.__context__ = None
            return
        seen.add(id(before))
        error = before


def event_text(event: Delivered) -> str:
    """A short text that names an event."""
    detail = event["detail"]
    what = detail.get("eventName") or f"{detail['labelUpdated']} of secret {detail['name']!r}"
    return f"{event['detail-type']!r} ({what})"


_PLAIN = (
    "a handler is a plain function: asyncio.run(…) inside it runs a coroutine, and in an async test "
    "asyncio.ensure_future(…) starts one"
)


def name_of(handler: object) -> str:
    """The name of a handler, cut to a length; the name of its type for an object without one."""
    name = str(getattr(handler, "__qualname__", type(handler).__qualname__))
    return name.rpartition("<locals>.")[2][-60:]


def require_event_handler(handler: object) -> None:
    """Raise UsageError for a handler that can't be called with an event."""
    if not callable(handler) or inspect.isclass(handler):
        kind = f"the class {handler.__name__}" if inspect.isclass(handler) else type(handler).__name__
        raise UsageError(f"a handler of events is called as handler(event); {kind} can't be")
    if any(map(inspect.iscoroutinefunction, (handler, type(handler).__call__))):
        raise UsageError(f"{name_of(handler)} is a coroutine function, which is not awaited; {_PLAIN}")
    try:
        signature = inspect.signature(handler)
    except ValueError:
        return  # a function of C without a signature
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
