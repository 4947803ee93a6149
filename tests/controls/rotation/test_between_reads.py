"""`sm.rotation.between_reads`: a secret rotates between two reads."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from rotating import V1, refusal, rotate
from rotation_function import Database, LoginRefused, log_in, rotation_function

from pytest_secretsmanager import Rotation, SecretNotFound, SecretsManager, UsageError, Version

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient


def test_between_reads_rotates_the_secret_after_each_read(sm: SecretsManager, database: Database) -> None:
    client = sm.client()
    with sm.rotation.between_reads("db"):
        for number in range(1, 4):
            read = client.get_secret_value(SecretId="db")
            assert len(sm.rotation.runs) == number
            sm.assert_label("db", "AWSPREVIOUS", read["VersionId"])


class _InterruptedList(list[Any]):
    """A list that raises once, after it appends or before it removes, as a signal handler may."""

    def __init__(self, method: str) -> None:
        self.method = method

    def append(self, item: Any) -> None:
        super().append(item)
        self._interrupt("append")

    def remove(self, item: Any) -> None:
        self._interrupt("remove")
        super().remove(item)

    def _interrupt(self, method: str) -> None:
        if method == self.method:
            self.method = ""
            raise KeyboardInterrupt


@pytest.mark.parametrize("method", ["append", "remove"])
def test_interrupt_at_an_end_of_between_reads_leaves_no_rotation_behind(
    sm: SecretsManager, database: Database, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    monkeypatch.setattr(sm._parts.service._watchers, "of_calls", _InterruptedList(method))
    with pytest.raises(KeyboardInterrupt), sm.rotation.between_reads("db"):
        pass
    sm.client().get_secret_value(SecretId="db")
    assert list(sm.rotation.runs) == []


def test_read_in_between_reads_returns_the_value_from_before_the_rotation(
    sm: SecretsManager, database: Database
) -> None:
    client = sm.client()
    with sm.rotation.between_reads("db"):
        values = [client.get_secret_value(SecretId="db")["SecretString"] for _ in range(3)]
    sm.assert_history("db", [*values, {"username": "app", "password": database["app"]}])
    assert len(set(values)) == 3


@pytest.mark.parametrize(
    ("options", "rotated_after"),
    [
        ({}, [1, 2, 3, 4, 5, 6, 7, 8]),
        ({"every": 1}, [1, 2, 3, 4, 5, 6, 7, 8]),
        ({"every": 3}, [1, 4, 7]),
        ({"first": 3}, [3, 4, 5, 6, 7, 8]),
        ({"every": 3, "first": 2}, [2, 5, 8]),
        ({"every": 2, "first": 4}, [4, 6, 8]),
        ({"every": 100}, [1]),
    ],
    ids=str,
)
def test_between_reads_rotates_after_read_first_and_then_after_every_nth_read(
    sm: SecretsManager, database: Database, options: dict[str, int], rotated_after: list[int]
) -> None:
    client, found, before = sm.client(), [], 0
    with sm.rotation.between_reads("db", **options):
        for number in range(1, 9):
            client.get_secret_value(SecretId="db")
            if len(sm.rotation.runs) > before:
                found.append(number)
            before = len(sm.rotation.runs)
    assert found == rotated_after


READS: dict[str, tuple[Callable[["SecretsManagerClient"], object], int]] = {
    "by name": (lambda client: client.get_secret_value(SecretId="db"), 1),
    "of a label": (lambda client: client.get_secret_value(SecretId="db", VersionStage="AWSCURRENT"), 1),
    "in a batch": (lambda client: client.batch_get_secret_value(SecretIdList=["other", "db"]), 1),
    "in a batch by filters": (
        lambda client: client.batch_get_secret_value(Filters=[{"Key": "name", "Values": ["d"]}]),
        1,
    ),
    "in a batch without it": (lambda client: client.batch_get_secret_value(SecretIdList=["other"]), 0),
    "in a batch of refusals": (lambda client: client.batch_get_secret_value(SecretIdList=["nowhere"]), 0),
    "of another secret": (lambda client: client.get_secret_value(SecretId="other"), 0),
    "of its namesake elsewhere": (
        lambda _: boto3.client("secretsmanager", "eu-west-1").get_secret_value(SecretId="db"),
        0,
    ),
    "of its metadata": (lambda client: client.describe_secret(SecretId="db"), 0),
    "of its versions": (lambda client: client.list_secret_version_ids(SecretId="db"), 0),
    "of all secrets": (lambda client: client.list_secrets(), 0),
    "with a write": (lambda client: client.put_secret_value(SecretId="other", SecretString="x"), 0),
}


@pytest.mark.parametrize("read", READS)
def test_between_reads_counts_only_reads_of_the_secrets_value(
    sm: SecretsManager, database: Database, client: "SecretsManagerClient", read: str
) -> None:
    sm.seed("other", "x")
    sm.seed("db", "x", region="eu-west-1")
    make, rotations = READS[read]
    if not rotations:
        with nothing_rotates(sm):
            make(client)
        return
    with sm.rotation.between_reads("db"):
        make(client)
    assert len(sm.rotation.runs) == rotations


@contextmanager
def nothing_rotates(sm: SecretsManager) -> Iterator[None]:
    """A `between_reads` block without a rotation. It fails at its end, since it tests nothing."""
    failure = pytest.raises(AssertionError, match=r"^secret 'db' was not rotated between reads: it was read 0 times")
    with failure, sm.rotation.between_reads("db"):
        yield
    assert sm.rotation.runs == ()


def test_between_reads_fails_at_its_end_without_a_rotation(sm: SecretsManager, database: Database) -> None:
    def read_too_little() -> None:
        with sm.rotation.between_reads("db", first=3):
            for _ in range(2):
                sm.client().get_secret_value(SecretId="db")

    with pytest.raises(AssertionError) as caught:
        read_too_little()
    assert str(caught.value) == (
        "secret 'db' was not rotated between reads: it was read 2 times, and rotates after read number 3"
    )


def test_between_reads_counts_its_reads_and_rotations(sm: SecretsManager, database: Database) -> None:
    with sm.rotation.between_reads("db", every=2) as between:
        for _ in range(4):
            sm.client().get_secret_value(SecretId="db")
    assert (between.reads, between.rotations) == (4, 2)


def test_between_reads_counts_a_read_by_arn(sm: SecretsManager, database: Database) -> None:
    with sm.rotation.between_reads("db"):
        sm.client().get_secret_value(SecretId=sm.secret("db").arn)
    assert len(sm.rotation.runs) == 1


def test_between_reads_does_not_count_a_refused_read(sm: SecretsManager, database: Database) -> None:
    with nothing_rotates(sm):
        refusal(sm.client().get_secret_value, SecretId="db", VersionStage="AWSPENDING")


def test_between_reads_does_not_count_reads_of_views(sm: SecretsManager, database: Database) -> None:
    with nothing_rotates(sm):
        assert sm.secret("db").json == {"username": "app", "password": "one"}


def test_between_reads_does_not_count_the_reads_of_its_own_rotation(sm: SecretsManager, database: Database) -> None:
    with sm.rotation.between_reads("db"):
        sm.client().get_secret_value(SecretId="db")
    assert len(sm.log.matching("GetSecretValue")) == 6
    assert len(sm.rotation.runs) == 1


def test_between_reads_does_not_count_the_reads_of_another_rotation(sm: SecretsManager, database: Database) -> None:
    with sm.rotation.between_reads("db") as between:
        rotate(sm)
        assert between.reads == 0
        sm.client().get_secret_value(SecretId="db")
    assert len(sm.rotation.runs) == 2


def test_between_reads_stops_rotating_at_its_end(sm: SecretsManager, database: Database) -> None:
    with sm.rotation.between_reads("db"):
        sm.client().get_secret_value(SecretId="db")
    sm.client().get_secret_value(SecretId="db")
    assert len(sm.rotation.runs) == 1


def test_between_reads_stops_rotating_when_its_block_raises(sm: SecretsManager, database: Database) -> None:
    with pytest.raises(KeyError, match="mine"), sm.rotation.between_reads("db"):
        raise KeyError("mine")
    sm.client().get_secret_value(SecretId="db")
    assert sm.rotation.runs == ()


def test_between_reads_of_two_secrets_counts_their_reads_separately(sm: SecretsManager, database: Database) -> None:
    other = {"app": "one"}
    sm.seed("other", {"username": "app", "password": "one"}, rotation=Rotation(rotation_function(other)))
    with sm.rotation.between_reads("db"), sm.rotation.between_reads("other", every=2):
        for name in ("db", "other", "db", "other", "db"):
            sm.client().get_secret_value(SecretId=name)
    arns = [run.secret for run in sm.rotation.runs]
    assert (arns.count(sm.secret("db").arn), arns.count(sm.secret("other").arn)) == (3, 1)


def test_between_reads_finds_its_secret_by_region(sm: SecretsManager, database: Database) -> None:
    there = Rotation(rotation_function({"app": "one"}))
    view = sm.seed("db", {"username": "app", "password": "one"}, region="eu-west-1", rotation=there)
    with sm.rotation.between_reads("db", region="eu-west-1"):
        sm.client().get_secret_value(SecretId="db")
        sm.client("eu-west-1").get_secret_value(SecretId="db")
    assert [run.secret for run in sm.rotation.runs] == [view.arn]


def test_between_reads_rotates_as_the_default_user_of_the_secrets_account(
    sm: SecretsManager, database: Database
) -> None:
    with sm.rotation.between_reads("db"):
        sm.client().get_secret_value(SecretId="db")
    (event,) = sm.log.matching("RotateSecret")
    assert event.principal == "arn:aws:iam::123456789012:user/test"
    assert event.request == {"SecretId": "db", "ClientRequestToken": sm.rotation.runs[0].token}


class Pool:
    """An application's connections. It keeps its password, and may read it again after a refused login."""

    def __init__(self, client: "SecretsManagerClient", database: Database, recovers: bool) -> None:
        self._client = client
        self._database = database
        self._recovers = recovers
        self._credentials: dict[str, str] = {}
        self.reads = 0

    def connect(self) -> None:
        try:
            log_in(self._database, self._credentials or self._read())
        except LoginRefused:
            if not self._recovers:
                raise
            log_in(self._database, self._read())

    def _read(self) -> dict[str, str]:
        self.reads += 1
        self._credentials = json.loads(self._client.get_secret_value(SecretId="db")["SecretString"])
        return self._credentials


