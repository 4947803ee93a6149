"""The options of a test's `SecretsManager`: those of the ini file, and over them the marker's."""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pytest

from pytest_secretsmanager.plugin import settings
from pytest_secretsmanager.plugin.markers import failure, farthest_first
from pytest_secretsmanager.plugin.names import ACCOUNT, EXTRA_REGIONS, FIXTURE, OPTIONS, RANDOM_SEED, REGION, SECRET
from pytest_secretsmanager.surroundings.default_region import DEFAULT_REGION, REGION_VARIABLE

if TYPE_CHECKING:
    from pytest_secretsmanager.manager import SecretsManager

_OPTIONS = ("region", "account", "random_seed", "now", "version_quota", "extra_regions")


def add(parser: pytest.Parser) -> None:
    """Adds these ini options."""
    default = f"(default: {REGION_VARIABLE}, else {DEFAULT_REGION})"
    parser.addini(REGION, f"region of the fixture secretsmanager {default}", default="")
    parser.addini(ACCOUNT, "account of the fixture secretsmanager", default="123456789012")
    parser.addini(RANDOM_SEED, "makes ARN suffixes, version ids and request ids repeatable", default="")
    parser.addini(
        EXTRA_REGIONS,
        "regions that are newer than the installed botocore: names, with blanks or commas between",
        "args",
        [],
    )


def build(node: Any) -> "SecretsManager":
    """The manager of a test, by its options."""
    from pytest_secretsmanager.engine.errors import UsageError, nearest
    from pytest_secretsmanager.manager import SecretsManager

    ini = ini_options(node.config)
    options = dict(ini)
    for marker in farthest_first(node, OPTIONS):
        if marker.args:
            advice = f"a secret is seeded by @pytest.mark.{SECRET}"
            raise failure(node, OPTIONS, f"options are given by name, not by position ({len(marker.args)}); {advice}")
        for name in marker.kwargs.keys() - {*_OPTIONS}:
            raise failure(node, OPTIONS, f"there is no option {name!r}{nearest(name, _OPTIONS)}")
        options |= {**marker.kwargs, **_all_extra_regions(options, marker.kwargs)}
    try:
        return SecretsManager(**options)
    except UsageError as error:
        problem = ini_problem(ini) or environment_problem(options)
        if problem is not None:
            raise pytest.fail.Exception(problem, pytrace=False) from None
        raise failure(node, OPTIONS, str(error)) from None


def _all_extra_regions(before: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """The extra regions of a marker together with those of the ini file and of markers farther off.

    Every other option takes the place of the one before. A wrong type is left as it is, for the manager to refuse.
    """
    far, near = before["extra_regions"], given.get("extra_regions")
    if isinstance(far, list | tuple | set) and isinstance(near, list | tuple | set):
        return {"extra_regions": [*far, *near]}
    return {}


def ini_options(config: pytest.Config) -> dict[str, Any]:
    """What the ini file says; where it names no region, that is left to the environment, which all clients ask."""
    return {
        "region": config.getini(REGION) or None,
        "account": config.getini(ACCOUNT),
        "random_seed": config.getini(RANDOM_SEED) or None,
        "extra_regions": settings.extra_regions(config),
    }


def ini_problem(ini: dict[str, Any]) -> str | None:
    """What is wrong with the ini file's options by themselves, whatever the environment says."""
    problem = _problem(ini | {"region": ini["region"] or DEFAULT_REGION})
    return None if problem is None else f"the ini option {OPTIONS}_{problem}"


def environment_problem(options: dict[str, Any]) -> str | None:
    """What is wrong with the region of the environment, where no option names one."""
    return None if options["region"] is not None else _problem({"extra_regions": options["extra_regions"]})


def _problem(options: dict[str, Any]) -> str | None:
    from pytest_secretsmanager.engine.errors import UsageError
    from pytest_secretsmanager.manager import SecretsManager

    try:
        SecretsManager(**options)
    except UsageError as error:
        return str(error)
    return None


def differing_regions(config: pytest.Config) -> str | None:
    """What the run's header says when the ini file and the environment name two regions."""
    ini, named = config.getini(REGION), os.environ.get(REGION_VARIABLE)
    if not ini or not named or ini == named:
        return None
    return (
        f"{FIXTURE}: seeds and views are in {ini} ({REGION}), clients that name no region call in {named} "
        f"({REGION_VARIABLE}): make them one, or clients and seeds miss each other"
    )
