"""Every text inside an object: in containers, log records, exceptions, mocks and streams."""

import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from logging import Formatter, LogRecord
from types import FunctionType, MethodType
from typing import TypeAlias

__tracebackhide__ = True

Text: TypeAlias = str | bytes


def texts_in(value: object, require_printed: Callable[[object], None] = lambda _: None) -> Iterator[Text]:
    """Every text inside an object.

    Containers, log records, exceptions, mocks and streams in memory are searched. Other objects are read by `str()` and
    `repr()`; iterators are not consumed. `require_printed` is called with each of these other objects, unless
    it is inside a log record, an exception or a mock; it raises for an object that does not print its content.
    """
    left: list[tuple[object, bool]] = [(value, True)]
    seen: dict[int, object] = {}  # keeps the objects alive, so that no other object gets their ids
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
                require_printed(value)
            yield from printed(value)
        else:
            is_given = is_given and is_container(value)
            left += [(part, is_given) for part in reversed([*parts])]


def printed(value: object) -> Iterator[str]:
    """The `str()` and `repr()` of an object. One that raises is left out."""
    for form in (str, repr):
        with suppress(Exception):
            yield form(value)


def is_container(value: object) -> bool:
    """Whether a value is a plain container."""
    kinds = (Mapping, list, tuple, set, frozenset, deque)
    return isinstance(value, kinds) and not is_mock(value) and not is_instance_of(value, "unittest.mock", "_Call")


def has_parts(value: object) -> bool:
    """Whether more is read of a value than its `str()` and `repr()`."""
    return isinstance(value, str | bytes) or _parts_of(value) is not None


def _parts_of(value: object) -> Iterable[object] | None:
    """The parts of a value; None if it is read by `str()` and `repr()`."""
    if is_mock(value):  # first, since a mock may pass for any other type
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
    if is_instance_of(value, "pytest", "ExceptionInfo"):
        return [value.value]  # type: ignore[attr-defined]
    if is_instance_of(value, "pytest", "LogCaptureFixture"):
        return [value.text, value.records]  # type: ignore[attr-defined]
    return [value.getvalue()] if is_stream_in_memory(value) else None  # type: ignore[attr-defined]


def _of_record(record: LogRecord) -> Iterator[object]:
    yield from _message_of(record)
    yield record.args
    yield Formatter().formatException(record.exc_info) if record.exc_info else record.exc_text or ""
    yield record.stack_info or ""
    yield from (item for name, item in vars(record).items() if name not in _OF_EVERY_RECORD)


def _message_of(record: LogRecord) -> Iterator[object]:
    """The message of a log record; its raw text, which may be an object, if it can't be formatted."""
    try:
        yield record.getMessage()
    except Exception:
        yield record.msg
    if not isinstance(record.msg, str):
        yield record.msg


_OF_EVERY_RECORD = frozenset(vars(LogRecord("", 0, "", 0, "", (), None)))
"""The attributes of every log record; others come from `extra`."""


def _of_exception(error: BaseException) -> Iterator[object]:
    """The exception with its notes, its causes, and the exceptions that it groups."""
    yield from printed(error)
    yield error.args
    yield from getattr(error, "__notes__", ())
    yield from (other for other in (error.__cause__, error.__context__) if other is not None)
    if isinstance(error, BaseExceptionGroup):
        yield from error.exceptions


def is_stream_in_memory(value: object) -> bool:
    # Asks the type: some objects have every attribute.
    return callable(getattr(type(value), "getvalue", None)) and not getattr(value, "closed", False)


def is_mock(value: object) -> bool:
    # An autospecced function is a function with the mock in its attribute; an autospecced method is bound.
    function = value.__func__ if isinstance(value, MethodType) else value
    inner = getattr(function, "mock", None) if isinstance(function, FunctionType) else function
    return is_instance_of(inner, "unittest.mock", "NonCallableMock")


def is_instance_of(value: object, module: str, kind: str) -> bool:
    """Whether a value is an instance of a class in a module that may not be imported."""
    imported = sys.modules.get(module)
    return imported is not None and isinstance(value, getattr(imported, kind))
