"""The tables of versions below a failure."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from pytest_secretsmanager import SecretsManager, Version
from pytest_secretsmanager.inspection.cells import cut
from pytest_secretsmanager.inspection.tables import WIDTH
from pytest_secretsmanager.inspection.times import age_text
from pytest_secretsmanager.inspection.views import secret_table

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
        "  #  version id                            age    AWSCURRENT\n"
        f"  1  {ONE}      100 d\n"
        f"  2  {TWO}  5 h    now"
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


# --- labels ----------------------------------------------------------------------------------------------------------


def test_table_marks_where_labels_are_and_where_they_were(secretsmanager: SecretsManager) -> None:
    view = secretsmanager.seed("db", versions=[Version("to-hide", id=ONE), Version("to-hide", id="2" * 32)])
    client = secretsmanager.client()
    client.put_secret_value(SecretId="db", SecretString="x", ClientRequestToken="3" * 32)
    assert secret_table(view).splitlines()[1:] == [
        "  #  version id                        age  AWSCURRENT  AWSPREVIOUS",
        f"  1  {ONE}  0 s              was",
        f"  2  {'2' * 32}  0 s  was         now",
        f"  3  {'3' * 32}  0 s  now",
    ]


def test_table_shortens_ids_where_whole_ids_do_not_fit(secretsmanager: SecretsManager) -> None:
    ids = {"AWSPREVIOUS": "0" * 31 + "1", "AWSCURRENT": "0" * 31 + "2", "AWSPENDING": "0" * 30 + "30"}
    view = secretsmanager.seed("db", versions=[Version("x", id=ids[label], labels=[label]) for label in ids])
    assert secret_table(view).splitlines()[1:] == [
        "  #  version id                        age  labels",
        f"  1  {'0' * 31}1  0 s  AWSPREVIOUS",
        f"  2  {'0' * 31}2  0 s  AWSCURRENT",
        f"  3  {'0' * 30}30  0 s  AWSPENDING",
    ]


def test_table_has_awss_own_labels_before_custom_ones(secretsmanager: SecretsManager) -> None:
    view = secretsmanager.seed("db", versions=[Version("x", labels=["A", "AWSPREVIOUS"]), Version("y")])
    assert secret_table(view).splitlines()[1].split()[-3:] == ["AWSCURRENT", "AWSPREVIOUS", "A"]


def test_table_of_many_labels_lists_them_in_one_column(secretsmanager: SecretsManager) -> None:
    labels = [f"release-{number}" for number in range(9)]
    view = secretsmanager.seed("db", versions=[Version("x", id=ONE, labels=labels), Version("y", id="2" * 32)])
    table = secret_table(view)
    assert table.splitlines()[1:] == [
        "  #  version id  age  labels",
        f"  1  11111111…   0 s  {cut(', '.join(labels), 50)}",
        "  2  22222222…   0 s  AWSCURRENT",
    ]
    assert max(map(len, table.splitlines())) <= WIDTH


def test_table_of_a_long_name_is_no_wider_than_others(secretsmanager: SecretsManager) -> None:
    title = secret_table(secretsmanager.seed("x" * 512)).splitlines()[0]
    assert len(title) == WIDTH
    assert title.startswith("secret 'xxx")
    assert title.endswith("xxx' in us-east-1")


def test_table_shows_control_characters_of_ids_and_labels_as_escapes(secretsmanager: SecretsManager) -> None:
    version = Version("to-hide", id="\x1b[31m" + "1" * 32, labels=["AWSCURRENT", "\x1b[2Jblue\u202e"])
    assert secret_table(secretsmanager.seed("db", versions=[version])) == (
        "secret 'db' in us-east-1\n"
        "  #  version id  age  AWSCURRENT  \\x1b[2Jblue\\u202e\n"
        "  1  \\x1b[31m…   0 s  now         now"
    )


def test_failure_about_a_label_shows_its_control_characters_as_escapes(secretsmanager: SecretsManager) -> None:
    db = secretsmanager.seed("db", versions=[Version("one", labels=["AWSCURRENT", "\x1b[2J"])])
    for assertion in (
        lambda: secretsmanager.assert_labels("db", {"AWSCURRENT": 1}),
        lambda: secretsmanager.assert_value("db", "two"),
    ):
        with pytest.raises(AssertionError, match=r"\\x1b\[2J") as failure:
            assertion()
        assert "\x1b" not in str(failure.value)
    assert "\x1b" not in str(db)
