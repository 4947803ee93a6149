"""No object of the package shows a plain value: not by its repr, in a pickle or in a copy, at any moment."""

import copy
import pickle
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from types import CodeType, FrameType
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError
from busy_run import keep_busy
from heap import objects, texts_of
from marked import is_marked, secret_value

import pytest_secretsmanager
from pytest_secretsmanager import SecretsManager, Version
from pytest_secretsmanager.engine.operations import OPERATIONS
from pytest_secretsmanager.inspection.leaks.values import Values
from pytest_secretsmanager.managing.kept_seeds import KeptSeed
from pytest_secretsmanager.seed_arguments import seed_of

pytestmark = pytest.mark.filterwarnings("ignore:Pickle, copy, and deepcopy support will be removed from itertools")

PACKAGE = pytest_secretsmanager.__name__

ENOUGH = 20
"""Objects of one variable of one function that are looked at."""


OF_BOTOCORE = BotoCoreError
"""botocore's own errors of a broken connection hold the request, as in production."""


def is_own(value: object) -> bool:
    """Whether a value is an object of the package."""
    return str(vars(type(value)).get("__module__", "")).partition(".")[0] == PACKAGE


def looked_at(sm: SecretsManager) -> list[object]:
    """Everything that a test gets to hold after a busy run."""
    errors: list[BaseException] = []
    keep_busy(sm, errors.append)
    views = [*sm.secrets.values()]
    versions = [version for view in views for version in view.versions]
    moves = [move for view in views for move in view.history]
    runs = [*sm.rotation.runs, *(step for run in sm.rotation.runs for step in run.steps)]
    controls = [sm.clock, sm.kms, sm.iam, sm.rotation, sm.faults, sm.replication, sm.events, sm.log, sm.secrets]
    events = [*sm.log, *sm.events, *(event.record for event in sm.log), *(event.caller for event in sm.log)]
    return [sm, *controls, *views, *versions, *moves, *runs, *events, *errors]


@pytest.fixture(scope="module")
def held() -> Iterator[list[object]]:
    """The objects of the package in this process, and those that a test gets."""
    with SecretsManager() as sm:
        looks = looked_at(sm)
        yield [*looks, *filter(is_own, objects())]


def test_a_busy_run_makes_every_operation(secretsmanager: SecretsManager) -> None:
    keep_busy(secretsmanager)
    assert {*OPERATIONS} <= {event.operation for event in secretsmanager.log}


@pytest.mark.parametrize("show", [repr, str, format, ascii], ids=lambda show: show.__name__)
def test_no_object_shows_a_value(held: list[object], show: Callable[[object], str]) -> None:
    assert [type(one) for one in held if is_marked(show(one))] == []


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_pickle_has_no_value_or_is_refused(held: list[object], protocol: int) -> None:
    pickles = [(type(one), _pickled(one, protocol)) for one in held if not isinstance(one, OF_BOTOCORE)]
    assert [kind for kind, pickled in pickles if is_marked(pickled)] == []


def _pickled(one: object, protocol: int) -> bytes:
    try:
        return pickle.dumps(one, protocol)
    except (TypeError, AttributeError, pickle.PicklingError):
        return b""


def test_a_shallow_copy_does_not_show_a_value(held: list[object]) -> None:
    assert [type(one) for one in _copies(held, copy.copy) if is_marked(repr(one))] == []


@pytest.mark.filterwarnings("ignore::RuntimeWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_deep_copy_has_no_value_or_is_refused(held: list[object]) -> None:
    assert [type(one) for one in _copies(held, copy.deepcopy) if any(map(is_marked, texts_of(one)))] == []


def _copies(held: list[object], copied: Callable[[object], object]) -> Iterator[object]:
    for one in held:
        if not isinstance(one, OF_BOTOCORE):
            with suppress(TypeError, AttributeError):
                yield copied(one)


def test_no_object_shows_a_value_at_any_moment(secretsmanager: SecretsManager) -> None:
    showing = set()
    seen: Counter[tuple[CodeType, str]] = Counter()

    def look(frame: FrameType, event: str, result: object) -> None:
        if event in ("call", "return") and frame.f_globals.get("__name__", "").startswith(PACKAGE):
            sys.setprofile(None)
            for name, value in {**frame.f_locals, "return": result}.items():
                if is_own(value) and seen[frame.f_code, name] < ENOUGH:
                    seen[frame.f_code, name] += 1
                    if is_marked(_repr(value)):
                        showing.add(f"{name} of {frame.f_code.co_qualname}")
            sys.setprofile(look)

    sys.setprofile(look)
    try:
        keep_busy(secretsmanager)
    finally:
        sys.setprofile(None)
    assert showing == set()
    assert len(seen) > 1_000


def _repr(value: object) -> str:
    """The repr of an object, empty for one that is being made."""
    try:
        return repr(value)
    except AttributeError:
        return ""


# --- objects that hold values ----------------------------------------------------------------------------------------


def values_of(sm: SecretsManager) -> Values:
    """The values that the leak sentinel looks for."""
    values = Values()
    values.add(sm._world)
    assert any(map(is_marked, values.owners))
    return values


HOLDERS: dict[str, Callable[[SecretsManager], Any]] = {
    "Version": lambda _: Version(secret_value("version")),
    "Seed": lambda _: seed_of("db", secret_value("seed"), versions=[secret_value("earlier")]),
    "KeptSeed": lambda _: KeptSeed.of(seed_of("db", {"password": secret_value("kept")})),
    "Values": values_of,
}
"""Objects that hold a value, and how to make one."""


@pytest.mark.parametrize("kind", HOLDERS)
def test_an_object_that_holds_a_value_does_not_show_it(secretsmanager: SecretsManager, kind: str) -> None:
    secretsmanager.seed("db", secret_value("held"))
    assert not is_marked(repr(HOLDERS[kind](secretsmanager)))


@pytest.mark.parametrize("kind", ["Version", "Seed", "Values"])
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_an_object_that_holds_a_value_is_not_pickled(secretsmanager: SecretsManager, kind: str, protocol: int) -> None:
    secretsmanager.seed("db", secret_value("held"))
    with pytest.raises(TypeError, match="cannot pickle"):
        pickle.dumps(HOLDERS[kind](secretsmanager), protocol)


def test_a_kept_seed_holds_no_plain_value() -> None:
    kept = KeptSeed.of(seed_of("db", {"password": secret_value("kept")}, versions=[secret_value("bytes").encode()]))
    assert not any(map(is_marked, texts_of(kept)))
    assert [is_marked(version.value) for version in kept.opened().versions] == [True, True]


def test_a_copy_of_a_version_is_the_same_version() -> None:
    version = Version({"password": secret_value("copied")})
    assert copy.copy(version) is version
    assert copy.deepcopy([version]) == [version]
    assert copy.deepcopy([version])[0] is version
