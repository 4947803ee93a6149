"""Checks of arguments: those that several places share, and those of the options."""

from typing import TypeGuard

from pytest_secretsmanager.engine.errors import UsageError
from pytest_secretsmanager.options import LOG_LIMIT, RANDOM_SEED, VERSION_QUOTA

__tracebackhide__ = True

LAST_PORT = 65_535


def is_whole_number(value: object, least: float = float("-inf")) -> TypeGuard[int]:
    """Return whether a value is an int of at least `least`; a bool does not count.

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


def require_random_seed(random_seed: object) -> None:
    """Raise UsageError unless a value can be a `random_seed`."""
    if not isinstance(random_seed, int | str | None):
        raise UsageError(f"is an int, a str or None, not {type(random_seed).__name__}", subject=RANDOM_SEED.name)


def require_version_quota(version_quota: object) -> None:
    """Raise UsageError unless a value can be a `version_quota`."""
    require_count(VERSION_QUOTA.name, "is a number of versions", version_quota)


def require_log_limit(log_limit: object) -> None:
    """Raise UsageError unless a value can be a `log_limit`."""
    if log_limit is not None:
        require_count(LOG_LIMIT.name, "is a number of calls", log_limit)
