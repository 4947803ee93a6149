"""`assert_history` and `assert_moved`: the past values and label moves of a secret."""

from typing import TYPE_CHECKING, Any

import pytest

from pytest_secretsmanager import SecretsManager, UsageError, Version

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient

ONE, TWO, THREE = "1" * 32, "2" * 32, "3" * 32

TABLE = f"""\
secret 'db' in us-east-1
  #  version id                        age  AWSCURRENT  AWSPREVIOUS
  1  {ONE}  0 s  was         now
  2  {TWO}  0 s  now"""


@pytest.fixture(autouse=True)
def _two_versions(secretsmanager: SecretsManager, client: "SecretsManagerClient") -> None:
    """Version 1 is seeded, version 2 is put by a client: AWSCURRENT moves from 1 to 2."""
    secretsmanager.seed("db", versions=[Version("one", id=ONE)])
    client.put_secret_value(SecretId="db", SecretString="two", ClientRequestToken=TWO)


# --- assert_history --------------------------------------------------------------------------------------------------


def test_assert_history_passes_for_exactly_the_values_of_all_versions(secretsmanager: SecretsManager) -> None:
    secretsmanager.assert_history("db", ["one", "two"])


def test_assert_history_compares_text_bytes_and_json(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("mixed", {"b": 1, "a": 2}, versions=["text", b"\x00"])
    secretsmanager.assert_history("mixed", ["text", b"\x00", {"a": 2, "b": 1}])


def test_assert_history_accepts_version_views(secretsmanager: SecretsManager) -> None:
    first, second = secretsmanager.secret("db").versions
    secretsmanager.assert_history("db", [first, second])
    secretsmanager.assert_history("db", (first, "two"))


def test_assert_history_passes_with_an_empty_list_for_a_secret_without_versions(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("empty")
    secretsmanager.assert_history("empty", [])


@pytest.mark.parametrize(
    ("expected", "problems"),
    [
        pytest.param(["one"], "expected 1 version, found 2", id="one version too many"),
        pytest.param([], "expected 0 versions, found 2", id="no version expected"),
        pytest.param(["one", "two", "three"], "expected 3 versions, found 2", id="one version too few"),
        pytest.param(["one", "three"], "version 2 differs\n  expected: 'three'\n  found:    'two'", id="another value"),
        pytest.param(
            ["two", {"a": 1}],
            "version 1 differs\n  expected: 'two'\n  found:    'one'\n"
            "version 2 differs\n  expected: {'a': 1}\n  found:    a text of 3 characters",
            id="two other values",
        ),
        pytest.param(
            ["two"],
            "expected 1 version, found 2\nversion 1 differs\n  expected: 'two'\n  found:    'one'",
            id="number and value",
        ),
    ],
)
def test_assert_history_lists_each_difference(
    secretsmanager: SecretsManager, expected: list[object], problems: str
) -> None:
    with pytest.raises(AssertionError) as failure:
        secretsmanager.assert_history("db", expected)
    assert str(failure.value) == f"secret 'db' has another history: {problems}\n\n{TABLE}"


def test_assert_history_shows_ids_for_version_views_that_differ(secretsmanager: SecretsManager) -> None:
    first, second = secretsmanager.secret("db").versions
    with pytest.raises(AssertionError) as failure:
        secretsmanager.assert_history("db", [second, first])
    assert str(failure.value) == (
        "secret 'db' has another history: "
        f"version 1 differs\n  expected: {TWO}\n  found:    {ONE}\n"
        f"version 2 differs\n  expected: {ONE}\n  found:    {TWO}\n\n{TABLE}"
    )


def test_assert_history_finds_its_secret_by_region_and_account(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", "x", region="eu-west-1", account="999999999999")
    secretsmanager.assert_history("db", ["x"], region="eu-west-1", account="999999999999")


# --- assert_moved ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "ends",
    [
        pytest.param({}, id="any move"),
        pytest.param({"source": 1}, id="from 1"),
        pytest.param({"target": 2}, id="to 2"),
        pytest.param({"source": 1, "target": 2}, id="from 1 to 2"),
        pytest.param({"source": ONE, "target": "AWSCURRENT"}, id="by id and label"),
        pytest.param({"source": -2, "target": -1}, id="by numbers from the end"),
    ],
)
def test_assert_moved_passes_for_a_move(secretsmanager: SecretsManager, ends: dict[str, Any]) -> None:
    secretsmanager.assert_moved("db", "AWSCURRENT", **ends)


def test_assert_moved_accepts_version_views(secretsmanager: SecretsManager) -> None:
    first, second = secretsmanager.secret("db").versions
    secretsmanager.assert_moved("db", "AWSCURRENT", source=first, target=second)


def test_assert_moved_with_source_none_passes_for_the_first_placement(secretsmanager: SecretsManager) -> None:
    secretsmanager.assert_moved("db", "AWSPREVIOUS", source=None, target=1)


def test_assert_moved_with_target_none_passes_for_a_removed_label(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    client.update_secret_version_stage(SecretId="db", VersionStage="BLUE", MoveToVersionId=ONE)
    client.update_secret_version_stage(SecretId="db", VersionStage="BLUE", RemoveFromVersionId=ONE)
    secretsmanager.assert_moved("db", "BLUE", source=1, target=None)


def test_assert_moved_with_source_none_passes_for_create_secret(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    client.create_secret(Name="new", SecretString="x")
    secretsmanager.assert_moved("new", "AWSCURRENT", source=None, target=1)


@pytest.mark.parametrize(
    ("ends", "wanted"),
    [
        pytest.param({"source": 2}, "from version 2 to anywhere", id="another source"),
        pytest.param({"target": 1}, "from anywhere to version 1", id="another target"),
        pytest.param({"source": 2, "target": 1}, "from version 2 to version 1", id="the way back"),
        pytest.param({"source": None}, "from nowhere to anywhere", id="from nowhere"),
        pytest.param({"target": None}, "from anywhere to nowhere", id="to nowhere"),
    ],
)
def test_assert_moved_lists_the_moves_of_the_label(
    secretsmanager: SecretsManager, ends: dict[str, Any], wanted: str
) -> None:
    with pytest.raises(AssertionError) as failure:
        secretsmanager.assert_moved("db", "AWSCURRENT", **ends)
    assert str(failure.value) == (
        f"AWSCURRENT of secret 'db' did not move {wanted}; its moves:\n"
        "  from version 1 to version 2 by PutSecretValue at 03:04:05\n"
        f"\n{TABLE}"
    )


def test_assert_moved_with_a_target_lists_no_moves_for_a_label_that_never_moved(secretsmanager: SecretsManager) -> None:
    with pytest.raises(AssertionError) as failure:
        secretsmanager.assert_moved("db", "AWSPENDING", target=2)
    assert str(failure.value) == (
        "AWSPENDING of secret 'db' did not move from anywhere to version 2; its moves:\n"
        f"  (none; seeding does not count as a move)\n\n{TABLE}"
    )


def test_assert_moved_does_not_count_a_seed(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("seeded", "two", versions=["one"])
    with pytest.raises(
        AssertionError, match=r"never moved; its moves:\n  \(none; seeding does not count as a move\)\n"
    ):
        secretsmanager.assert_moved("seeded", "AWSCURRENT")


def test_assert_moved_does_not_count_a_refused_call(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    with pytest.raises(client.exceptions.InvalidParameterException):
        client.update_secret_version_stage(SecretId="db", VersionStage="AWSCURRENT", MoveToVersionId=ONE)
    with pytest.raises(AssertionError, match="did not move from version 2 to version 1"):
        secretsmanager.assert_moved("db", "AWSCURRENT", source=2, target=1)


def test_seed_that_replaces_a_secret_starts_a_new_history(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", "again")
    assert secretsmanager.secret("db").history == []


def test_assert_moved_to_a_version_that_does_not_exist_fails_with_the_table(secretsmanager: SecretsManager) -> None:
    with pytest.raises(AssertionError, match=r"^secret 'db' has no version 3; it has numbers 1 to 2 ") as caught:
        secretsmanager.assert_moved("db", "AWSCURRENT", target=3)
    assert "secret 'db' in us-east-1\n  #  version id" in str(caught.value)


@pytest.mark.parametrize(("end", "kind"), [(1.5, "float"), ({"a": 1}, "dict"), (["one"], "list")], ids=str)
def test_assert_moved_refuses_a_target_of_a_wrong_type(secretsmanager: SecretsManager, end: object, kind: str) -> None:
    with pytest.raises(UsageError) as failure:
        secretsmanager.assert_moved("db", "AWSCURRENT", target=end)
    assert str(failure.value) == f"an end of a move is a version id, a number, a label, a view or None, not {kind}"


def test_assert_moved_finds_its_secret_by_region_and_account(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", "x", region="eu-west-1", account="999999999999")
    there = secretsmanager.client("eu-west-1", aws_account_id="999999999999")
    there.put_secret_value(SecretId="db", SecretString="y")
    secretsmanager.assert_moved("db", "AWSCURRENT", source=1, target=2, region="eu-west-1", account="999999999999")


@pytest.mark.parametrize("history", ["ab", b"ab", 7, {"a": 1}], ids=str)
def test_assert_history_refuses_an_expected_history_that_is_no_list(
    secretsmanager: SecretsManager, history: object
) -> None:
    secretsmanager.seed("letters", "b", versions=["a"])
    with pytest.raises(UsageError, match=r"^a history is a list of values or versions, not "):
        secretsmanager.assert_history("letters", history)  # type: ignore[arg-type]
