"""The tables of versions below a failure."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from pytest_secretsmanager import SecretsManager, Version
from pytest_secretsmanager.inspection.tables import age_text, secret_table

ONE, TWO = "1" * 32, "2" * 36


def test_table_has_a_line_for_each_version_oldest_first(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed(
        "app/db",
        region="eu-west-1",
        versions=[
            Version("to-hide", id=ONE, labels=[], age=timedelta(days=100)),
            Version("to-hide", id=TWO, labels=["AWSCURRENT"], age=timedelta(hours=5)),
        ],
    )
    assert secret_table(secretsmanager.secret("app/db", region="eu-west-1")) == (
        "secret 'app/db' in eu-west-1\n"
        "  #  version id                            age    labels\n"
        f"  1  {ONE}      100 d  -\n"
        f"  2  {TWO}  5 h    AWSCURRENT"
    )


def test_table_of_a_secret_without_versions_says_no_version(secretsmanager: SecretsManager) -> None:
    assert secret_table(secretsmanager.seed("db")) == "secret 'db' in us-east-1\n  (no version)"


def test_table_shows_the_deletion_date_of_a_secret(secretsmanager: SecretsManager) -> None:
    assert secret_table(secretsmanager.seed("db", deleted=True)) == (
        "secret 'db' in us-east-1, marked for deletion on 2026-02-01\n  (no version)"
    )


def test_table_of_ten_versions_is_aligned(secretsmanager: SecretsManager) -> None:
    lines = secret_table(secretsmanager.seed("db", versions=[str(number) for number in range(10)])).splitlines()
    assert len(lines) == 12
    assert lines[1].startswith("  #   version id")
    assert lines[2].startswith("  1   ")
    assert lines[11].startswith("  10  ")


def test_long_table_shows_labelled_versions_and_counts_the_rest(secretsmanager: SecretsManager) -> None:
    view = secretsmanager.seed("db", versions=[str(number) for number in range(31)])
    lines = secret_table(view).splitlines()
    assert [line.split()[0] for line in lines[1:]] == ["#", "30", "31", "…"]
    assert lines[-1] == "  … 29 without labels"


def test_long_table_shows_the_named_versions(secretsmanager: SecretsManager) -> None:
    view = secretsmanager.seed("db", versions=[str(number) for number in range(31)])
    lines = secret_table(view, named={view.version(3).id, view.version(31).id}).splitlines()
    assert [line.split()[0] for line in lines[1:]] == ["#", "3", "30", "31", "…"]
    assert lines[-1] == "  … 28 without labels"


@pytest.mark.parametrize(("versions", "lines"), [(12, 14), (13, 5)])
def test_table_of_twelve_versions_shows_all(secretsmanager: SecretsManager, versions: int, lines: int) -> None:
    view = secretsmanager.seed("db", versions=[str(number) for number in range(versions)])
    assert len(secret_table(view).splitlines()) == lines


@pytest.mark.parametrize(
    ("fail", "named"),
    [
        pytest.param(lambda sm: sm.assert_value("db", "x", 3), {3}, id="assert_value"),
        pytest.param(lambda sm: sm.assert_value("db", "4"), {5}, id="assert_value of another version's value"),
        pytest.param(lambda sm: sm.assert_label("db", "AWSCURRENT", 3), {3}, id="assert_label"),
        pytest.param(lambda sm: sm.assert_labels("db", {"AWSCURRENT": 3}), {3}, id="assert_labels"),
        pytest.param(
            lambda sm: sm.assert_history("db", ["x", "x", *map(str, range(2, 31))]), {1, 2}, id="assert_history"
        ),
    ],
)
def test_long_table_of_a_failure_shows_the_versions_of_the_assertion(
    secretsmanager: SecretsManager, fail: Callable[[SecretsManager], None], named: set[int]
) -> None:
    secretsmanager.seed("db", versions=[str(number) for number in range(31)])
    with pytest.raises(AssertionError) as failure:
        fail(secretsmanager)
    rows = str(failure.value).split("\n\n")[1].splitlines()[2:-1]
    assert {int(row.split()[0]) for row in rows} == named | {30, 31}


def test_assert_history_shows_five_differences_and_counts_the_rest(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", versions=[str(number) for number in range(31)])
    with pytest.raises(AssertionError) as failure:
        secretsmanager.assert_history("db", ["x"] * 31)
    told = str(failure.value).split("\n\n")[0]
    assert told.count(" differs") == 5
    assert told.endswith("\n  … and 26 more")


def test_table_of_a_deleted_secret_says_that_it_is_gone(secretsmanager: SecretsManager) -> None:
    view = secretsmanager.seed("db", "one")
    secretsmanager.client().delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)
    assert secret_table(view) == "secret 'db' in us-east-1: no longer exists"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (0.9, "0 s"),
        (1, "1 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (3_599, "59 min"),
        (3_600, "1 h"),
        (86_399, "23 h"),
        (86_400, "1 d"),
        (400 * 86_400, "400 d"),
        (-5, "0 s"),
    ],
)
def test_age_text_uses_the_largest_unit(seconds: float, text: str) -> None:
    assert age_text(seconds) == text