def test_application_that_reads_again_after_a_refused_login_survives_between_reads(
    sm: SecretsManager, database: Database, client: "SecretsManagerClient"
) -> None:
    pool = Pool(client, database, recovers=True)
    with sm.rotation.between_reads("db", every=2):
        pool.connect()
        pool.connect()
    assert (pool.reads, len(sm.rotation.runs)) == (2, 1)


def test_application_that_keeps_its_password_fails_in_between_reads(
    sm: SecretsManager, database: Database, client: "SecretsManagerClient"
) -> None:
    pool = Pool(client, database, recovers=False)
    with pytest.raises(LoginRefused), sm.rotation.between_reads("db", every=2):
        pool.connect()


def read(sm: SecretsManager, times: int = 1) -> None:
    """Read `db` `times` times, with a rotation after each read."""
    with sm.rotation.between_reads("db"):
        for _ in range(times):
            sm.client().get_secret_value(SecretId="db")


def test_between_reads_fails_at_its_end_when_a_rotation_failed(sm: SecretsManager, database: Database) -> None:
    error = ConnectionError("no answer")
    sm.rotation.fail("setSecret", error)
    with pytest.raises(AssertionError) as caught:
        read(sm)
    assert str(caught.value) == (
        "a rotation of secret 'db' between reads did not succeed: setSecret failed with ConnectionError, as the test "
        "planned"
    )
    assert caught.value.__cause__ is error


