"""Tests without fixtures, such as YAML files that other plugins collect.

Their own set-up and tear-down take the place of a fixture of function scope: inside those of their collectors.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from pytest_secretsmanager.plugin.managers import answering, session_of
from pytest_secretsmanager.plugin.names import MARKED


def surround(item: pytest.Item) -> None:
    """Answer a test as its markers say, and take back its changes to the secrets of the run."""
    if session_of(item.config) is None and MARKED not in item.stash:
        return
    around, set_up, tear_down = ExitStack(), item.setup, item.teardown

    def begin() -> None:
        around.enter_context(_answered(item))
        set_up()

    def end() -> None:
        with around:
            tear_down()

    vars(item).update(setup=begin, teardown=end)


@contextmanager
def _answered(item: pytest.Item) -> Iterator[None]:
    session = session_of(item.config)
    with ExitStack() as stack:
        if session is not None:
            stack.enter_context(session.rolled_back(item))
        if MARKED in item.stash:
            stack.enter_context(answering(item, stack.enter_context(pytest.MonkeyPatch.context())))
        yield
