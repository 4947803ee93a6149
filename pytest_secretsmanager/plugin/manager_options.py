"""The options of a test's `SecretsManager`: a marker's options override those of the ini file."""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pytest

from pytest_secretsmanager.options import KEYWORDS, MARKER_KEYWORDS, ini_name_of
from pytest_secretsmanager.plugin import settings
from pytest_secretsmanager.plugin.markers import directory_of, failure, farthest_first
from pytest_secretsmanager.plugin.names import ACCOUNT, FIXTURE, OPTIONS, RANDOM_SEED, REGION, SECRET
from pytest_secretsmanager.plugin.scopes import Active
from pytest_secretsmanager.surroundings.default_region import DEFAULT_REGION, REGION_VARIABLE

if TYPE_CHECKING:
    from pytest_secretsmanager.engine.errors import UsageError
    from pytest_secretsmanager.manager import SecretsManager
    from pytest_secretsmanager.managing.parts import Parts

POLICY = "policy"
"""The option of a test's own policy, which may differ from test to test."""


def options_of(node: Any) -> dict[str, Any]:
    """Return the options of a test, or of a module or class: those of its markers, over those of the ini file."""
    from pytest_secretsmanager.engine.errors import nearest

    options = ini_options(node.config)
    for marker in farthest_first(node, OPTIONS):
        if marker.args:
            advice = f"a secret is seeded by @pytest.mark.{SECRET}"
            raise failure(node, OPTIONS, f"options are given by name, not by position ({len(marker.args)}); {advice}")
        known = (*KEYWORDS, *MARKER_KEYWORDS)
        for name in marker.kwargs.keys() - {*known}:
            raise failure(node, OPTIONS, f"there is no option {name!r}{nearest(name, known)}")
        given = {name: value for name, value in marker.kwargs.items() if name in KEYWORDS}
        options |= {**given, **_all_extra_regions(options, given)}
    return options


def build(node: Any, options: Mapping[str, Any]) -> "SecretsManager":
    """Return a manager with these options of a test."""
    from pytest_secretsmanager.engine.errors import UsageError
    from pytest_secretsmanager.manager import SecretsManager, parts_of

    others = {name: value for name, value in options.items() if name != POLICY}
    try:
        manager = SecretsManager(**others)
        parts_of(manager).world.directory = directory_of(node)
    except UsageError as error:
        problem = ini_problem(ini_options(node.config)) or environment_problem(others)
        if problem is not None:
            raise pytest.fail.Exception(problem, pytrace=False) from None
        raise failure(node, OPTIONS, str(error)) from None
    act_as_told(node, parts_of(manager), options)
    return manager


def act_as_told(node: Any, parts: "Parts", options: Mapping[str, Any]) -> None:
    """Let clients call as the role with the policy of the options, without one as the default user."""
    from pytest_secretsmanager.engine.callers import Acting
    from pytest_secretsmanager.engine.errors import UsageError
    from pytest_secretsmanager.managing.acting import act_by

    if options.get(POLICY) is None:
        if parts.callers.blocks:
            parts.callers.begin(Acting(None))
        return
    try:
        act_by(parts, options[POLICY])
    except UsageError as error:
        raise failure(node, OPTIONS, str(error)) from None


def require_the_same(node: Any, options: Mapping[str, Any], shared: Active) -> None:
    """Fail a test whose options differ from those of the wider fixture, whose manager it shares."""
    whole = "" if shared.scope == "session" else f"mark the whole {shared.scope} with it, or "
    for name in [*KEYWORDS]:
        if name != POLICY and options.get(name) != shared.options.get(name):
            raise failure(
                node,
                OPTIONS,
                f"the option {name} can't differ from that of {shared.name}, whose secrets this begins with: "
                f"{whole}set it in the ini file",
            )


def _all_extra_regions(before: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the extra regions of a marker with those of the ini file and of outer markers.

    Every other option replaces the earlier one. A wrong type is left unchanged: the manager refuses it.
    """
    far, near = before["extra_regions"], given.get("extra_regions")
    if isinstance(far, list | tuple | set) and isinstance(near, list | tuple | set):
        return {"extra_regions": [*far, *near]}
    return {}


def ini_options(config: pytest.Config) -> dict[str, Any]:
    """Return the options of the ini file. Without a region there, the environment decides, as for all clients."""
    return {
        "region": config.getini(REGION) or None,
        "account": config.getini(ACCOUNT),
        "random_seed": config.getini(RANDOM_SEED) or None,
        "extra_regions": settings.extra_regions(config),
        "log_limit": settings.log_limit(config),
    }


def ini_problem(ini: dict[str, Any]) -> str | None:
    """Return the problem with the options of the ini file; the environment does not count."""
    error = _refusal(ini | {"region": ini["region"] or DEFAULT_REGION})
    if error is None or error.subject is None:
        return None
    return f"the ini option {ini_name_of(error.subject)} {error.problem}"


def environment_problem(options: dict[str, Any]) -> str | None:
    """Return the problem with the environment's region, if no option names a region."""
    if options["region"] is not None:
        return None
    error = _refusal({"extra_regions": options["extra_regions"]})
    return None if error is None else str(error)


def _refusal(options: dict[str, Any]) -> "UsageError | None":
    """Return why no `SecretsManager` can have these options."""
    from pytest_secretsmanager.engine.errors import UsageError
    from pytest_secretsmanager.manager import SecretsManager

    try:
        SecretsManager(**options)
    except UsageError as error:
        return error
    return None


def differing_regions(config: pytest.Config) -> str | None:
    """Return the line of the run's header about an ini file and an environment that name two regions."""
    ini, named = config.getini(REGION), os.environ.get(REGION_VARIABLE)
    if not ini or not named or ini == named:
        return None
    return (
        f"{FIXTURE}: seeds and views are in {ini} ({REGION}), clients that name no region call in {named} "
        f"({REGION_VARIABLE}): set both to one region, or clients don't find the seeds"
    )
