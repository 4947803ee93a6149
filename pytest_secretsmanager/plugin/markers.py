"""The markers: how pytest lists them, which one wins, and what they seed."""

import os
from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING, Any

import pytest

from pytest_secretsmanager.plugin.names import OPTIONS, SECRET, SECRETS_FILE

if TYPE_CHECKING:
    from pytest_secretsmanager.manager import SecretsManager
    from pytest_secretsmanager.seeds import Seed

TEXTS = (
    f"{SECRET}(name, value, *, versions, tags, description, kms_key, policy, owning_service, rotation, replicas, "
    "deleted, region, account): a secret that is there when the test starts; activates the fixture secretsmanager.",
    f"{SECRETS_FILE}(path): a TOML or JSON file, by its path from the test's own file, of secrets that are there when "
    "the test starts; activates the fixture secretsmanager.",
    f"{OPTIONS}(*, region, account, random_seed, now, version_quota): options of the fixture secretsmanager; activates "
    "it.",
)
"""What `pytest --markers` shows."""


def plant(manager: "SecretsManager", node: Any) -> None:
    """Seeds what the markers say. A seed takes the place of one of the same name, so the nearest marker wins."""
    from pytest_secretsmanager.engine.errors import UsageError

    for marker in farthest_first(node, SECRET, SECRETS_FILE):
        try:
            for seed in _seeds_of(marker, node.path.parent):
                manager.plant(seed)
        except UsageError as error:
            raise failure(node, _spelled(marker), str(error)) from None


def _seeds_of(marker: pytest.Mark, directory: Path) -> "list[Seed]":
    from pytest_secretsmanager.engine.errors import UsageError
    from pytest_secretsmanager.seed_files import read_seeds
    from pytest_secretsmanager.seeds import seed_of

    if marker.name == SECRET:
        return [seed_of(*marker.args, **marker.kwargs)]
    if not _names_a_file(marker):
        raise UsageError(f"it takes the path of one file, as in {SECRETS_FILE}('seeds.toml')")
    return read_seeds(directory / marker.args[0])


def _names_a_file(marker: pytest.Mark) -> bool:
    return len(marker.args) == 1 and not marker.kwargs and isinstance(marker.args[0], str | os.PathLike)


def _spelled(marker: pytest.Mark) -> str:
    """A marker as a failure names it: with its secret's name or its file, and no more, which may be a secret value."""
    if marker.name == SECRETS_FILE and _names_a_file(marker):
        return f"{marker.name}({os.fspath(marker.args[0])!r})"
    if marker.name == SECRET and marker.args and isinstance(marker.args[0], str):
        return f"{marker.name}({shorten(marker.args[0], 80)!r})"
    return marker.name


def farthest_first(node: Any, *markers: str) -> list[pytest.Mark]:
    """The markers of a test, the one nearest to it last: the lowest decorator of a function, a subclass's own."""
    found = []
    for level in node.listchain():
        marks = [mark for mark in level.own_markers if mark.name in markers]
        if isinstance(level, pytest.Class):
            found += marks  # pytest lists those of its bases first
        else:
            # pytest lists the lowest decorator's first, and those of a parameter last.
            callspec = getattr(level, "callspec", None)
            of_parameter = [mark for mark in marks if callspec is not None and mark in callspec.marks]
            found += [mark for mark in marks[::-1] if mark not in of_parameter] + of_parameter
    return found


def failure(node: Any, marker: str, text: str) -> BaseException:
    """What ends the set-up of a test in words, without a traceback through this plugin."""
    return pytest.fail.Exception(f"@pytest.mark.{marker} of {node.nodeid}: {text}", pytrace=False)