def test_between_reads_raises_the_error_of_its_block_before_a_failed_rotation(
    sm: SecretsManager, database: Database
) -> None:
    def read_and_fail() -> None:
        with sm.rotation.between_reads("db"):
            sm.client().get_secret_value(SecretId="db")
            raise KeyError("mine")

    sm.rotation.fail("setSecret", ConnectionError)
    with pytest.raises(KeyError, match="mine"):
        read_and_fail()


def test_between_reads_names_a_failed_rotation_before_the_refusals_that_follow(
    sm: SecretsManager, database: Database
) -> None:
    sm.rotation.fail("createSecret", ConnectionError)
    with pytest.raises(AssertionError, match="did not succeed: createSecret failed") as caught:
        read(sm, times=2)
    assert isinstance(caught.value.__cause__, ConnectionError)


def test_between_reads_names_the_first_failed_rotation(sm: SecretsManager, database: Database) -> None:
    """After the last step AWSPENDING is on the current version, so the next rotation may begin."""
    sm.rotation.fail("finishSecret", KeyError, after=True)
    sm.rotation.fail("finishSecret", OSError, after=True)
    with pytest.raises(AssertionError) as caught:
        read(sm, times=2)
    assert [type(run.error) for run in sm.rotation.runs] == [KeyError, OSError]
    assert isinstance(caught.value.__cause__, KeyError)


