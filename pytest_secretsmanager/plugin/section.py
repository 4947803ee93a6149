"""The section about a test's secrets in the report of its failure."""

import pytest

from pytest_secretsmanager.inspection import entered
from pytest_secretsmanager.plugin.names import PARTS

_WATCH: "pytest.StashKey[tuple[entered.Watch, entered.Watch | None]]" = pytest.StashKey()
"""The stash key for the managers that a running test meets, and for the watch around it."""


def begin(item: pytest.Item) -> None:
    """Begin the watch of a test. A rerun begins with a new watch."""
    end(item)
    item.stash[_WATCH] = entered.begin()


def end(item: pytest.Item) -> None:
    """End the watch of a test that was reported, and let go of the managers that it met."""
    if _WATCH in item.stash:
        _, before = item.stash[_WATCH]
        entered.end(before)
        del item.stash[_WATCH]


def section_of(item: pytest.Item, report: pytest.TestReport) -> str:
    """Return the section: for a failing test, and for crashes of any test. Empty if it has nothing to say."""
    texts = []
    parts = item.stash.get(PARTS, None)
    if parts is not None and (report.failed or (report.when == "call" and parts.crashes)):
        from pytest_secretsmanager.report.section import failure_section

        texts.append(failure_section(parts.world, parts.problems))
    if report.failed:
        texts += [_unreached(item), *_of_calls(item)]
    return "\n".join(filter(None, texts))


def _unreached(item: pytest.Item) -> str:
    """Return the text about calls in a region that AWS does not have."""
    watch, _ = item.stash.get(_WATCH, (None, None))
    if watch is None or not watch.unreached:
        return ""
    from pytest_secretsmanager.report.unreached import unreached

    return unreached(tuple(watch.unreached))


def _of_calls(item: pytest.Item) -> list[str]:
    """Return the texts about calls that found nothing, and about refused calls that a test could prepare for."""
    watch, _ = item.stash.get(_WATCH, (None, None))
    met = [] if watch is None else watch.met()
    if not met:
        return []
    from pytest_secretsmanager.report.denied import denied
    from pytest_secretsmanager.report.not_found import not_found
    from pytest_secretsmanager.report.not_made import not_made
    from pytest_secretsmanager.report.other_account import other_account

    return [denied(met), not_found(met), not_made(met), other_account(met)]
