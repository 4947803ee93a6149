"""The markers: how pytest lists them, which one wins, and what they seed."""

import os
from collections.abc import Iterator
from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest

from pytest_secretsmanager.plugin.names import OPTIONS, SECRET, SECRETS_FILE

if TYPE_CHECKING:
    from pytest_secretsmanager.engine.state import SecretKey
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

    keys: dict[int, SecretKey] = {}
    known: set[SecretKey] = set()
    for marker in farthest_first(node, SECRET, SECRETS_FILE):
        try:
            planted = [_plant(manager, seed, known) for seed in _seeds_of(marker, node.path.parent)]
        except UsageError as error:
            refusal = failure(node, spelled(marker), str(error))
            del marker  # its values would be seen where local variables are printed
            raise refusal from None
        if marker.name == SECRET:
            keys[id(marker)] = planted[0]
    _require_one_each(node, keys)


def _plant(manager: "SecretsManager", seed: "Seed", known: "set[SecretKey]") -> "SecretKey":
    """Seeds one secret. What an earlier marker put there was never there for the test, and so is not gone either."""
    forget = manager._service.store.vanished.mark()  # noqa: SLF001 - no user of it sees the service
    key = manager.plant(seed).key
    if key in known:
        forget()
    known.add(key)
    return key


def _require_one_each(node: Any, keys: "dict[int, SecretKey]") -> None:
    """Refuses two markers of one secret in one place, where neither is nearer: one of them would be for nothing."""
    for kind, marks in _declared(node):
        places: dict[SecretKey, int] = {}
        marks = [mark for mark in marks if mark.name == SECRET]
        for number, mark in enumerate(marks, start=1):
            key = keys[id(mark)]
            if key in places:
                raise failure(
                    node,
                    spelled(mark),
                    f"two secret markers of one {kind} seed {shorten(key.name, 80)!r} in {key.region}: numbers "
                    f"{places[key]} and {number} of {len(marks)}, from the top. Keep one; earlier values of a secret "
                    "go into its versions=[…]",
                )
            places[key] = number


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


def spelled(marker: pytest.Mark) -> str:
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
            declared = [mark for _, of_class in _declared_by(level) for mark in of_class if mark.name in markers]
            added = [mark for mark in marks if not any(mark is other for other in declared)]
            found += declared + added
        else:
            # pytest lists the lowest decorator's first, and those of a parameter last.
            callspec = getattr(level, "callspec", None)
            of_parameter = [mark for mark in marks if callspec is not None and mark in callspec.marks]
            found += [mark for mark in marks[::-1] if mark not in of_parameter] + of_parameter
    return found


_Declared: TypeAlias = "tuple[str, list[pytest.Mark]]"


def _declared(node: Any) -> Iterator[_Declared]:
    """The markers that stand in one place each, in words, from the top; neither those of parameters nor added ones."""
    for level in node.listchain():
        yield from _declared_by(level)


def _declared_by(level: Any) -> Iterator[_Declared]:
    if isinstance(level, pytest.Module):
        yield "module", _marks(getattr(level.obj, "pytestmark", []))
    elif isinstance(level, pytest.Class):
        for owner in reversed(level.obj.__mro__):
            yield "class", _marks(vars(owner).get("pytestmark", []))[::-1]
    elif isinstance(level, pytest.Function):
        yield "function", _marks(getattr(level.obj, "pytestmark", []))[::-1]


def _marks(declared: Any) -> list[pytest.Mark]:
    """What a `pytestmark` holds: one marker or several, each with its arguments or without."""
    marks: list[Any] = [*declared] if isinstance(declared, list | tuple) else [declared]
    return [getattr(mark, "mark", mark) for mark in marks]


def failure(node: Any, marker: str, text: str) -> BaseException:
    """What ends the set-up of a test in words, without a traceback through this plugin; the reason comes first."""
    return pytest.fail.Exception(f"{text}\n  in @pytest.mark.{marker} of {node.nodeid}", pytrace=False)
