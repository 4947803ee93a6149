"""`assert_history` and `assert_moved`: what a secret went through."""

from typing import TYPE_CHECKING, Any

import pytest

from pytest_secretsmanager import SecretsManager, UsageError, Version, VersionNotFound

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient

ONE, TWO, THREE = "1" * 32, "2" * 32, "3" * 32

TABLE = f"""\
secret 'db' in us-east-1
  #  version id                        age  labels
  1  {ONE}  0 s  AWSPREVIOUS
  2  {TWO}  0 s  AWSCURRENT"""


@pytest.fixture(autouse=True)
def _two_versions(secretsmanager: SecretsManager, client: "SecretsManagerClient") -> None:
    """Version 1 is seeded, version 2 was put by a client: AWSCURRENT went from 1 to 2."""
    secretsmanager.seed("db", versions=[Version("one", id=ONE)])
    client.put_secret_value(SecretId="db", SecretString="two", ClientRequestToken=TWO)


# --- assert_history --------------------------------------------------------------------------------------------------


def test_a_history_holds_when_it_is_exactly_these_values(secretsmanager: SecretsManager) -> None:
    secretsmanager.assert_history("db", ["one", "two"])


def test_a_history_compares_each_value_as_its_kind_asks(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("mixed", {"b": 1, "a": 2}, versions=["text", b"\x00"])
    secretsmanager.assert_history("mixed", ["text", b"\x00", {"a": 2, "b": 1}])


def test_a_history_holds_for_version_views(secretsmanager: SecretsManager) -> None:
    first, second = secretsmanager.secret("db").versions
    secretsmanager.assert_history("db", [first, second])
    secretsmanager.assert_history("db", (first, "two"))


def test_a_secret_without_versions_has_an_empty_history(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("empty")
    secretsmanager.assert_history("empty", [])


@pytest.mark.parametrize(
    ("expected", "problems"),
    [
        pytest.param(["one"], "expected 1 version, found 2", id="one more than expected"),
        pytest.param([], "expected 0 versions, found 2", id="none expected"),
        pytest.param(["one", "two", "three"], "expected 3 versions, found 2", id="one less than expected"),
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
def test_another_history_fails_with_each_difference(
    secretsmanager: SecretsManager, expected: list[object], problems: str
) -> None:
    with pytest.raises(AssertionError) as failure:
        secretsmanager.assert_history("db", expected)
    assert str(failure.value) == f"secret 'db' has another history: {problems}\n\n{TABLE}"


def test_another_history_shows_ids_where_views_were_compared(secretsmanager: SecretsManager) -> None:
    first, second = secretsmanager.secret("db").versions
    with pytest.raises(AssertionError) as failure:
        secretsmanager.assert_history("db", [second, first])
    assert str(failure.value) == (
        "secret 'db' has another history: "
        f"version 1 differs\n  expected: {TWO}\n  found:    {ONE}\n"
        f"version 2 differs\n  expected: {ONE}\n  found:    {TWO}\n\n{TABLE}"
    )


def test_a_history_is_looked_up_in_region_and_account(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", "x", region="eu-west-1", account="999999999999")
    secretsmanager.assert_history("db", ["x"], region="eu-west-1", account="999999999999")


# --- assert_moved ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "ends",
    [
        pytest.param({}, id="anyhow"),
        pytest.param({"source": 1}, id="from 1"),
        pytest.param({"target": 2}, id="to 2"),
        pytest.param({"source": 1, "target": 2}, id="from 1 to 2"),
        pytest.param({"source": ONE, "target": "AWSCURRENT"}, id="by id and label"),
        pytest.param({"source": -2, "target": -1}, id="by numbers from the end"),
    ],
)
def test_a_label_made_that_move(secretsmanager: SecretsManager, ends: dict[str, Any]) -> None:
    secretsmanager.assert_moved("db", "AWSCURRENT", **ends)


def test_the_ends_of_a_move_may_be_views(secretsmanager: SecretsManager) -> None:
    first, second = secretsmanager.secret("db").versions
    secretsmanager.assert_moved("db", "AWSCURRENT", source=first, target=second)


def test_a_label_that_was_placed_first_came_from_nowhere(secretsmanager: SecretsManager) -> None:
    secretsmanager.assert_moved("db", "AWSPREVIOUS", source=None, target=1)


def test_a_label_that_was_taken_away_went_nowhere(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    client.update_secret_version_stage(SecretId="db", VersionStage="BLUE", MoveToVersionId=ONE)
    client.update_secret_version_stage(SecretId="db", VersionStage="BLUE", RemoveFromVersionId=ONE)
    secretsmanager.assert_moved("db", "BLUE", source=1, target=None)


def test_the_first_version_of_a_created_secret_took_its_label_from_nowhere(
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
def test_a_move_that_was_not_made_fails_with_those_that_were(
    secretsmanager: SecretsManager, ends: dict[str, Any], wanted: str
) -> None:
    with pytest.raises(AssertionError) as failure:
        secretsmanager.assert_moved("db", "AWSCURRENT", **ends)
    assert str(failure.value) == (
        f"AWSCURRENT of secret 'db' did not move {wanted}; its moves:\n"
        "  from version 1 to version 2 by PutSecretValue at 03:04:05\n"
        f"\n{TABLE}"
    )


def test_a_label_that_never_moved_fails_with_no_moves(secretsmanager: SecretsManager) -> None:
    with pytest.raises(AssertionError) as failure:
        secretsmanager.assert_moved("db", "AWSPENDING", target=2)
    assert str(failure.value) == (
        "AWSPENDING of secret 'db' did not move from anywhere to version 2; its moves:\n"
        f"  (none; seeding does not count as a move)\n\n{TABLE}"
    )


def test_a_seed_is_no_move(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("seeded", "two", versions=["one"])
    with pytest.raises(
        AssertionError, match=r"never moved; its moves:\n  \(none; seeding does not count as a move\)\n"
    ):
        secretsmanager.assert_moved("seeded", "AWSCURRENT")


def test_a_refused_call_is_no_move(secretsmanager: SecretsManager, client: "SecretsManagerClient") -> None:
    with pytest.raises(client.exceptions.InvalidParameterException):
        client.update_secret_version_stage(SecretId="db", VersionStage="AWSCURRENT", MoveToVersionId=ONE)
    with pytest.raises(AssertionError, match="did not move from version 2 to version 1"):
        secretsmanager.assert_moved("db", "AWSCURRENT", source=2, target=1)


def test_a_seed_in_its_place_starts_a_new_history(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", "again")
    assert secretsmanager.secret("db").history == []


def test_an_end_that_is_not_there_is_a_usage_error(secretsmanager: SecretsManager) -> None:
    with pytest.raises(VersionNotFound, match=r"^secret 'db' has no version 3; it has numbers 1 to 2 "):
        secretsmanager.assert_moved("db", "AWSCURRENT", target=3)


@pytest.mark.parametrize(("end", "kind"), [(1.5, "float"), ({"a": 1}, "dict"), (["one"], "list")])
def test_an_end_of_another_type_is_a_usage_error(secretsmanager: SecretsManager, end: object, kind: str) -> None:
    with pytest.raises(UsageError) as failure:
        secretsmanager.assert_moved("db", "AWSCURRENT", target=end)
    assert str(failure.value) == f"an end of a move is a version id, a number, a label, a view or None, not {kind}"


def test_a_move_is_looked_up_in_region_and_account(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", "x", region="eu-west-1", account="999999999999")
    there = secretsmanager.client("eu-west-1", aws_account_id="999999999999")
    there.put_secret_value(SecretId="db", SecretString="y")
    secretsmanager.assert_moved("db", "AWSCURRENT", source=1, target=2, region="eu-west-1", account="999999999999")


@pytest.mark.parametrize("history", ["ab", b"ab", 7, {"a": 1}])
def test_a_history_that_is_no_list_is_a_usage_error(secretsmanager: SecretsManager, history: object) -> None:
    secretsmanager.seed("letters", "b", versions=["a"])
    with pytest.raises(UsageError, match=r"^a history is a list of values or versions, not "):
        secretsmanager.assert_history("letters", history)  # type: ignore[arg-type]
