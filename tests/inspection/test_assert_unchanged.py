"""`assert_unchanged`: what counts as a change, and what does not."""

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


@pytest.mark.parametrize("read", READS)
@pytest.mark.parametrize("secret_id", [None, "db"])
def test_reading_is_no_change(
    secretsmanager: SecretsManager,
    client: "SecretsManagerClient",
    read: Callable[["SecretsManagerClient"], object],
    secret_id: str | None,
) -> None:
    logged = len(secretsmanager.log)
    with secretsmanager.assert_unchanged(secret_id):
        read(client)
    assert len(secretsmanager.log) > logged


def test_a_refused_call_is_no_change(secretsmanager: SecretsManager, client: "SecretsManagerClient") -> None:
    with secretsmanager.assert_unchanged(), pytest.raises(client.exceptions.InvalidParameterException):
        client.update_secret_version_stage(SecretId="db", VersionStage="AWSCURRENT", RemoveFromVersionId=TWO)


def test_a_repeat_of_a_call_is_no_change(secretsmanager: SecretsManager, client: "SecretsManagerClient") -> None:
    with secretsmanager.assert_unchanged():
        client.put_secret_value(SecretId="db", SecretString="of-now", ClientRequestToken=TWO)


@pytest.mark.parametrize(("what", "change"), [pytest.param(what, change, id=name) for name, what, change in CHANGES])
@pytest.mark.parametrize("secret_id", [None, "db"])
def test_a_change_is_named_without_values(
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


def test_a_change_of_the_value_shows_the_new_table(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    with pytest.raises(AssertionError) as failure, secretsmanager.assert_unchanged():
        client.put_secret_value(SecretId="db", SecretString="new", ClientRequestToken="3" * 32)
    assert str(failure.value) == (
        "expected no change, found\n"
        "  'db' in us-east-1: versions, labels changed by PutSecretValue\n"
        "\n"
        "secret 'db' in us-east-1\n"
        "  #  version id                        age  labels\n"
        f"  1  {ONE}  0 s  -\n"
        f"  2  {TWO}  0 s  AWSPREVIOUS\n"
        f"  3  {'3' * 32}  0 s  AWSCURRENT"
    )


def test_a_secret_that_was_created_is_named(secretsmanager: SecretsManager, client: "SecretsManagerClient") -> None:
    with pytest.raises(AssertionError) as failure, secretsmanager.assert_unchanged():
        client.create_secret(Name="new")
    assert str(failure.value) == (
        "expected no change, found\n"
        "  'new' in us-east-1: it was created by CreateSecret\n\nsecret 'new' in us-east-1\n  (no version)"
    )


@pytest.mark.parametrize("secret_id", [None, "db"])
def test_a_secret_that_was_deleted_is_named(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", secret_id: str | None
) -> None:
    with pytest.raises(AssertionError) as failure, secretsmanager.assert_unchanged(secret_id):
        client.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)
    assert str(failure.value) == "expected no change, found\n  'db' in us-east-1: it was deleted by DeleteSecret"


def test_a_secret_created_and_deleted_inside_is_no_change(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    with secretsmanager.assert_unchanged():
        client.create_secret(Name="new")
        client.delete_secret(SecretId="new", ForceDeleteWithoutRecovery=True)


def test_a_secret_deleted_and_created_anew_has_changed(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    def delete_and_create() -> None:
        client.delete_secret(SecretId="other", ForceDeleteWithoutRecovery=True)
        client.create_secret(Name="other", SecretString="x")

    with pytest.raises(AssertionError, match="'other' in us-east-1: arn, "), secretsmanager.assert_unchanged():
        delete_and_create()


def test_several_changes_are_named_each(secretsmanager: SecretsManager, client: "SecretsManagerClient") -> None:
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


def test_one_secret_may_stay_while_others_change(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    with secretsmanager.assert_unchanged("db"):
        client.put_secret_value(SecretId="other", SecretString="new")


def test_a_secret_of_another_region_and_account_may_be_watched(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", "x", region="eu-west-1", account="999999999999")
    there = secretsmanager.client("eu-west-1", aws_account_id="999999999999")
    with secretsmanager.assert_unchanged("db"):
        there.put_secret_value(SecretId="db", SecretString="y")
    with (
        pytest.raises(AssertionError, match="'db' in eu-west-1: versions, "),
        secretsmanager.assert_unchanged("db", region="eu-west-1", account="999999999999"),
    ):
        there.put_secret_value(SecretId="db", SecretString="z")


def test_a_secret_that_is_not_there_can_not_be_watched(secretsmanager: SecretsManager) -> None:
    with pytest.raises(SecretNotFound, match="did you mean 'db'"), secretsmanager.assert_unchanged("dbs"):
        pytest.fail("the body must not run")


def test_an_exception_inside_goes_through_even_after_a_change(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    def change_and_raise() -> None:
        client.delete_secret(SecretId="db")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), secretsmanager.assert_unchanged():
        change_and_raise()


def test_changes_before_and_after_do_not_count(secretsmanager: SecretsManager, client: "SecretsManagerClient") -> None:
    client.put_secret_value(SecretId="db", SecretString="before")
    with secretsmanager.assert_unchanged():
        client.get_secret_value(SecretId="db")
    client.put_secret_value(SecretId="db", SecretString="after")
    secretsmanager.assert_value("db", "after")


def test_what_was_done_inside_stays_done(secretsmanager: SecretsManager, client: "SecretsManagerClient") -> None:
    with pytest.raises(AssertionError), secretsmanager.assert_unchanged():
        client.put_secret_value(SecretId="db", SecretString="new")
    secretsmanager.assert_value("db", "new")


def test_one_may_stand_inside_another(secretsmanager: SecretsManager, client: "SecretsManagerClient") -> None:
    with (
        pytest.raises(AssertionError, match="'db' in us-east-1: "),
        secretsmanager.assert_unchanged("db"),
        secretsmanager.assert_unchanged("other"),
    ):
        client.put_secret_value(SecretId="db", SecretString="new")


def test_to_forget_the_with_is_warned_of(secretsmanager: SecretsManager) -> None:
    """As a coroutine that nobody awaits is: the call alone asserts nothing."""
    secretsmanager.seed("db", "one")
    with pytest.warns(RuntimeWarning, match="not entered, so it asserts nothing"):
        secretsmanager.assert_unchanged("db")


# --- which call it was -----------------------------------------------------------------------------------------------


def told(sm: SecretsManager, change: Callable[[], object], secret_id: str | None = None) -> str:
    """The lines that name the changes."""
    with pytest.raises(AssertionError) as failure, sm.assert_unchanged(secret_id):
        change()
    return str(failure.value).split("\n\n")[0].partition("\n")[2]


def test_each_call_that_wrote_is_named_once_and_counted(
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


def test_a_refused_call_is_not_named(secretsmanager: SecretsManager, client: "SecretsManagerClient") -> None:
    def change() -> None:
        with pytest.raises(client.exceptions.InvalidParameterException):
            client.update_secret_version_stage(SecretId="db", VersionStage="AWSCURRENT", RemoveFromVersionId=TWO)
        client.delete_secret(SecretId="db")

    assert told(secretsmanager, change) == "  'db' in us-east-1: deletion changed by DeleteSecret"


def test_a_call_before_the_block_is_not_named(secretsmanager: SecretsManager, client: "SecretsManagerClient") -> None:
    client.put_secret_value(SecretId="db", SecretString="before")
    text = told(secretsmanager, lambda: client.delete_secret(SecretId="db"))
    assert text.endswith("changed by DeleteSecret")


def test_a_call_is_named_though_the_log_was_cleared_after_it(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    def change() -> None:
        client.delete_secret(SecretId="db")
        secretsmanager.log.clear()

    assert told(secretsmanager, change).endswith("changed by DeleteSecret")


def test_a_change_without_a_call_says_so(secretsmanager: SecretsManager, client: "SecretsManagerClient") -> None:
    assert told(secretsmanager, lambda: secretsmanager.seed("db", "again")).endswith(
        " changed (no logged call did it: a seed, or the clock)"
    )
    client.delete_secret(SecretId="other")
    assert told(secretsmanager, lambda: secretsmanager.clock.advance(days=40)) == (
        "  'other' in us-east-1: it was deleted (no logged call did it: a seed, or the clock)"
    )


def test_a_replica_was_changed_by_the_call_that_wrote_to_its_primary(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    secretsmanager.seed("wide", "one", replicas=["eu-west-1"])
    text = told(secretsmanager, lambda: client.put_secret_value(SecretId="wide", SecretString="two"))
    assert "'wide' in us-east-1: versions, labels changed by PutSecretValue" in text
    assert "'wide' in eu-west-1: versions, labels changed by PutSecretValue" in text


def test_a_rotation_by_aws_is_named_by_its_events(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", {"password": "one"}, owning_service="rds")
    secretsmanager.client().rotate_secret(SecretId="db", RotationRules={"AutomaticallyAfterDays": 7})
    text = told(secretsmanager, lambda: secretsmanager.clock.advance(days=8), "db")
    assert "RotationSucceeded" in text


def test_the_table_is_that_of_the_end_of_the_block(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other threads may delete the secret before the failure is put into words."""
    world = secretsmanager._world
    monkeypatch.setattr(type(world), "state_of", lambda *_: None)
    with pytest.raises(AssertionError) as failure, secretsmanager.assert_unchanged():
        client.delete_secret(SecretId="other")
    assert str(failure.value).splitlines()[3].startswith("secret 'other' in us-east-1, marked for deletion on ")


def test_a_call_after_the_block_is_not_named(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another thread may write while the failure is put into words."""
    change_text = unchanged.change_text

    def tag_and_tell(*states: Secret | None) -> str:
        client.tag_resource(SecretId="db", Tags=[{"Key": "a", "Value": "b"}])
        return change_text(*states)

    monkeypatch.setattr(unchanged, "change_text", tag_and_tell)
    text = told(secretsmanager, lambda: client.put_secret_value(SecretId="db", SecretString="new"))
    assert text == "  'db' in us-east-1: versions, labels changed by PutSecretValue"
