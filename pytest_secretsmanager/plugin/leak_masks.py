"""Masks secret values in all that pytest prints or writes of a test: its reports and its warnings."""

import linecache
import warnings
from collections.abc import Callable, Iterator
from copy import copy
from typing import Any, TypeAlias

import pytest

Mask: TypeAlias = Callable[[str], str]

_SHOWN_VALUES = ("reprlocals", "reprfuncargs")
"""The parts of a traceback that show values of variables."""


def mask_report(report: pytest.TestReport, mask: Mask) -> None:
    """Mask the sections, the traceback with its summary line, the recorded properties, and the reason of an xfail.

    The name of a subtest is masked too.
    """
    report.sections = [(name, mask(content)) for name, content in report.sections]
    if report.longrepr is not None:
        report.longrepr = _masked(report.longrepr, mask, set())  # type: ignore[assignment]
    if report.user_properties:
        report.user_properties = [(name, _masked(value, mask, set())) for name, value in report.user_properties]
    if reason := getattr(report, "wasxfail", ""):
        report.wasxfail = mask(reason)
    if is_of_subtest(report):
        _mask_subtest(report, mask)


def is_of_subtest(report: pytest.TestReport) -> bool:
    """Whether a report is that of a subtest, of pytest or of the plugin pytest-subtests."""
    context = getattr(report, "context", None)
    return hasattr(context, "msg") and hasattr(context, "kwargs")


def _mask_subtest(report: Any, mask: Mask) -> None:
    """Mask the message and the arguments that name a subtest. Their object can't be changed in place."""
    context = copy(report.context)
    for name in ("msg", "kwargs"):
        object.__setattr__(context, name, _masked(getattr(context, name), mask, set()))
    report.context = context


def _masked(value: object, mask: Mask, seen: set[int]) -> object:
    """The value with its texts masked. The objects that represent a traceback are changed in place."""
    if isinstance(value, str):
        return mask(value)
    if type(value) in (list, tuple):
        return type(value)(_masked(item, mask, seen) for item in value)  # type: ignore[attr-defined, call-arg]
    if type(value) is dict:
        return {name: _masked(item, mask, seen) for name, item in value.items()}
    if _is_representation(value) and id(value) not in seen:
        seen.add(id(value))
        for name, part in vars(value).items():
            object.__setattr__(value, name, _masked(part, mask, seen))
    return value


def _is_representation(value: object) -> bool:
    return callable(getattr(type(value), "toterminal", None)) and hasattr(value, "__dict__")


def shown_values(longrepr: object) -> Iterator[str]:
    """The lines of a traceback that show local variables and arguments."""
    left, seen = [(longrepr, False)], set()
    while left:
        value, is_shown = left.pop()
        if isinstance(value, str):
            if is_shown:
                yield value
        elif isinstance(value, list | tuple):
            left += [(item, is_shown) for item in reversed(value)]
        elif _is_representation(value) and id(value) not in seen:
            seen.add(id(value))
            left += [(part, is_shown or name in _SHOWN_VALUES) for name, part in vars(value).items()]


def mask_warning(warning: warnings.WarningMessage, mask: Mask) -> None:
    """Mask the text of a warning, and the line of source that is shown with it."""
    text = str(warning.message)
    masked = mask(text)
    if masked != text:
        warning.message = _with_text(warning.message, masked)
    line = linecache.getline(warning.filename, warning.lineno) if warning.line is None else warning.line
    masked = mask(line)
    if masked != line:
        warning.line = masked


def _with_text(message: Warning | str, text: str) -> Warning:
    """A warning of the same class with this text; a plain one if the class takes no text."""
    try:
        changed = type(message)(text)
        if isinstance(changed, Warning) and str(changed) == text:
            return changed
    except Exception:  # noqa: S110 - a class of the project
        pass
    return UserWarning(text)
