"""Modules that are imported when they are first needed: they come back if a tool drops them."""

import sys
from unittest.mock import patch

import pytest

import pytest_secretsmanager
from pytest_secretsmanager.engine import late_imports
from pytest_secretsmanager.engine.late_imports import LateImport, import_all


@pytest.fixture
def late_import(tmp_path, monkeypatch):
    """A `LateImport`, and two modules that it can import: `first` has a class that `second` uses."""
    monkeypatch.setattr("pytest_secretsmanager.__path__", [str(tmp_path)])
    tmp_path.joinpath("first.py").write_text("class Answer: ...")
    tmp_path.joinpath("second.py").write_text("from pytest_secretsmanager.first import Answer")
    with patch.dict(sys.modules):
        yield LateImport()
    for name in {"first", "second"} & vars(pytest_secretsmanager).keys():
        delattr(pytest_secretsmanager, name)


def test_a_module_that_a_tool_dropped_comes_back_for_a_later_import(late_import):
    with patch.dict(sys.modules), late_import:
        from pytest_secretsmanager.first import Answer
    assert "pytest_secretsmanager.first" not in sys.modules
    with late_import:
        from pytest_secretsmanager import second
    assert second.Answer is Answer


def test_a_module_in_place_of_a_dropped_one_stays(late_import):
    with late_import:
        from pytest_secretsmanager import first, second
    for name in ("first", "second"):
        del sys.modules[f"pytest_secretsmanager.{name}"]
    sys.modules["pytest_secretsmanager.first"] = other = type(sys)("other")
    with late_import:
        assert sys.modules["pytest_secretsmanager.first"] is other is not first
        assert sys.modules["pytest_secretsmanager.second"] is second


def test_the_package_itself_comes_back(late_import):
    with patch.dict(sys.modules):
        for name in [name for name in sys.modules if name.partition(".")[0] == "pytest_secretsmanager"]:
            del sys.modules[name]
        with late_import:
            import pytest_secretsmanager as found
        assert found is pytest_secretsmanager
        assert sys.modules["pytest_secretsmanager.engine.late_imports"] is late_imports


def test_an_import_before_a_fork_passes_over_a_module_that_a_test_has_taken_out(late_import, monkeypatch):
    monkeypatch.setattr(late_imports, "LATE", ("first", "second"))
    monkeypatch.setitem(sys.modules, "pytest_secretsmanager.first", None)
    import_all.cache_clear()
    import_all()
    assert sys.modules["pytest_secretsmanager.first"] is None


def test_an_import_before_a_fork_imports_the_other_modules(late_import, monkeypatch):
    monkeypatch.setattr(late_imports, "LATE", ("absent", "second"))
    import_all.cache_clear()
    import_all()
    assert "pytest_secretsmanager.second" in sys.modules
