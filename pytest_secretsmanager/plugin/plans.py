"""Plans that were not met, and handlers that failed: they fail a test that has passed."""

from collections.abc import Iterator
from contextlib import contextmanager
from traceback import format_exception

import pytest

from pytest_secretsmanager.plugin.scopes import Node

_PASSED = pytest.StashKey[bool]()
"""The stash key for whether the body of a test has passed."""

_FAILED = pytest.StashKey[bool]()
"""The stash key for whether the body of a test, or a subtest of it, has failed."""


def note_outcome(item: pytest.Item, report: pytest.TestReport) -> None:
    """Note whether a test's body has passed, with all its subtests. Each failed subtest has a report of its own."""
    if report.when == "call":
        item.stash[_FAILED] = report.failed or item.stash.get(_FAILED, False)
        item.stash[_PASSED] = report.passed and not item.stash[_FAILED]


def forget_outcome(item: pytest.Item) -> None:
    """Forget the outcome of a test that is over or is run again."""
    for key in (_PASSED, _FAILED):
        if key in item.stash:
            del item.stash[key]


@contextmanager
def unmet_plans_in_words(node: Node) -> Iterator[None]:
    """Fail a test that has passed if one of its plans was not met or a handler failed.

    For a class, a module or the whole run, the tear-down of its fixture fails.
    """
    from pytest_secretsmanager.controls.handler_problems import HandlerError
    from pytest_secretsmanager.controls.unmet_plans import UnmetPlanError

    try:
        yield
    except UnmetPlanError as problem:
        if _is_reported(node):
            raise pytest.fail.Exception(str(problem), pytrace=False) from None
    except HandlerError as problem:
        if _is_reported(node):
            raise pytest.fail.Exception(_with_traceback(problem), pytrace=False) from None


def _is_reported(node: Node) -> bool:
    return not isinstance(node, pytest.Item) or node.stash.get(_PASSED, False)


def _with_traceback(problem: BaseException) -> str:
    """Return the text of a failure, with the traceback of the user's error that caused it."""
    cause = problem.__cause__
    return str(problem) if cause is None else f"{problem}\n\n{''.join(format_exception(cause)).rstrip()}"
