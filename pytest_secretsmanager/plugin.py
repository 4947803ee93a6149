"""The pytest face: fixture, markers, options. No rule of Secrets Manager stands here.

Importing this module imports neither botocore nor cryptography nor wrapt: a run that does not use the fixture pays for
none of them. What needs them is imported inside the functions that use it.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pytest_secretsmanager.manager import SecretsManager

FIXTURE = "secretsmanager"
SECRET = "secret"  # noqa: S105 - a marker's name
OPTIONS = "secretsmanager"

REGION = "secretsmanager_region"
ACCOUNT = "secretsmanager_account"
RANDOM_SEED = "secretsmanager_random_seed"

_MARKERS = (
    f"{SECRET}(name, value, *, versions, tags, description, kms_key, policy, owning_service, deleted, region, "
    "account): a secret that is there when the test starts; activates the fixture secretsmanager.",
    f"{OPTIONS}(*, region, account, random_seed): options of the fixture secretsmanager; activates it.",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the ini options."""
    parser.addini(REGION, "region of the fixture secretsmanager when nothing else names one", default="us-east-1")
    parser.addini(ACCOUNT, "account of the fixture secretsmanager", default="123456789012")
    parser.addini(RANDOM_SEED, "makes ARN suffixes, version ids and request ids repeatable", default="")


def pytest_configure(config: pytest.Config) -> None:
    """Registers the markers."""
    for marker in _MARKERS:
        config.addinivalue_line("markers", marker)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Activates the fixture for tests that carry one of the markers."""
    fixtures = getattr(item, "fixturenames", None)
    if fixtures is None or FIXTURE in fixtures:
        return
    if item.get_closest_marker(SECRET) or item.get_closest_marker(OPTIONS):
        position = _first_of_function_scope(item, fixtures)
        # A list of its own: parametrized siblings share theirs.
        item.fixturenames = [*fixtures[:position], FIXTURE, *fixtures[position:]]  # type: ignore[attr-defined]


def _first_of_function_scope(item: pytest.Item, fixtures: list[str]) -> int:
    """Where the fixture goes: behind all of wider scope, before all of a test's own, which may need its secrets."""
    definitions = item._fixtureinfo.name2fixturedefs  # type: ignore[attr-defined] # noqa: SLF001 - no public name
    for position, name in enumerate(fixtures):
        if name in definitions and definitions[name][-1].scope == "function":
            return position
    return len(fixtures)


@pytest.fixture
def secretsmanager(request: pytest.FixtureRequest) -> Iterator["SecretsManager"]:
    """A local AWS Secrets Manager that answers every call made through botocore in this process.

    Markers `secret` seed it, the marker `secretsmanager` sets its options. See `SecretsManager` for what it offers.
    """
    with _build(request.node) as manager:
        _seed(manager, request.node)
        yield manager


def _build(node: Any) -> "SecretsManager":
    from pytest_secretsmanager.engine.errors import UsageError, nearest
    from pytest_secretsmanager.manager import SecretsManager

    options = _ini_options(node.config)
    for marker in _farthest_first(node, OPTIONS):
        if marker.args:
            raise _usage_error(node, OPTIONS, f"options are given by name, not by position: {marker.args!r}")
        for name in marker.kwargs.keys() - options.keys():
            raise _usage_error(node, OPTIONS, f"there is no option {name!r}; {nearest(name, options)}")
        options |= marker.kwargs
    try:
        return SecretsManager(**options)
    except UsageError as error:
        raise _usage_error(node, OPTIONS, str(error)) from None


def _ini_options(config: pytest.Config) -> dict[str, Any]:
    return {
        "region": config.getini(REGION),
        "account": config.getini(ACCOUNT),
        "random_seed": config.getini(RANDOM_SEED) or None,
    }


def _seed(manager: "SecretsManager", node: Any) -> None:
    """Seeds what the markers say. A seed takes the place of one of the same name, so the nearest marker wins."""
    from pytest_secretsmanager.engine.errors import UsageError
    from pytest_secretsmanager.seeds import seed_of

    for marker in _farthest_first(node, SECRET):
        try:
            manager.plant(seed_of(*marker.args, **marker.kwargs))
        except UsageError as error:
            raise _usage_error(node, SECRET, str(error)) from None


def _farthest_first(node: Any, marker: str) -> list[pytest.Mark]:
    return list(node.iter_markers(marker))[::-1]


def _usage_error(node: Any, marker: str, text: str) -> BaseException:
    """What ends the set-up of a test in words, without a traceback through this plugin."""
    return pytest.fail.Exception(f"@pytest.mark.{marker} of {node.nodeid}: {text}", pytrace=False)
