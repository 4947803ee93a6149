"""Plans for rotations that were not met, and handlers that failed: they fail the test, unless it has failed already."""

from collections.abc import Iterator
from contextlib import contextmanager
from traceback import format_exception

import pytest

_PASSED = pytest.StashKey[bool]()
"""The stash key for whether the body of a test has run and passed, as far as is known."""


def note_outcome(item: pytest.Item, report: pytest.TestReport) -> None:
    """Keeps whether a test's body has passed."""
    item.stash[_PASSED] = report.when == "call" and report.passed


def forget_outcome(item: pytest.Item) -> None:
    """Of a test that is over, or is run once more, nothing is known."""
    if _PASSED in item.stash:
        del item.stash[_PASSED]


@contextmanager
def unmet_plans_in_words(node: pytest.Item) -> Iterator[None]:
    """Fails a test that has passed though a plan for its rotations was not met, or a handler failed; no other test."""
    from pytest_secretsmanager.controls.steps import UnmetPlanError
    from pytest_secretsmanager.controls.subscriptions import HandlerError

    try:
        yield
    except UnmetPlanError as problem:
        if node.stash.get(_PASSED, False):
            raise pytest.fail.Exception(str(problem), pytrace=False) from None
    except HandlerError as problem:
        if node.stash.get(_PASSED, False):
            raise pytest.fail.Exception(_with_traceback(problem), pytrace=False) from None


def _with_traceback(problem: BaseException) -> str:
    """The text of a failure, and the traceback of the user's own error behind it."""
    cause = problem.__cause__
    return str(problem) if cause is None else f"{problem}\n\n{''.join(format_exception(cause)).rstrip()}"
