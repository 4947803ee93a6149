"""Modules of the package that a tool drops from `sys.modules` come back when they are imported again."""

import importlib
import importlib.util
import sys
from collections.abc import Iterator
from importlib.abc import MetaPathFinder
from pathlib import Path
from types import ModuleType
from unittest.mock import patch

import pytest

import pytest_secretsmanager
from pytest_secretsmanager import kept_modules
from pytest_secretsmanager.kept_modules import KeptModules, imports_are_under_way

FIRST, SECOND = "pytest_secretsmanager.first", "pytest_secretsmanager.second"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of two modules of the package: `first` has a class that `second` uses."""
    monkeypatch.setattr("pytest_secretsmanager.__path__", [str(tmp_path)])
    tmp_path.joinpath("first.py").write_text("class Answer: ...")
    tmp_path.joinpath("second.py").write_text("from pytest_secretsmanager.first import Answer")
    with patch.dict(sys.modules):
        yield tmp_path
    for name in {"first", "second"} & vars(pytest_secretsmanager).keys():
        delattr(pytest_secretsmanager, name)


def imported(name: str) -> ModuleType:
    return importlib.import_module(name)


def drop(*names: str) -> None:
    for name in names:
        del sys.modules[name]


@pytest.mark.usefixtures("folder")
def test_a_module_that_was_imported_in_a_block_and_dropped_after_it_comes_back() -> None:
    with patch.dict(sys.modules):
        first = imported(FIRST)
    assert FIRST not in sys.modules
    assert imported(SECOND).Answer is first.Answer
    assert sys.modules[FIRST] is first


@pytest.mark.usefixtures("folder")
def test_a_dropped_module_comes_back_if_as_many_others_were_imported_since() -> None:
    first = imported(FIRST)
    drop(FIRST)
    sys.modules["another"] = ModuleType("another")
    assert imported(FIRST) is first


@pytest.mark.usefixtures("folder")
def test_a_module_that_comes_back_is_unchanged() -> None:
    first = imported(FIRST)
    before = dict(vars(first))
    drop(FIRST)
    assert vars(imported(FIRST)) == before


@pytest.mark.usefixtures("folder")
def test_a_dropped_module_is_found_with_its_file() -> None:
    before = imported(FIRST).__spec__
    drop(FIRST)
    found = importlib.util.find_spec(FIRST)
    assert before is not None
    assert found is not None
    assert (found.origin, found.name) == (before.origin, before.name)


def test_a_module_that_another_one_has_imported_is_no_submodule_of_it(folder: Path) -> None:
    folder.joinpath("first.py").write_text("import sys")
    imported(FIRST)
    with pytest.raises(ModuleNotFoundError, match="is not a package"):
        imported(f"{FIRST}.sys")


@pytest.mark.usefixtures("folder")
def test_a_module_in_place_of_a_dropped_one_stays() -> None:
    imported(FIRST)
    sys.modules[FIRST] = other = ModuleType("other")
    assert imported(FIRST) is other


def test_the_package_itself_comes_back_with_its_modules() -> None:
    errors = imported("pytest_secretsmanager.engine.errors")
    with patch.dict(sys.modules):
        drop(*[name for name in sys.modules if name.partition(".")[0] == "pytest_secretsmanager"])
        assert imported("pytest_secretsmanager.engine.errors") is errors
        assert imported("pytest_secretsmanager") is pytest_secretsmanager


def test_a_reload_runs_the_code_of_a_module_again(folder: Path) -> None:
    first = imported(FIRST)
    folder.joinpath("first.py").write_text("class Answer: ...\nnew = 'new'")
    importlib.invalidate_caches()
    assert importlib.reload(first) is first
    assert first.new == "new"


def test_a_module_that_failed_to_import_is_imported_anew(folder: Path) -> None:
    folder.joinpath("first.py").write_text("raise LookupError")
    with pytest.raises(LookupError):
        imported(FIRST)
    folder.joinpath("first.py").write_text("class Answer: 'the second attempt'")
    importlib.invalidate_caches()
    assert imported(FIRST).Answer.__doc__ == "the second attempt"


def test_a_module_that_is_not_there_is_not_found() -> None:
    with pytest.raises(ModuleNotFoundError, match=r"'pytest_secretsmanager\.absent'"):
        imported("pytest_secretsmanager.absent")


def test_the_finder_goes_before_one_that_came_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "meta_path", [object(), *sys.meta_path])
    kept_modules.come_first()
    assert [isinstance(finder, KeptModules) for finder in sys.meta_path[:2]] == [True, False]
    assert sum(isinstance(finder, KeptModules) for finder in sys.meta_path) == 1


def test_an_import_is_under_way_until_the_code_of_the_module_has_run(folder: Path) -> None:
    source = "from pytest_secretsmanager.kept_modules import imports_are_under_way\nduring = imports_are_under_way()"
    folder.joinpath("first.py").write_text(source)
    assert (imported(FIRST).during, imports_are_under_way()) == (True, False)


class _Looking(MetaPathFinder):
    """Notes, while Python looks for a module, whether an import is under way."""

    def find_spec(self, *_: object) -> None:
        self.during = imports_are_under_way()


def test_an_import_is_under_way_while_python_looks_for_the_module(monkeypatch: pytest.MonkeyPatch) -> None:
    looking = _Looking()
    monkeypatch.setattr(sys, "meta_path", [looking, *sys.meta_path])
    with pytest.raises(ModuleNotFoundError):
        imported("pytest_secretsmanager.absent")
    assert (looking.during, imports_are_under_way()) == (True, False)


INNER_RUN = """
import importlib
import sys
from unittest.mock import patch

def test_it(secretsmanager):
    name = "pytest_secretsmanager.inspection.put_rate"
    with patch.dict(sys.modules):
        sys.modules.pop(name, None)
        dropped = importlib.import_module(name)
        del sys.modules[name]
        assert importlib.import_module(name) is dropped
"""


def test_a_dropped_module_comes_back_in_a_run_of_pytest_inside_pytest(pytester: pytest.Pytester) -> None:
    """This run has a finder of its own, which would import the module with other assert statements."""
    pytester.makepyfile(INNER_RUN)
    pytester.runpytest_inprocess("-p", "no:randomly").assert_outcomes(passed=1)
