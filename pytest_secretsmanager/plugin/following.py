"""The region of a test that no option names: AWS_DEFAULT_REGION when the test's body begins.

The usual fixtures (`aws_credentials`) set the variable while the test is set up, some of them after the first secrets
were seeded. So the managers of a test follow the variable from fixture to fixture, until the body begins. The secrets
of markers and of the run go along until a fixture works with them. A client that a fixture made earlier, and that has
not called yet, no longer finds them in its region.

A manager of wider scope follows fixtures of its own scope and wider ones. One of function scope sets the variable for
one test, and only the fixture of that test follows it.
"""

from typing import TYPE_CHECKING

import pytest

from pytest_secretsmanager.plugin.names import FIXTURE, FUNCTION
from pytest_secretsmanager.surroundings.default_region import REGION_VARIABLE

if TYPE_CHECKING:
    from pytest_secretsmanager.managing.parts import Parts

_FOLLOWING: "pytest.StashKey[tuple[Parts | None, str]]" = pytest.StashKey()
"""The stash key of the run for the parts of the manager that follows now, and its scope."""


def begin(config: pytest.Config, parts: "Parts | None", scope: str = FUNCTION) -> None:
    """Let the manager of these parts follow, in place of an earlier one."""
    config.stash[_FOLLOWING] = parts, scope
    follow(config)


def follow(config: pytest.Config, fixture: str | None = None, scope: str = "") -> None:
    """Move the following manager to the region that the variable names now.

    `fixture`, of this scope, has just been set up, so it is the one that set the variable.
    """
    parts, scope_of_manager = config.stash.get(_FOLLOWING, (None, FUNCTION))
    if parts is None or (scope == FUNCTION and scope_of_manager != FUNCTION):
        return
    from pytest_secretsmanager.engine.errors import UsageError
    from pytest_secretsmanager.managing.planting import follow_environment

    try:
        follow_environment(parts)
    except UsageError as error:
        setter = "" if fixture is None else f", which the fixture {fixture!r} has set"
        raise pytest.fail.Exception(
            f"{FIXTURE} can't follow {REGION_VARIABLE}{setter}: {error}", pytrace=False
        ) from None


def end(config: pytest.Config) -> None:
    """Follow for the last time: from now on the region stays."""
    _, scope = config.stash.get(_FOLLOWING, (None, FUNCTION))
    if scope == FUNCTION:
        follow(config)
    config.stash[_FOLLOWING] = None, FUNCTION
