"""Every text inside what a program prints, logs or sends: containers, log records, exceptions, mocks, streams."""

import sys
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from logging import Formatter, LogRecord
from pathlib import PurePath
from types import FunctionType, MethodType

from pytest_secretsmanager.engine.errors import UsageError

__tracebackhide__ = True
"""pytest leaves the frames of this module out: they say nothing to a test's reader, and may hold secret values."""


def texts_in(value: object) -> Iterator[str]:
    """Every text inside a request field, or inside anything else that is printed or logged.

    Only what is given itself is iterated, whatever it is. Inside of it, lists and dicts, log records, exceptions, mocks
    and streams in memory are looked into; of all else what is printed of it is read, so that nothing is used up.
    """
    if isinstance(value, Iterable) and not isinstance(value, str) and _parts_of(value) is None:
        value = list(value)
    paths = value if isinstance(value, list | tuple | set) else [value]
    if paths and all(isinstance(path, PurePath) for path in paths):
        raise UsageError(f"a path is no text to look for secret values in: read the file first ({next(iter(paths))})")
    return _texts_in(value, {})


def _texts_in(value: object, seen: dict[int, object]) -> Iterator[str]:
    if id(value) in seen:
        return
    seen[id(value)] = value  # kept, so that nothing else gets its id
    parts = _parts_of(value)
    if parts is not None:
        for part in parts:
            yield from _texts_in(part, seen)
    elif isinstance(value, str):
        yield value
    else:
        yield from _printed(value)


def _printed(value: object) -> Iterator[str]:
    """A value as it is printed by itself, and inside of others. What can't be printed tells nothing."""
    for form in (str, repr):
        with suppress(Exception):
            yield form(value)


def _parts_of(value: object) -> Iterable[object] | None:
    """What a value is made of, as far as it is looked into; None for a text, and for what is looked at as its text."""
    if _is_mock(value):  # first, since it may pass for anything
        calls = value.mock_calls  # type: ignore[attr-defined]
        return [*_printed(calls), calls]
    if isinstance(value, Mapping):
        return [part for item in value.items() for part in item]
    if isinstance(value, list | tuple | set | frozenset | deque):
        return value
    if isinstance(value, bytes | bytearray | memoryview):
        # Byte by byte, where any byte string can be found, and as the text that it may be.
        return [bytes(value).decode("latin-1"), bytes(value).decode(errors="replace")]
    if isinstance(value, LogRecord):
        return _of_record(value)
    if isinstance(value, BaseException):
        return _of_exception(value)
    if _is_of_kind(value, "pytest", "ExceptionInfo"):
        return [value.value]  # type: ignore[attr-defined]
    return [value.getvalue()] if _is_stream_in_memory(value) else None  # type: ignore[attr-defined]


def _of_record(record: LogRecord) -> Iterator[object]:
    yield record.getMessage()
    yield Formatter().formatException(record.exc_info) if record.exc_info else record.exc_text or ""
    yield record.stack_info or ""
    yield from (item for name, item in vars(record).items() if name not in _OF_EVERY_RECORD)


_OF_EVERY_RECORD = frozenset(vars(LogRecord("", 0, "", 0, "", (), None)))
"""What a log record has by itself; all else was given as `extra`."""


def _of_exception(error: BaseException) -> Iterator[object]:
    """With its notes, all that it came from, and those that it groups."""
    yield from _printed(error)
    yield from getattr(error, "__notes__", ())
    yield from (other for other in (error.__cause__, error.__context__) if other is not None)
    if isinstance(error, BaseExceptionGroup):
        yield from error.exceptions


def _is_stream_in_memory(value: object) -> bool:
    # Of its type: many an object has every attribute that it is asked for.
    return callable(getattr(type(value), "getvalue", None)) and not getattr(value, "closed", False)


def _is_mock(value: object) -> bool:
    # The mock of a function's signature is a function, and holds the mock itself; that of a method is bound.
    function = value.__func__ if isinstance(value, MethodType) else value
    inner = getattr(function, "mock", None) if isinstance(function, FunctionType) else function
    return _is_of_kind(inner, "unittest.mock", "NonCallableMock")


def _is_of_kind(value: object, module: str, kind: str) -> bool:
    """Whether a value is of a class in a module that somebody else may have imported."""
    imported = sys.modules.get(module)
    return imported is not None and isinstance(value, getattr(imported, kind))
