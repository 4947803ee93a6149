"""`assert_unchanged`: the changes that fail it, and the calls that it names."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from pytest_secretsmanager import SecretNotFound, SecretsManager, Version
from pytest_secretsmanager.engine.state import Secret
from pytest_secretsmanager.inspection.assertions import unchanged

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient

ONE, TWO = "1" * 32, "2" * 32


@pytest.fixture(autouse=True)
def _two_secrets(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", versions=[Version("of-old", id=ONE), Version("of-now", id=TWO)], tags={"team": "pay"})
    secretsmanager.seed("other", "x")
    secretsmanager.kms.create_key(alias="alias/new")


READS: list[Callable[["SecretsManagerClient"], object]] = [
    lambda client: client.get_secret_value(SecretId="db"),
    lambda client: client.get_secret_value(SecretId="db", VersionStage="AWSPREVIOUS"),
    lambda client: client.batch_get_secret_value(SecretIdList=["db", "other"]),
    lambda client: client.describe_secret(SecretId="db"),
    lambda client: client.list_secrets(),
    lambda client: client.list_secret_version_ids(SecretId="db"),
    lambda client: client.get_resource_policy(SecretId="db"),
    lambda client: client.get_random_password(),
]

CHANGES: list[tuple[str, str, Callable[["SecretsManagerClient"], object]]] = [
    ("PutSecretValue", "versions", lambda client: client.put_secret_value(SecretId="db", SecretString="new")),
    ("UpdateSecret", "description", lambda client: client.update_secret(SecretId="db", Description="new")),
    ("KmsKeyId", "kms_key_id", lambda client: client.update_secret(SecretId="db", KmsKeyId="alias/new")),
    (
        "UpdateSecretVersionStage",
        "labels",
        lambda client: client.update_secret_version_stage(SecretId="db", VersionStage="BLUE", MoveToVersionId=ONE),
    ),
    ("TagResource", "tags", lambda client: client.tag_resource(SecretId="db", Tags=[{"Key": "a", "Value": "b"}])),
    ("UntagResource", "tags", lambda client: client.untag_resource(SecretId="db", TagKeys=["team"])),
    ("DeleteSecret", "deletion", lambda client: client.delete_secret(SecretId="db")),
]


@pytest.mark.parametrize(
    "read",
    READS,
    ids=[
        "GetSecretValue",
        "GetSecretValue of AWSPREVIOUS",
        "BatchGetSecretValue",
        "DescribeSecret",
        "ListSecrets",
        "ListSecretVersionIds",
        "GetResourcePolicy",
        "GetRandomPassword",
    ],
)
@pytest.mark.parametrize("secret_id", [None, "db"])
def test_assert_unchanged_passes_for_a_read(
    secretsmanager: SecretsManager,
    client: "SecretsManagerClient",
    read: Callable[["SecretsManagerClient"], object],
    secret_id: str | None,
) -> None:
    logged = len(secretsmanager.log)
    with secretsmanager.assert_unchanged(secret_id):
        read(client)
    assert len(secretsmanager.log) > logged


def test_assert_unchanged_passes_for_a_refused_call(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    with secretsmanager.assert_unchanged(), pytest.raises(client.exceptions.InvalidParameterException):
        client.update_secret_version_stage(SecretId="db", VersionStage="AWSCURRENT", RemoveFromVersionId=TWO)


def test_assert_unchanged_passes_for_a_repeated_call(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    with secretsmanager.assert_unchanged():
        client.put_secret_value(SecretId="db", SecretString="of-now", ClientRequestToken=TWO)


@pytest.mark.parametrize(("what", "change"), [pytest.param(what, change, id=name) for name, what, change in CHANGES])
@pytest.mark.parametrize("secret_id", [None, "db"])
def test_assert_unchanged_names_a_change_without_values(
    secretsmanager: SecretsManager,
    client: "SecretsManagerClient",
    what: str,
    change: Callable[["SecretsManagerClient"], object],
    secret_id: str | None,
) -> None:
    with pytest.raises(AssertionError) as failure, secretsmanager.assert_unchanged(secret_id):
        change(client)
    summary, table = str(failure.value).split("\n\n")
    first, line = summary.splitlines()
    assert first == "expected no change, found"
    assert line.startswith("  'db' in us-east-1: ")
    assert what in line
    assert " changed by " in line
    assert line.endswith(secretsmanager.log[-1].operation)
    assert table.startswith("secret 'db' in us-east-1")
    assert not any(value in str(failure.value) for value in ("of-old", "of-now", "new"))


def test_assert_unchanged_shows_the_new_table_of_versions(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    with pytest.raises(AssertionError) as failure, secretsmanager.assert_unchanged():
        client.put_secret_value(SecretId="db", SecretString="new", ClientRequestToken="3" * 32)
    assert str(failure.value) == (
        "expected no change, found\n"
        "  'db' in us-east-1: versions, labels changed by PutSecretValue\n"
        "\n"
        "secret 'db' in us-east-1\n"
        "  #  version id                        age  AWSCURRENT  AWSPREVIOUS\n"
        f"  1  {ONE}  0 s              was\n"
        f"  2  {TWO}  0 s  was         now\n"
        f"  3  {'3' * 32}  0 s  now"
    )


def test_assert_unchanged_names_a_created_secret(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    with pytest.raises(AssertionError) as failure, secretsmanager.assert_unchanged():
        client.create_secret(Name="new")
    assert str(failure.value) == (
        "expected no change, found\n"
        "  'new' in us-east-1: it was created by CreateSecret\n\nsecret 'new' in us-east-1\n  (no version)"
    )


@pytest.mark.parametrize("secret_id", [None, "db"])
def test_assert_unchanged_names_a_deleted_secret(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", secret_id: str | None
) -> None:
    with pytest.raises(AssertionError) as failure, secretsmanager.assert_unchanged(secret_id):
        client.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)
    assert str(failure.value) == "expected no change, found\n  'db' in us-east-1: it was deleted by DeleteSecret"


def test_assert_unchanged_passes_for_a_secret_created_and_deleted_inside(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    with secretsmanager.assert_unchanged():
        client.create_secret(Name="new")
        client.delete_secret(SecretId="new", ForceDeleteWithoutRecovery=True)


def test_assert_unchanged_fails_for_a_recreated_secret(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    def delete_and_create() -> None:
        client.delete_secret(SecretId="other", ForceDeleteWithoutRecovery=True)
        client.create_secret(Name="other", SecretString="x")

    with pytest.raises(AssertionError, match="'other' in us-east-1: arn, "), secretsmanager.assert_unchanged():
        delete_and_create()


def test_assert_unchanged_names_each_of_several_changes(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    def change_three() -> None:
        client.delete_secret(SecretId="other", ForceDeleteWithoutRecovery=True)
        client.create_secret(Name="new")
        secretsmanager.client("eu-west-1").create_secret(Name="far")

    with pytest.raises(AssertionError) as failure, secretsmanager.assert_unchanged():
        change_three()
    assert str(failure.value).split("\n\n")[0] == (
        "expected no change, found\n"
        "  'other' in us-east-1: it was deleted by DeleteSecret\n"
        "  'new' in us-east-1: it was created by CreateSecret\n"
        "  'far' in eu-west-1: it was created by CreateSecret"
    )


def test_assert_unchanged_with_a_secret_ignores_other_secrets(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    with secretsmanager.assert_unchanged("db"):
        client.put_secret_value(SecretId="other", SecretString="new")


def test_assert_unchanged_finds_its_secret_by_region_and_account(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", "x", region="eu-west-1", account="999999999999")
    there = secretsmanager.client("eu-west-1", aws_account_id="999999999999")
    with secretsmanager.assert_unchanged("db"):
        there.put_secret_value(SecretId="db", SecretString="y")
    with (
        pytest.raises(AssertionError, match="'db' in eu-west-1: versions, "),
        secretsmanager.assert_unchanged("db", region="eu-west-1", account="999999999999"),
    ):
        there.put_secret_value(SecretId="db", SecretString="z")


def test_assert_unchanged_of_an_unknown_secret_raises_secret_not_found(secretsmanager: SecretsManager) -> None:
    with pytest.raises(SecretNotFound, match="did you mean 'db'"), secretsmanager.assert_unchanged("dbs"):
        pytest.fail("the body must not run")


def test_assert_unchanged_does_not_replace_an_exception_of_its_block(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    def change_and_raise() -> None:
        client.delete_secret(SecretId="db")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), secretsmanager.assert_unchanged():
        change_and_raise()


def test_assert_unchanged_ignores_changes_before_and_after_its_block(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    client.put_secret_value(SecretId="db", SecretString="before")
    with secretsmanager.assert_unchanged():
        client.get_secret_value(SecretId="db")
    client.put_secret_value(SecretId="db", SecretString="after")
    secretsmanager.assert_value("db", "after")


def test_assert_unchanged_does_not_roll_back_a_change(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    with pytest.raises(AssertionError), secretsmanager.assert_unchanged():
        client.put_secret_value(SecretId="db", SecretString="new")
    secretsmanager.assert_value("db", "new")


def test_assert_unchanged_may_be_nested(secretsmanager: SecretsManager, client: "SecretsManagerClient") -> None:
    with (
        pytest.raises(AssertionError, match="'db' in us-east-1: "),
        secretsmanager.assert_unchanged("db"),
        secretsmanager.assert_unchanged("other"),
    ):
        client.put_secret_value(SecretId="db", SecretString="new")


def test_assert_unchanged_without_with_warns(secretsmanager: SecretsManager) -> None:
    """As for an unawaited coroutine: the call alone asserts nothing."""
    secretsmanager.seed("db", "one")
    with pytest.warns(RuntimeWarning, match="not entered, so it asserts nothing"):
        secretsmanager.assert_unchanged("db")


# --- the named calls -------------------------------------------------------------------------------------------------


def told(sm: SecretsManager, change: Callable[[], object], secret_id: str | None = None) -> str:
    """Return the lines that name the changes."""
    with pytest.raises(AssertionError) as failure, sm.assert_unchanged(secret_id):
        change()
    return str(failure.value).split("\n\n")[0].partition("\n")[2]


def test_assert_unchanged_counts_the_calls_that_wrote(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    def change() -> None:
        client.put_secret_value(SecretId="db", SecretString="1")
        client.put_secret_value(SecretId=secretsmanager.secret("db").arn, SecretString="2")
        client.tag_resource(SecretId="db", Tags=[{"Key": "a", "Value": "b"}])
        client.get_secret_value(SecretId="db")
        client.tag_resource(SecretId="other", Tags=[{"Key": "a", "Value": "b"}])

    assert told(secretsmanager, change) == (
        "  'db' in us-east-1: tags, versions, labels changed by PutSecretValue ×2, TagResource\n"
        "  'other' in us-east-1: tags changed by TagResource"
    )


def test_assert_unchanged_does_not_name_a_refused_call(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    def change() -> None:
        with pytest.raises(client.exceptions.InvalidParameterException):
            client.update_secret_version_stage(SecretId="db", VersionStage="AWSCURRENT", RemoveFromVersionId=TWO)
        client.delete_secret(SecretId="db")

    assert told(secretsmanager, change) == "  'db' in us-east-1: deletion changed by DeleteSecret"


def test_assert_unchanged_does_not_name_a_call_before_its_block(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    client.put_secret_value(SecretId="db", SecretString="before")
    text = told(secretsmanager, lambda: client.delete_secret(SecretId="db"))
    assert text.endswith("changed by DeleteSecret")


def test_assert_unchanged_names_a_call_that_log_clear_removed(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    def change() -> None:
        client.delete_secret(SecretId="db")
        secretsmanager.log.clear()

    assert told(secretsmanager, change).endswith("changed by DeleteSecret")


def test_assert_unchanged_says_that_no_logged_call_made_the_change(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    assert told(secretsmanager, lambda: secretsmanager.seed("db", "again")).endswith(
        " changed (no logged call did it: a seed, or the clock)"
    )
    client.delete_secret(SecretId="other")
    assert told(secretsmanager, lambda: secretsmanager.clock.advance(days=40)) == (
        "  'other' in us-east-1: it was deleted (no logged call did it: a seed, or the clock)"
    )


def test_assert_unchanged_names_the_call_that_changed_a_replica(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    secretsmanager.seed("wide", "one", replicas=["eu-west-1"])
    text = told(secretsmanager, lambda: client.put_secret_value(SecretId="wide", SecretString="two"))
    assert "'wide' in us-east-1: versions, labels changed by PutSecretValue" in text
    assert "'wide' in eu-west-1: versions, labels changed by PutSecretValue" in text


def test_assert_unchanged_names_the_service_events_of_a_scheduled_rotation(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", {"password": "one"}, owning_service="rds")
    secretsmanager.client().rotate_secret(SecretId="db", RotationRules={"AutomaticallyAfterDays": 7})
    text = told(secretsmanager, lambda: secretsmanager.clock.advance(days=8), "db")
    assert "RotationSucceeded" in text


def test_assert_unchanged_shows_the_table_from_the_end_of_its_block(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another thread may delete the secret before the failure text is made."""
    source = secretsmanager._world
    monkeypatch.setattr(type(source), "state_of", lambda *_: None)
    with pytest.raises(AssertionError) as failure, secretsmanager.assert_unchanged():
        client.delete_secret(SecretId="other")
    assert str(failure.value).splitlines()[3].startswith("secret 'other' in us-east-1, marked for deletion on ")


def test_assert_unchanged_does_not_name_a_call_after_its_block(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another thread may write while the failure text is made."""
    change_text = unchanged.change_text

    def tag_and_tell(*states: Secret | None) -> str:
        client.tag_resource(SecretId="db", Tags=[{"Key": "a", "Value": "b"}])
        return change_text(*states)

    monkeypatch.setattr(unchanged, "change_text", tag_and_tell)
    text = told(secretsmanager, lambda: client.put_secret_value(SecretId="db", SecretString="new"))
    assert text == "  'db' in us-east-1: versions, labels changed by PutSecretValue"
