"""Every text inside what a program prints, logs or sends: containers, log records, exceptions, mocks, streams."""

import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from logging import Formatter, LogRecord
from types import FunctionType, MethodType
from typing import TypeAlias

__tracebackhide__ = True

Text: TypeAlias = str | bytes


def texts_in(value: object, require_told: Callable[[object], None] = lambda _: None) -> Iterator[Text]:
    """Every text inside a request field, or inside anything else that is printed or logged.

    Lists and dicts, log records, exceptions, mocks and streams in memory are looked into; of all else what is printed
    of it is read, so that nothing is used up. `require_told` raises for what stands in plain containers and tells
    nothing when it is printed; what a program kept in a record, an exception or a mock is not asked.
    """
    left: list[tuple[object, bool]] = [(value, True)]
    seen: dict[int, object] = {}  # kept, so that nothing else gets the id of one that was seen
    while left:
        value, is_given = left.pop()
        if type(value) is str or type(value) is bytes:
            yield value
            continue
        if id(value) in seen:
            continue
        seen[id(value)] = value
        parts = _parts_of(value)
        if parts is None and isinstance(value, str | bytes):
            yield value
        elif parts is None:
            if is_given:
                require_told(value)
            yield from printed(value)
        else:
            is_given = is_given and is_container(value)
            left += [(part, is_given) for part in reversed([*parts])]


def printed(value: object) -> Iterator[str]:
    """A value as it is printed by itself, and inside of others. What can't be printed tells nothing."""
    for form in (str, repr):
        with suppress(Exception):
            yield form(value)


def is_container(value: object) -> bool:
    """Whether a value is a plain container, which holds what a test or a program put into it."""
    kinds = (Mapping, list, tuple, set, frozenset, deque)
    return isinstance(value, kinds) and not is_mock(value) and not is_of_kind(value, "unittest.mock", "_Call")


def is_looked_into(value: object) -> bool:
    """Whether more is read of a value than what is printed of it."""
    return isinstance(value, str | bytes) or _parts_of(value) is not None


def _parts_of(value: object) -> Iterable[object] | None:
    """What a value is made of, as far as it is looked into; None for what is looked at as its text."""
    if is_mock(value):  # first, since it may pass for anything
        calls = value.mock_calls  # type: ignore[attr-defined]
        return [*printed(calls), calls]
    if isinstance(value, Mapping):
        return [part for item in value.items() for part in item]
    if isinstance(value, list | tuple | set | frozenset | deque):
        return value
    if isinstance(value, bytearray | memoryview):
        return [bytes(value)]
    if isinstance(value, LogRecord):
        return _of_record(value)
    if isinstance(value, BaseException):
        return _of_exception(value)
    if is_of_kind(value, "pytest", "ExceptionInfo"):
        return [value.value]  # type: ignore[attr-defined]
    if is_of_kind(value, "pytest", "LogCaptureFixture"):
        return [value.text, value.records]  # type: ignore[attr-defined]
    return [value.getvalue()] if is_stream_in_memory(value) else None  # type: ignore[attr-defined]


def _of_record(record: LogRecord) -> Iterator[object]:
    yield record.getMessage()
    yield Formatter().formatException(record.exc_info) if record.exc_info else record.exc_text or ""
    yield record.stack_info or ""
    yield from (item for name, item in vars(record).items() if name not in _OF_EVERY_RECORD)


_OF_EVERY_RECORD = frozenset(vars(LogRecord("", 0, "", 0, "", (), None)))
"""What a log record has by itself; all else was given as `extra`."""


def _of_exception(error: BaseException) -> Iterator[object]:
    """With its notes, all that it came from, and those that it groups."""
    yield from printed(error)
    yield from getattr(error, "__notes__", ())
    yield from (other for other in (error.__cause__, error.__context__) if other is not None)
    if isinstance(error, BaseExceptionGroup):
        yield from error.exceptions


def is_stream_in_memory(value: object) -> bool:
    # Of its type: many an object has every attribute that it is asked for.
    return callable(getattr(type(value), "getvalue", None)) and not getattr(value, "closed", False)


def is_mock(value: object) -> bool:
    # The mock of a function's signature is a function, and holds the mock itself; that of a method is bound.
    function = value.__func__ if isinstance(value, MethodType) else value
    inner = getattr(function, "mock", None) if isinstance(function, FunctionType) else function
    return is_of_kind(inner, "unittest.mock", "NonCallableMock")


def is_of_kind(value: object, module: str, kind: str) -> bool:
    """Whether a value is of a class in a module that somebody else may have imported."""
    imported = sys.modules.get(module)
    return imported is not None and isinstance(value, getattr(imported, kind))
