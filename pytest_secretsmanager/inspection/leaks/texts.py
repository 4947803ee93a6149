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
    return (part for _, part in parts_of_record(record))


def parts_of_record(record: LogRecord) -> Iterator[tuple[str, object]]:
    """The parts of a log record. Each extra has its name; message, arguments, traceback and stack have none."""
    yield from (("", part) for part in _message_of(record))
    yield "", record.args
    yield "", Formatter().formatException(record.exc_info) if record.exc_info else record.exc_text or ""
    yield "", record.stack_info or ""
    yield from (item for item in vars(record).items() if item[0] not in _OF_EVERY_RECORD)


def _message_of(record: LogRecord) -> Iterator[object]:
    """The message of a log record; as it was given if it is an object, or if it can't be formatted."""
    if not isinstance(record.msg, str):
        yield record.msg
    try:
        yield record.getMessage()
    except Exception:
        yield record.msg


_OF_EVERY_RECORD = frozenset({*vars(LogRecord("", 0, "", 0, "", (), None)), "message", "asctime"})
"""The attributes of every log record, and those that a formatter adds; others come from `extra`."""


def _of_exception(error: BaseException) -> Iterator[object]:
    yield from texts_of_exception(error)
    yield from _others_of(error)


def texts_of_exception(error: BaseException) -> Iterator[object]:
    """The message, the arguments and the notes of an exception."""
    yield from printed(error)
    yield error.args
    yield from getattr(error, "__notes__", ())


def chain_of(error: BaseException) -> list[BaseException]:
    """The exception, its causes and contexts, and the exceptions that they group, each once."""
    chain, left, seen = [], [error], set()
    while left:
        one = left.pop(0)
        if id(one) not in seen:
            seen.add(id(one))
            chain.append(one)
            left += _others_of(one)
    return chain


def _others_of(error: BaseException) -> list[BaseException]:
    others = [other for other in (error.__cause__, error.__context__) if other is not None]
    return [*others, *error.exceptions] if isinstance(error, BaseExceptionGroup) else others


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
