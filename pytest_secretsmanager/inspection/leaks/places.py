"""What a test hands over to be looked through: its texts, and a refusal of all that does not print what it holds."""

import io
from collections.abc import Awaitable, Iterable, Iterator
from functools import cached_property, partial
from inspect import getattr_static
from logging import Handler, LogRecord
from pathlib import PurePath
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any

from pytest_secretsmanager.engine.errors import UsageError
from pytest_secretsmanager.inspection.leaks.texts import (
    Text,
    is_looked_into,
    is_of_kind,
    printed,
    texts_in,
)

__tracebackhide__ = True

_WITH_TEXT = ("text", "content", "body", "data")
"""Where responses and the like keep what they hold."""


def texts_handed_over(given: Iterable[object]) -> Iterator[tuple[str, Text]]:
    """The texts of everything that is given, each with where it stands: `text 1`, or among several `text 1, item 3`.

    Raises UsageError for what does not print what it holds: a function, a response, an object that prints as `<…>`; and
    for None, True and False.
    """
    for number, value in enumerate(given, start=1):
        _require_output(value, f"text {number}")
        for place, item in _items_of(_read(value, f"text {number}"), f"text {number}"):
            for text in texts_in(item, partial(_require_printed, place)):
                yield place, text


def _items_of(value: object, place: str) -> Iterator[tuple[str, object]]:
    """The items of a list of lines or of log records; anything else by itself."""
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
    """What is given itself: files are read, and what else gives items is iterated."""
    file = _file_of(value)
    if file is not None:
        return _content_of(file, place)
    is_iterated = isinstance(value, Iterable) and not isinstance(value, str | type) and not is_looked_into(value)
    if is_iterated and not _has_text(value):
        # An iterable of somebody else's may print more than its items: of a table they are the names of columns.
        told = [] if type(value).__module__ == "builtins" else [text for text in printed(value) if not _is_bare(text)]
        value = [*value, *told]  # type: ignore[misc] # it was asked above
    _require_no_path(value, place)
    return value


def _file_of(value: object) -> Any:
    """The file that was given, also in the wrapper of a temporary one; None for anything else."""
    wrapped = vars(value).get("file") if is_of_kind(value, "tempfile", "_TemporaryFileWrapper") else value
    return wrapped if isinstance(wrapped, io.IOBase) and not is_looked_into(wrapped) else None


def _content_of(file: Any, place: str) -> object:
    """All that stands in a file, from its start where it has one; the file stays where it was."""
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
        raise UsageError(f"{place} is a stream that can't be read: hand over the text that was written to it")
    return content


def _require_output(value: object, place: str) -> None:
    if value is None or isinstance(value, bool):
        giver = "a function without a return" if value is None else "a check"
        raise UsageError(f"{place} is {value}: that is what {giver} gives; hand over its output")


def _require_no_path(value: object, place: str) -> None:
    paths = value if isinstance(value, list | tuple | set) else [value]
    if paths and all(isinstance(path, PurePath) for path in paths):
        raise UsageError(f"{place} is a path, which holds no text itself: read the file first ({next(iter(paths))})")


# --- what does not print what it holds -----------------------------------------------------------------------------


def _require_printed(place: str, value: object) -> None:
    texts = [*printed(value)]
    if not texts or all(map(_is_bare, texts)) or _has_text(value):
        kind = f"the class {value.__name__}" if isinstance(value, type) else f"something of type {type(value).__name__}"
        raise UsageError(f"{place} has {kind}, which does not print what it holds: {_advice(value)}")


def _is_bare(text: str) -> bool:
    """Whether a printed text only says what kind of thing it is, as Python asks of those in angle brackets."""
    return text.startswith("<") and text.rstrip().endswith(">")


def _has_text(value: object) -> bool:
    """Whether a value gives a text that it may not print, as responses do. Nothing of it is run to know that."""
    return any(isinstance(getattr_static(type(value), name, None), property | cached_property) for name in _WITH_TEXT)


def _advice(value: object) -> str:
    if is_of_kind(value, "pytest", "CaptureFixture"):
        return "hand over capsys.readouterr(), or that of capfd"
    if isinstance(value, type):
        return "hand over the text that an object of it gives"
    if isinstance(value, FunctionType | BuiltinFunctionType | MethodType):
        return "call it, and hand over what it returns"
    if isinstance(value, Awaitable):
        return "await it, and hand over what it gives"
    if isinstance(value, Handler):
        return "hand over caplog, or the text that was logged"
    for name in _WITH_TEXT:
        if getattr_static(value, name, None) is not None:
            return f"hand over its .{name}, as in response.{name}"
    if isinstance(value, io.IOBase):
        return "hand over the text that was written to it"
    if isinstance(value, Iterable):
        return "hand over a list of it"
    return "hand over the text that is printed, logged or sent; str(…) where that is all of it"
