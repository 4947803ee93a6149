"""A test's region, where no option names one: that of AWS_DEFAULT_REGION when the test's body begins.

Fixtures of the usual kind (`aws_credentials`) set the variable while the test is set up, some of them after the first
secrets were seeded. So the managers of a test follow it from fixture to fixture, until the body begins.
"""

from typing import TYPE_CHECKING

import pytest

from pytest_secretsmanager.plugin.names import FIXTURE

if TYPE_CHECKING:
    from pytest_secretsmanager.manager import SecretsManager

_FOLLOWING: "pytest.StashKey[SecretsManager | None]" = pytest.StashKey()
"""The stash key of the run for the manager that follows now."""


def begin(config: pytest.Config, manager: "SecretsManager | None") -> None:
    """From now on this manager follows, in place of one before."""
    config.stash[_FOLLOWING] = manager
    follow(config)


def follow(config: pytest.Config) -> None:
    """Takes the manager that follows to where the variable points by now."""
    manager = config.stash.get(_FOLLOWING, None)
    if manager is None:
        return
    from pytest_secretsmanager.engine.errors import UsageError

    try:
        manager.follow_environment()
    except UsageError as error:
        raise pytest.fail.Exception(f"{FIXTURE} can't follow AWS_DEFAULT_REGION: {error}", pytrace=False) from None


def end(config: pytest.Config) -> None:
    """Follows for the last time: from now on the region stays."""
    follow(config)
    config.stash[_FOLLOWING] = None
