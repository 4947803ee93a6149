"""The markers: their order, and the secrets that they seed."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest

from pytest_secretsmanager.options import MARKER_KEYWORDS
from pytest_secretsmanager.plugin.names import OPTIONS, SECRET, SECRETS_FILE
from pytest_secretsmanager.plugin.seeding_progress import with_progress

if TYPE_CHECKING:
    from pytest_secretsmanager.engine.state import SecretKey
    from pytest_secretsmanager.managing.parts import Parts
    from pytest_secretsmanager.seeds import Seed

_LONGEST_ID = 160
"""The longest name or ARN that a failure shows. A longer one has no space to cut at, so it is left out."""


def plant(parts: "Parts", node: Any, before: Sequence[int] = ()) -> list[int]:
    """Plant the seeds of the markers. A seed replaces one of the same name, so the nearest marker wins.

    `before` are the identities of markers that a wider fixture has planted: the farthest ones. Return those of all. The
    markers themselves hold values, which must not be seen where local variables are printed.
    """
    from pytest_secretsmanager.engine.errors import UsageError

    known: set[SecretKey] = set()
    declared: dict[_Place, list[tuple[pytest.Mark, SecretKey]]] = {}
    for at, (place, marker) in enumerate(placed(node, SECRET, SECRETS_FILE)):
        if at < len(before) and before[at] == id(marker):  # one marker may stand in two places
            continue
        try:
            planted = _planted(parts, node, marker, known)
        except UsageError as error:
            refusal = failure(node, spelled(marker), str(error))
            del marker  # its values would be seen where local variables are printed
            raise refusal from None
        if marker.name == SECRET and place is not None:
            declared.setdefault(place, []).append((marker, planted[0]))
    for place, seeded in declared.items():
        _require_one_each(node, place, seeded)
    return [id(marker) for _, marker in placed(node, SECRET, SECRETS_FILE)]


def _planted(parts: "Parts", node: Any, marker: pytest.Mark, known: "set[SecretKey]") -> "list[SecretKey]":
    with with_progress(node.config, _seeds_of(marker, directory_of(node))) as seeds:
        return [_plant(parts, seed, known) for seed in seeds]


def _plant(parts: "Parts", seed: "Seed", known: "set[SecretKey]") -> "SecretKey":
    """Plant one seed. A secret that an earlier marker planted does not count as vanished: the test never saw it."""
    from pytest_secretsmanager.inspection.named_secret import key_of
    from pytest_secretsmanager.managing import planting

    forget = parts.service.store.vanished.checkpoint()
    key = key_of(planting.plant(parts, seed))
    if key in known:
        forget()
    known.add(key)
    return key


def _require_one_each(node: Any, place: "_Place", seeded: "list[tuple[pytest.Mark, SecretKey]]") -> None:
    """Refuse two markers of one secret in one place: neither is nearer, so one would do nothing."""
    kind, _ = place
    numbers: dict[SecretKey, int] = {}
    from_the_top = seeded[::-1] if kind == "module" else seeded
    for number, (mark, key) in enumerate(from_the_top, start=1):
        if key in numbers:
            raise failure(
                node,
                spelled(mark),
                f"two secret markers of one {kind} seed {shorten(key.name, 80)!r} in {key.region}: markers "
                f"{numbers[key]} and {number} of {len(seeded)}, from the top. Keep one; earlier values of a secret go "
                "into its versions=[…]",
            )
        numbers[key] = number


def _seeds_of(marker: pytest.Mark, directory: Path) -> "list[Seed]":
    from pytest_secretsmanager.engine.errors import UsageError
    from pytest_secretsmanager.seed_arguments import seed_of
    from pytest_secretsmanager.seed_files import read_seeds

    if marker.name == SECRET:
        return [seed_of(*marker.args, **marker.kwargs)]
    if not _names_a_file(marker):
        raise UsageError(f"it takes the path of one file, as in {SECRETS_FILE}('seeds.toml')")
    return read_seeds(directory / marker.args[0])


def _names_a_file(marker: pytest.Mark) -> bool:
    return len(marker.args) == 1 and not marker.kwargs and isinstance(marker.args[0], str | os.PathLike)


def directory_of(node: Any) -> Path:
    """Return the folder where relative paths start: that of a test's file."""
    path: Path = node.path
    return path if path.is_dir() else path.parent


