"""What the report of a failing test says of its secrets, in a section of its own."""

import pytest

from pytest_secretsmanager.inspection import entered
from pytest_secretsmanager.plugin.names import MANAGER

_WATCH: "pytest.StashKey[tuple[entered.Watch, entered.Watch | None]]" = pytest.StashKey()
"""The stash key for the managers that a running test meets, and for what was watched around it."""


def begin(item: pytest.Item) -> None:
    """A test begins, maybe once more: what was logged before is none of its affairs."""
    end(item)
    item.stash[_WATCH] = entered.begin()


def end(item: pytest.Item) -> None:
    """A test has been reported: the managers that it met are let go of."""
    if _WATCH in item.stash:
        _, before = item.stash[_WATCH]
        entered.end(before)
        del item.stash[_WATCH]


def section_of(item: pytest.Item, report: pytest.TestReport) -> str:
    """What a failing test's reader should know, and any test's of what crashed inside; empty: nothing."""
    manager = item.stash.get(MANAGER, None)
    parts = []
    if manager is not None and (report.failed or (report.when == "call" and manager.crashes)):
        parts.append(manager.failure_section())
    if report.failed:
        parts += [_unreached(item), *_of_calls(item)]
    return "\n".join(filter(None, parts))


def _unreached(item: pytest.Item) -> str:
    """What is told of calls in a region that AWS has not."""
    watch, _ = item.stash.get(_WATCH, (None, None))
    if watch is None or not watch.unreached:
        return ""
    from pytest_secretsmanager.report.unreached import unreached

    return unreached(tuple(watch.unreached))


def _of_calls(item: pytest.Item) -> list[str]:
    """What is told of calls that found nothing, and of those that AWS refused for want of what a test can set up."""
    watch, _ = item.stash.get(_WATCH, (None, None))
    met = [] if watch is None else watch.met()
    if not met:
        return []
    from pytest_secretsmanager.report.not_found import not_found
    from pytest_secretsmanager.report.not_made import not_made
    from pytest_secretsmanager.report.other_account import other_account

    return [not_found(met), not_made(met), other_account(met)]
