"""The public names: what the package exports, and what a `SecretsManager` shows in tab completion and help()."""

import ast
from pathlib import Path

import pytest

import pytest_secretsmanager
from pytest_secretsmanager import SecretsManager

SOURCE = Path(pytest_secretsmanager.__file__).read_text(encoding="utf-8")

DOCUMENTED = {
    *("client", "secret", "secrets", "log", "clock", "kms", "iam", "rotation", "faults", "events", "endpoint"),
    *("snapshot", "seed"),
    *("assert_value", "assert_labels", "assert_label", "assert_no_label", "assert_moved", "assert_history"),
    *("assert_logged", "assert_not_logged", "assert_log_order", "assert_nothing_leaked", "assert_unchanged"),
    *("assert_allowed", "assert_rotated", "assert_calls"),
    *("region", "account", "replication"),
}
"""The names that the guide documents: the contract's as far as they are built, then those of ours."""


def names_for_type_checkers() -> dict[str, str]:
    """Each name that type checkers see exported, with its module."""
    block = next(node for node in ast.parse(SOURCE).body if isinstance(node, ast.If))
    return {
        name.asname: str(node.module).removeprefix("pytest_secretsmanager.")
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for name in node.names
        if name.asname == name.name
    }


def test_type_checkers_see_the_names_that_python_exports() -> None:
    assert names_for_type_checkers() == pytest_secretsmanager._MODULES


def test_every_exported_name_is_listed_by_dir_and_can_be_imported() -> None:
    assert {*pytest_secretsmanager.__all__} <= {*dir(pytest_secretsmanager)}
    for name in pytest_secretsmanager.__all__:
        assert getattr(pytest_secretsmanager, name) is not None


def test_an_unknown_name_of_the_package_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'pytest_secretsmanager' has no attribute 'Secretsmanager'"):
        _ = pytest_secretsmanager.Secretsmanager  # type: ignore[attr-defined]


def test_a_secretsmanager_shows_the_documented_names_and_no_others() -> None:
    assert {name for name in dir(SecretsManager()) if not name.startswith("_")} == DOCUMENTED
