"""The public names: what the package exports, and what a `SecretsManager` shows in tab completion and help()."""

import ast
import inspect
from pathlib import Path

import pytest

import pytest_secretsmanager
from pytest_secretsmanager import SecretsManager

SOURCE = Path(pytest_secretsmanager.__file__).read_text(encoding="utf-8")

DOCUMENTED = {
    *("client", "secret", "secrets", "log", "clock", "kms", "rotation", "events", "endpoint", "snapshot", "seed"),
    *("assert_value", "assert_labels", "assert_label", "assert_no_label", "assert_moved", "assert_history"),
    *("assert_logged", "assert_not_logged", "assert_log_order", "assert_nothing_leaked", "assert_unchanged"),
    "assert_rotated",
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


SHOWN_BY_TYPES = {
    "BetweenReads": "",
    "Clock": "advance now set",
    "Endpoint": "env_of is_stopped stop",
    "Event": "account by_service error error_message hidden operation principal record region request request_id "
    "response time within",
    "Events": "matching subscribe",
    "Hold": "resume",
    "Kms": "allow create_key deny disable enable key schedule_deletion",
    "KmsKey": "alias arn denied id is_elsewhere state",
    "LabelMove": "label operation source target time",
    "Log": "clear matching put_rate_warnings",
    "PutRateWarning": "arn end start writes",
    "ReplicationControl": "hold",
    "ReplicationHold": "resume",
    "Rotation": "days duration function schedule",
    "RotationControl": "between_reads fail hold register runs",
    "RotationRun": "ended error function retry secret started state steps test thread token",
    "Snapshot": "",
    "StepRun": "error planned step traceback",
    "Subscription": "unsubscribe",
    "Unchanged": "",
    "Version": "age id labels value",
}
"""The public names of each exported type, but for the views."""

STILL_SHOWN = {
    "Clock": "checkpoint follow seconds",
    "Events": "all_handled checkpoint problems require_handled",
    "Hold": "catches is_forgotten",
    "KmsKey": "cipher",
    "Log": "begin_anew checkpoint cleared entries entry moves_of position since",
    "ReplicationHold": "keeps",
    "Rotation": "parameters",
    "RotationRun": "at broken_off ended_at key left retry_at started_at",
}
"""What exported types show that only this package needs. It only shrinks."""

_OF_BUILTINS = {*dir(list), *dir(dict)} - {"clear"}


@pytest.mark.parametrize("name", SHOWN_BY_TYPES)
def test_an_exported_type_shows_the_documented_names_and_no_others(name: str) -> None:
    shown = {member for member in dir(getattr(pytest_secretsmanager, name)) if not member.startswith("_")}
    expected = f"{SHOWN_BY_TYPES[name]} {STILL_SHOWN.get(name, '')}".split()
    assert sorted(shown - _OF_BUILTINS) == sorted(expected)


def test_every_exported_type_is_among_them() -> None:
    exported = {name: getattr(pytest_secretsmanager, name) for name in pytest_secretsmanager.__all__}
    types = {name for name, kind in exported.items() if inspect.isclass(kind) and not issubclass(kind, BaseException)}
    assert types - SHOWN_BY_TYPES.keys() == {"SecretsManager", "SecretView", "VersionView"}
