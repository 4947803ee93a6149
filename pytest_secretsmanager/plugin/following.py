"""A test's region, where no option names one: that of AWS_DEFAULT_REGION when the test's body begins.

Fixtures of the usual kind (`aws_credentials`) set the variable while the test is set up, some of them after the first
secrets were seeded. So the managers of a test follow it from fixture to fixture, until the body begins. The secrets of
markers and of the run go along until a fixture works with them: a client that a fixture has made before, and that has
not called yet, finds them no more in the region that it was made for.
"""

from typing import TYPE_CHECKING

import pytest

from pytest_secretsmanager.plugin.names import FIXTURE
from pytest_secretsmanager.surroundings.default_region import REGION_VARIABLE

if TYPE_CHECKING:
    from pytest_secretsmanager.manager import SecretsManager

_FOLLOWING: "pytest.StashKey[SecretsManager | None]" = pytest.StashKey()
"""The stash key of the run for the manager that follows now."""


def begin(config: pytest.Config, manager: "SecretsManager | None") -> None:
    """From now on this manager follows, in place of one before."""
    config.stash[_FOLLOWING] = manager
    follow(config)


def follow(config: pytest.Config, fixture: str | None = None) -> None:
    """Moves the following manager to the region that the variable names now.

    `fixture` is the one that has just been set up, and so the one that has set the variable.
    """
    manager = config.stash.get(_FOLLOWING, None)
    if manager is None:
        return
    from pytest_secretsmanager.engine.errors import UsageError

    try:
        manager.follow_environment()
    except UsageError as error:
        setter = "" if fixture is None else f", which the fixture {fixture!r} has set"
        raise pytest.fail.Exception(
            f"{FIXTURE} can't follow {REGION_VARIABLE}{setter}: {error}", pytrace=False
        ) from None


def end(config: pytest.Config) -> None:
    """Follows for the last time: from now on the region stays."""
    follow(config)
    config.stash[_FOLLOWING] = None
