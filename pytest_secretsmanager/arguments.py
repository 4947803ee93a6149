"""Checks of arguments that stand in more than one place. Imports nothing but the errors."""

from typing import TypeGuard

from pytest_secretsmanager.engine.errors import UsageError

__tracebackhide__ = True

LAST_PORT = 65_535


def is_whole_number(value: object, least: float = float("-inf")) -> TypeGuard[int]:
    """Return whether a value is an int of at least `least`; a bool is none.

    >>> is_whole_number(2, least=1), is_whole_number(0, least=1), is_whole_number(True), is_whole_number(1.0)
    (True, False, False, False)
    """
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def require_count(subject: str, problem: str, value: object) -> None:
    """Raise UsageError unless a value is a whole number of at least 1.

    >>> require_count("polls", "is a number of calls", 0)
    Traceback (most recent call last):
    pytest_secretsmanager.UsageError: polls is a number of calls, at least 1, not 0
    """
    if not is_whole_number(value, least=1):
        raise UsageError(f"{problem}, at least 1, not {value!r}", subject=subject)


def require_port(port: object) -> None:
    """Raise UsageError unless a value is the number of a port, or 0 for a free one."""
    if not (is_whole_number(port, least=0) and port <= LAST_PORT):
        raise UsageError(f"is a number from 0 to {LAST_PORT}, not {port!r}", subject="a port")