@pytest.mark.secretsmanager(version_quota=2)
def test_between_reads_fails_at_its_end_when_aws_refused_a_rotation(sm: SecretsManager, database: Database) -> None:
    with pytest.raises(AssertionError) as caught:
        read(sm, times=2)
    assert str(caught.value) == (
        "secret 'db' could not be rotated between reads: InvalidRequestException: You can't have more than 2 versions "
        "of a secret."
    )


def test_between_reads_names_a_rotation_that_failed_before_its_first_step(sm: SecretsManager) -> None:
    """The version that is read has the old key; the version of the rotation would have the new one."""
    new = sm.kms.create_key(alias="alias/new")
    versions = [Version("one", id=V1), "two", "three"]
    sm.seed("db", versions=versions, owning_service="rds", rotation=Rotation(days=7), kms_key="alias/old")
    sm.client().update_secret(SecretId="db", KmsKeyId="alias/new")
    sm.kms.deny(new)

    def read_the_old_version() -> None:
        with sm.rotation.between_reads("db"):
            sm.client().get_secret_value(SecretId="db", VersionId=V1)

    with pytest.raises(AssertionError) as caught:
        read_the_old_version()
    assert str(caught.value) == (
        "a rotation of secret 'db' between reads did not succeed: AWS could not create its version"
    )


def test_between_reads_refuses_a_secret_without_rotation(sm: SecretsManager) -> None:
    sm.seed("db", "one")
    with pytest.raises(UsageError) as caught, sm.rotation.between_reads("db"):
        pass
    assert str(caught.value) == (
        "secret 'db' has no rotation function: seed it with rotation=Rotation(handler), or call rotate_secret with "
        "sm.rotation.register(handler) first"
    )


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"every": 0}, "every is a number of reads, at least 1, not 0"),
        ({"every": True}, "every is a number of reads, at least 1, not True"),
        ({"every": 1.5}, "every is a number of reads, at least 1, not 1.5"),
        ({"first": 0}, "first is a number of reads, at least 1, not 0"),
        ({"first": "1"}, "first is a number of reads, at least 1, not '1'"),
    ],
    ids=str,
)
def test_between_reads_refuses_invalid_numbers_of_reads(
    sm: SecretsManager, database: Database, options: dict[str, Any], text: str
) -> None:
    with pytest.raises(UsageError) as caught, sm.rotation.between_reads("db", **options):
        pass
    assert str(caught.value) == text


def test_between_reads_of_an_unknown_secret_raises_secret_not_found(sm: SecretsManager, database: Database) -> None:
    with pytest.raises(SecretNotFound, match=r"^no secret 'bd' "), sm.rotation.between_reads("bd"):
        pass


def test_between_reads_fails_at_its_end_when_a_rotation_was_abandoned(sm: SecretsManager) -> None:
    def handler(event: dict[str, str], _: object) -> None:
        sm.client().put_secret_value(SecretId=event["SecretId"], SecretString="by hand")

    def read_once() -> None:
        with sm.rotation.between_reads("db"):
            sm.client().get_secret_value(SecretId="db")

    sm.seed("db", "one", rotation=Rotation(handler))
    with pytest.raises(AssertionError, match="did not succeed: it was abandoned"):
        read_once()