def spelled(marker: pytest.Mark) -> str:
    """Return how a failure names a marker: with its secret's name or its file. Other arguments may be secret values."""
    if marker.name == SECRETS_FILE and _names_a_file(marker):
        return f"{marker.name}({os.fspath(marker.args[0])!r})"
    if marker.name == SECRET and marker.args and isinstance(marker.args[0], str):
        return f"{marker.name}({shorten(marker.args[0], _LONGEST_ID)!r})"
    return marker.name


def has_manager_options(node: Any) -> bool:
    """Whether a marker sets options of the test's manager: any but those that only the marker takes."""
    return any(
        mark.args or not mark.kwargs or not mark.kwargs.keys() <= {*MARKER_KEYWORDS}
        for mark in node.iter_markers(OPTIONS)
    )


def farthest_first(node: Any, *markers: str) -> list[pytest.Mark]:
    """Return the markers of a test, the nearest last: the lowest decorator of a function, a subclass's own."""
    return [mark for _, mark in placed(node, *markers)]


_Place: TypeAlias = tuple[str, object]
"""The place of a marker: `module`, `class` or `function`, and which one."""


def placed(node: Any, *markers: str) -> "Iterator[tuple[_Place | None, pytest.Mark]]":
    """Yield the markers of a test, the nearest last, with their places.

    The place is None for a marker of a parameter, and for one that was added later. Markers that a plugin or a conftest
    file has removed are left out.
    """
    for level in node.listchain():
        marks = [mark for mark in level.own_markers if mark.name in markers]
        yield from _of_class(level, marks) if isinstance(level, pytest.Class) else _of_level(level, marks)


def _of_class(level: pytest.Class, marks: list[pytest.Mark]) -> "Iterator[tuple[_Place | None, pytest.Mark]]":
    declared = [
        (("class", owner), mark)
        for owner in reversed(level.obj.__mro__)
        for mark in _marks(vars(owner).get("pytestmark", []))[::-1]
        if _is_among(marks, mark)
    ]
    yield from declared
    yield from ((None, mark) for mark in marks if not _is_among([mark for _, mark in declared], mark))


def _of_level(level: Any, marks: list[pytest.Mark]) -> "Iterator[tuple[_Place | None, pytest.Mark]]":
    """Yield the markers of a function or a module. pytest lists the lowest decorator first, a parameter's last."""
    kind = "function" if isinstance(level, pytest.Function) else "module" if isinstance(level, pytest.Module) else None
    declared = [] if kind is None else _marks(getattr(level.obj, "pytestmark", []))
    callspec = getattr(level, "callspec", None)
    of_parameter = [mark for mark in marks if callspec is not None and mark in callspec.marks]
    for mark in marks[::-1]:
        if mark not in of_parameter:
            yield (kind, level) if kind is not None and _is_among(declared, mark) else None, mark
    yield from ((None, mark) for mark in of_parameter)


def _is_among(marks: list[pytest.Mark], mark: pytest.Mark) -> bool:
    """Return whether a marker is one of these by identity: two of the same arguments are two."""
    return any(mark is other for other in marks)


def _marks(declared: Any) -> list[pytest.Mark]:
    """Return the markers of a `pytestmark`, which holds one or several, with arguments or without."""
    marks: list[Any] = [*declared] if isinstance(declared, list | tuple) else [declared]
    return [getattr(mark, "mark", mark) for mark in marks]


def failure(node: Any, marker: str, text: str) -> BaseException:
    """Return the failure of a test's set-up, without a traceback through this plugin. The reason comes first."""
    return pytest.fail.Exception(f"{text}\n  in @pytest.mark.{marker} of {node.nodeid}", pytrace=False)
