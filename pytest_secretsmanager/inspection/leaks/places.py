"""The texts in which leaks are looked for: the logged request fields, and the objects that a test passes.

An object that does not print its content is refused: a search in it would pass for the wrong reason.
"""

import io
from collections.abc import Awaitable, Iterable, Iterator
from functools import cached_property, partial
from inspect import getattr_static
from logging import Handler, LogRecord
from pathlib import PurePath
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any

from pytest_secretsmanager.engine.errors import UsageError
from pytest_secretsmanager.inspection.leaks.texts import Text, has_parts, is_instance_of, printed, texts_in
from pytest_secretsmanager.inspection.log import Event

__tracebackhide__ = True

_WITH_TEXT = ("text", "content", "body", "data")
"""The attributes in which responses and similar objects keep their content."""


def texts_logged(events: Iterable[Event]) -> Iterator[tuple[str, Text]]:
    """The texts of all logged request fields, each with its place. Numbers, flags and names of members are left out."""
    for number, event in enumerate(events, start=1):
        for name, value in event.request.items():
            for text in _texts_of_field(value):
                yield f"{name} of {event.operation} (call {number})", text


def _texts_of_field(field: object) -> Iterator[Text]:
    left = [field]
    while left:
        value = left.pop()
        if isinstance(value, str | bytes):
            yield value
        elif isinstance(value, dict):
            left += reversed(value.values())
        elif isinstance(value, list | tuple):
            left += reversed(value)


# --- objects that a test passes --------------------------------------------------------------------------------------


def texts_given(given: Iterable[object]) -> Iterator[tuple[str, Text]]:
    """The texts of all these objects, each with its place: `text 1`, or of a list `text 1, item 3`.

    Raises UsageError for an object that does not print its content: a function, a response, an object that prints as
    `<…>`; and for None, True and False.
    """
    for number, value in enumerate(given, start=1):
        _require_output(value, f"text {number}")
        for name, item in _items_of(_read(value, f"text {number}"), f"text {number}"):
            for text in texts_in(item, partial(_require_printed, name)):
                yield name, text


def _items_of(value: object, place: str) -> Iterator[tuple[str, object]]:
    """The items of a list of lines or of log records; any other object as one item."""
    if (
        isinstance(value, list | tuple)
        and len(value) > 1
        and all(isinstance(i, str | bytes | LogRecord) for i in value)
    ):
        for number, item in enumerate(value, start=1):
            yield f"{place}, item {number}", item
    else:
        yield place, value


def _read(value: object, place: str) -> object:
    """The content of a file, the items of an iterable, or the object itself."""
    file = _file_of(value)
    if file is not None:
        return _content_of(file, place)
    is_iterated = isinstance(value, Iterable) and not isinstance(value, str | type) and not has_parts(value)
    if is_iterated and not _has_text(value):
        # A foreign iterable may print more than its items: a table iterates over the names of its columns.
        own = type(value).__module__ == "builtins"
        forms = [] if own else [text for text in printed(value) if not _is_bare(text)]
        value = [*value, *forms]  # type: ignore[misc] # it is an Iterable, see above
    _require_no_path(value, place)
    return value


def _file_of(value: object) -> Any:
    """The file, also inside the wrapper of a temporary file; None for any other object."""
    wrapped = vars(value).get("file") if is_instance_of(value, "tempfile", "_TemporaryFileWrapper") else value
    return wrapped if isinstance(wrapped, io.IOBase) and not has_parts(wrapped) else None


def _content_of(file: Any, place: str) -> object:
    """The content of a file, from its start if it can seek. Its position is restored."""
    try:
        if not file.seekable():
            return file.read()
        position = file.tell()
        try:
            file.seek(0)
            content = file.read()
        finally:
            file.seek(position)
    except (OSError, ValueError):
        content = None
    if content is None:
        raise UsageError(f"{place} is a stream that can't be read: pass the text that was written to it")
    return content


def _require_output(value: object, place: str) -> None:
    if value is None or isinstance(value, bool):
        giver = "a function without a return" if value is None else "a check"
        raise UsageError(f"{place} is {value}, the result of {giver}: pass its output")


def _require_no_path(value: object, place: str) -> None:
    paths = value if isinstance(value, list | tuple | set) else [value]
    if paths and all(isinstance(path, PurePath) for path in paths):
        raise UsageError(f"{place} is a path: read the file first ({next(iter(paths))})")


# --- objects that don't print their content ---------------------------------------------------------------------------


def _require_printed(place: str, value: object) -> None:
    texts = [*printed(value)]
    if not texts or all(map(_is_bare, texts)) or _has_text(value):
        name = type(value).__name__
        kind = f"the class {value.__name__}" if isinstance(value, type) else f"an object of type {name}"
        raise UsageError(f"{place} has {kind}, which does not print its content: {_advice(value)}")


def _is_bare(text: str) -> bool:
    """Whether a printed text has angle brackets, and so describes an object without its content."""
    return text.startswith("<") and text.rstrip().endswith(">")


def _has_text(value: object) -> bool:
    """Whether an object has an attribute for its content, as responses do. No code of the object runs."""
    return any(isinstance(getattr_static(type(value), name, None), property | cached_property) for name in _WITH_TEXT)


def _advice(value: object) -> str:
    if is_instance_of(value, "pytest", "CaptureFixture"):
        return "pass capsys.readouterr(), or that of capfd"
    if isinstance(value, type):
        return "pass the text of one of its objects"
    if isinstance(value, FunctionType | BuiltinFunctionType | MethodType):
        return "call it, and pass the result"
    if isinstance(value, Awaitable):
        return "await it, and pass the result"
    if isinstance(value, Handler):
        return "pass caplog, or the logged text"
    for name in _WITH_TEXT:
        if getattr_static(value, name, None) is not None:
            return f"pass its .{name}, as in response.{name}"
    if isinstance(value, io.IOBase):
        return "pass the text that was written to it"
    if isinstance(value, Iterable):
        return "pass a list of it"
    return "pass the text that is printed, logged or sent, or str(…) if that shows all of it"
