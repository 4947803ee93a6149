"""The fixtures that the tests of a class, a module, a package or a run share. `managers` makes their managers."""

import inspect
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from pytest_secretsmanager.plugin.definitions import module_of
from pytest_secretsmanager.plugin.first_use import FirstUse

if TYPE_CHECKING:
    from pytest_secretsmanager.manager import SecretsManager


def _answering(request: pytest.FixtureRequest, scope: str) -> Iterator["SecretsManager"]:
    from pytest_secretsmanager.plugin.managers import answering_many

    FirstUse.of(request.config).begin_in(request.node)
    yield from answering_many(request, scope)


@pytest.fixture(scope="class")
def class_secretsmanager(request: pytest.FixtureRequest) -> Iterator["SecretsManager"]:
    """A `SecretsManager` that the tests of a class share.

    The changes of a test stay, unless it asks for `secretsmanager` too: that starts with the shared secrets and rolls
    back. Markers `secret` and `secrets_file` of the class and its module seed it once, before the class's fixtures.
    """
    yield from _answering(request, "class")


@pytest.fixture(scope="module")
def module_secretsmanager(request: pytest.FixtureRequest) -> Iterator["SecretsManager"]:
    """A `SecretsManager` that the tests of a module share, as `class_secretsmanager` for those of a class.

        pytestmark = pytest.mark.secret("app/db", "hunter2")  # seeded once

        def test_rotation(module_secretsmanager, secretsmanager):
            ...

    This test starts with the module's secrets, and everything that it does is rolled back.
    """
    yield from _answering(request, "module")


@pytest.fixture(scope="package")
def package_secretsmanager(request: pytest.FixtureRequest) -> Iterator["SecretsManager"]:
    """A `SecretsManager` that the tests of a package share, as `class_secretsmanager` for those of a class.

    A package is a folder with `__init__.py`, and what is inside. Tests outside a package share that of the run.
    """
    yield from _answering(request, "package")


@pytest.fixture(scope="session")
def session_secretsmanager(request: pytest.FixtureRequest) -> Iterator["SecretsManager"]:
    """A `SecretsManager` that all tests of a run share, as `class_secretsmanager` for those of a class."""
    yield from _answering(request, "session")


# --- one fixture for each package ------------------------------------------------------------------------------------


class _OfPackage:
    """Holds the fixture of one package: pytest ends a fixture of a plugin with the run, whichever package asked."""

    @pytest.fixture(scope="package")
    def package_secretsmanager(self, request: pytest.FixtureRequest) -> Iterator["SecretsManager"]:
        """A `SecretsManager` that the tests of this package share."""
        yield from _answering(request, "package")


def register(package: pytest.Package) -> None:
    """Give a package a fixture of its own, unless a conftest file has one."""
    fixtures: Any = package.session._fixturemanager  # noqa: SLF001 - no public name
    nearest = (fixtures.getfixturedefs("package_secretsmanager", package) or [None])[-1]
    is_listing = package.config.option.showfixtures  # pytest can't sort two fixtures of one name and place
    if is_listing or nearest is None or module_of(nearest) != __name__:
        return
    if "holder" in inspect.signature(fixtures.parsefactories).parameters:
        fixtures.parsefactories(holder=_OfPackage(), node=package)
    else:
        fixtures.parsefactories(_OfPackage(), package.nodeid)
