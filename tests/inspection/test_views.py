"""Views: secrets, versions and the mapping of secrets as a test sees them, live and read-only."""

import pprint
import reprlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from _pytest._io.saferepr import saferepr

from pytest_secretsmanager import Rotation, SecretNotFound, SecretsManager, SecretView, UsageError, Version
from pytest_secretsmanager.inspection.named_secret import key_of

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient

ONE, TWO, THREE = "1" * 32, "2" * 32, "3" * 32
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture
def db(secretsmanager: SecretsManager) -> SecretView:
    """A secret with a previous, a current and a pending version."""
    return secretsmanager.seed(
        "app/db",
        versions=[
            Version("one", id=ONE, labels=["AWSPREVIOUS"], age=timedelta(days=40)),
            Version({"password": "two"}, id=TWO, labels=["AWSCURRENT"], age=timedelta(hours=1)),
            Version(b"three", id=THREE, labels=["AWSPENDING"]),
        ],
        tags={"team": "pay"},
    )


# --- a secret --------------------------------------------------------------------------------------------------------


def test_secret_view_has_name_arn_and_key(db: SecretView) -> None:
    assert db.name == "app/db"
    assert db.arn.startswith("arn:aws:secretsmanager:us-east-1:123456789012:secret:app/db-")
    assert key_of(db) == ("us-east-1", "123456789012", "app/db")


def test_secret_view_has_the_current_value_as_text_and_as_json(db: SecretView) -> None:
    assert db.value == '{"password": "two"}'
    assert db.json == {"password": "two"}


def test_secret_view_shows_a_binary_value_as_bytes(secretsmanager: SecretsManager) -> None:
    assert secretsmanager.seed("key", b"\x00\xff").value == b"\x00\xff"


def test_secret_view_without_versions_has_no_value(secretsmanager: SecretsManager) -> None:
    empty = secretsmanager.seed("empty")
    assert empty.value is None
    assert empty.json is None
    assert empty.versions == []
    assert empty.labels == {}
    assert (empty.current, empty.previous, empty.pending) == (None, None, None)


def test_secret_view_labels_map_to_version_ids(db: SecretView) -> None:
    assert db.labels == {"AWSPREVIOUS": ONE, "AWSCURRENT": TWO, "AWSPENDING": THREE}


def test_secret_view_lists_versions_oldest_first(db: SecretView) -> None:
    assert [version.id for version in db.versions] == [ONE, TWO, THREE]
    assert [version.number for version in db.versions] == [1, 2, 3]


def test_secret_view_has_properties_for_the_three_labels_of_aws(db: SecretView) -> None:
    assert (db.previous, db.current, db.pending) == tuple(db.versions)


def test_secret_view_tags_are_a_dict(db: SecretView, secretsmanager: SecretsManager) -> None:
    assert db.tags == {"team": "pay"}
    assert secretsmanager.seed("untagged").tags == {}


def test_secret_view_shows_the_date_of_a_scheduled_deletion(db: SecretView, client: "SecretsManagerClient") -> None:
    assert db.deleted is None
    client.delete_secret(SecretId="app/db", RecoveryWindowInDays=7)
    assert db.deleted == NOW + timedelta(days=7)
    assert db.value == '{"password": "two"}'


def test_secret_view_shows_later_changes(db: SecretView, client: "SecretsManagerClient") -> None:
    versions = len(db.versions)
    client.put_secret_value(SecretId="app/db", SecretString="four")
    assert db.value == "four"
    assert len(db.versions) == versions + 1


def test_secret_view_of_a_deleted_secret_raises_secret_not_found(
    db: SecretView, client: "SecretsManagerClient"
) -> None:
    client.delete_secret(SecretId="app/db", ForceDeleteWithoutRecovery=True)
    assert repr(db) == str(db) == "secret 'app/db' in us-east-1: no longer exists"
    with pytest.raises(SecretNotFound, match=r"^no secret 'app/db' in us-east-1 of account 123456789012; "):
        _ = db.value


def test_secret_is_gone_when_the_recovery_window_has_passed(
    db: SecretView, secretsmanager: SecretsManager, client: "SecretsManagerClient", clock: Any
) -> None:
    client.delete_secret(SecretId="app/db", RecoveryWindowInDays=7)
    clock.advance(7 * 86_400)
    with pytest.raises(SecretNotFound):
        secretsmanager.secret("app/db")
    assert "app/db" not in secretsmanager.secrets


@pytest.mark.parametrize(
    "name",
    ["arn", "name", "value", "json", "labels", "versions", "current", "tags", "deleted", "history", "anything"],
)
def test_secret_view_attribute_can_not_be_set(db: SecretView, name: str) -> None:
    with pytest.raises(AttributeError):
        setattr(db, name, "changed")


def test_secret_view_returns_copies(db: SecretView) -> None:
    db.labels.clear()
    db.tags["team"] = "other"
    db.versions.clear()
    db.versions[0].labels.clear()
    assert db.labels == {"AWSPREVIOUS": ONE, "AWSCURRENT": TWO, "AWSPENDING": THREE}
    assert db.tags == {"team": "pay"}
    assert db.versions[0].labels == ["AWSPREVIOUS"]


def test_secret_views_of_one_secret_are_equal(db: SecretView, secretsmanager: SecretsManager) -> None:
    assert secretsmanager.secret("app/db") == db
    assert len({secretsmanager.secret("app/db"), db}) == 1
    assert secretsmanager.seed("other") != db
    assert db != "app/db"


@pytest.mark.parametrize(
    ("ids", "table"),
    [
        ([], ["  (no version)"]),
        ([ONE], ["  #  version id                        age  AWSCURRENT", f"  1  {ONE}  0 s  now"]),
        (
            [ONE, TWO],
            [
                "  #  version id                        age  AWSCURRENT  AWSPREVIOUS",
                f"  1  {ONE}  0 s              now",
                f"  2  {TWO}  0 s  now",
            ],
        ),
    ],
    ids=["no version", "one version", "two versions"],
)
def test_repr_and_str_of_a_secret_view_are_its_table(
    secretsmanager: SecretsManager, ids: list[str], table: list[str]
) -> None:
    view = secretsmanager.seed("db", versions=[Version("hidden", id=version_id) for version_id in ids])
    assert repr(view).splitlines() == ["secret 'db' in us-east-1", *table]
    assert repr(view) == str(view) == f"{view}"


@pytest.mark.parametrize(
    ("versions", "text"),
    [
        ([], "<secret 'db': 0 versions>"),
        (["hidden"], "<secret 'db': 1 version, AWSCURRENT on 1>"),
        (["hidden", "hidden too"], "<secret 'db': 2 versions, AWSCURRENT on 2, AWSPREVIOUS on 1>"),
    ],
    ids=str,
)
@pytest.mark.parametrize("shown", [pprint.pformat, saferepr], ids=["pprint", "pytest"])
def test_a_secret_view_is_one_line_where_a_long_repr_would_be_cut(
    secretsmanager: SecretsManager, shown: Callable[[object], str], versions: list[str], text: str
) -> None:
    assert shown(secretsmanager.seed("db", versions=versions)) == text


def test_reprlib_cuts_the_one_line_of_a_secret_view(secretsmanager: SecretsManager) -> None:
    text = reprlib.repr(secretsmanager.seed("db", versions=["hidden"]))
    assert text.startswith("<secret 'db'")
    assert text.endswith("CURRENT on 1>")
    assert len(text) <= reprlib.aRepr.maxother


def test_secret_view_logs_no_call_and_sets_no_last_accessed_date(
    db: SecretView, secretsmanager: SecretsManager
) -> None:
    assert db.value
    assert [version.value for version in db.versions]
    assert db.history == []
    assert len(secretsmanager.log) == 0
    assert "LastAccessedDate" not in secretsmanager.client().describe_secret(SecretId="app/db")


def test_secret_view_history_lists_every_label_move_oldest_first(
    db: SecretView, client: "SecretsManagerClient", clock: Any
) -> None:
    clock.advance(60)
    client.put_secret_value(SecretId="app/db", SecretString="four", ClientRequestToken="4" * 32)
    clock.advance(60)
    client.update_secret_version_stage(SecretId="app/db", VersionStage="AWSPENDING", RemoveFromVersionId=THREE)
    first, second = NOW + timedelta(minutes=1), NOW + timedelta(minutes=2)
    assert sorted(db.history[:2]) == [
        ("AWSCURRENT", TWO, "4" * 32, first, "PutSecretValue"),
        ("AWSPREVIOUS", ONE, TWO, first, "PutSecretValue"),
    ]
    assert db.history[2:] == [("AWSPENDING", THREE, None, second, "UpdateSecretVersionStage")]


# --- a version -------------------------------------------------------------------------------------------------------


def test_version_view_has_its_value_as_text_bytes_and_json(db: SecretView) -> None:
    one, two, three = db.versions
    assert (one.value, two.value, three.value) == ("one", '{"password": "two"}', b"three")
    assert two.json == {"password": "two"}


def test_version_view_shows_its_age_on_the_clock_of_the_manager(db: SecretView, clock: Any) -> None:
    one, two, three = db.versions
    assert one.created == NOW - timedelta(days=40)
    assert (two.age, three.age) == (3600, 0)
    clock.advance(5)
    assert (two.age, three.age) == (3605, 5)


def test_version_view_keeps_its_value_and_shows_its_current_labels(
    db: SecretView, client: "SecretsManagerClient"
) -> None:
    current = db.current
    assert current is not None
    client.put_secret_value(SecretId="app/db", SecretString="four")
    assert current.id == TWO
    assert current.value == '{"password": "two"}'
    assert current.labels == ["AWSPREVIOUS"]


@pytest.mark.parametrize("name", ["id", "number", "value", "json", "labels", "created", "age", "anything"])
def test_version_view_attribute_can_not_be_set(db: SecretView, name: str) -> None:
    with pytest.raises(AttributeError):
        setattr(db.versions[0], name, "changed")


def test_version_views_are_equal_for_the_same_secret_and_id(db: SecretView, secretsmanager: SecretsManager) -> None:
    other = secretsmanager.seed("other", versions=[Version("one", id=ONE)])
    assert db.versions[0] == db.version(1)
    assert len({db.versions[0], db.version(ONE), db.previous}) == 1
    assert db.versions[0] != db.versions[1]
    assert db.versions[0] != other.versions[0]
    assert db.versions[0] != ONE


def test_repr_of_a_version_view_shows_number_and_id_and_no_value(db: SecretView) -> None:
    assert repr(db.versions[0]) == f"<version 1 of 'app/db', {ONE}>"


def test_secret_view_version_with_a_negative_number_counts_from_the_end(db: SecretView) -> None:
    assert [db.version(number).number for number in (1, 2, 3, -1, -2, -3)] == [1, 2, 3, 3, 2, 1]


@pytest.mark.parametrize("version", [None, [1], True, 1.5], ids=str)
def test_secret_view_version_refuses_a_name_of_a_wrong_type(db: SecretView, version: object) -> None:
    with pytest.raises(
        UsageError, match=f"^a version is an id, a number, a label or a view, not {type(version).__name__}$"
    ):
        db.version(version)  # type: ignore[arg-type]


# --- finding a secret ------------------------------------------------------------------------------------------------


def test_secret_is_found_by_name_arn_partial_arn_and_view(db: SecretView, secretsmanager: SecretsManager) -> None:
    for secret_id in ("app/db", db.arn, db.arn[:-7], db):
        assert secretsmanager.secret(secret_id) == db


def test_secret_is_found_by_arn_in_any_region_and_account(secretsmanager: SecretsManager) -> None:
    far = secretsmanager.seed("db", "x", region="eu-west-1", account="999999999999")
    assert secretsmanager.secret(far.arn) == far


def test_secret_is_not_found_by_an_arn_with_another_suffix(secretsmanager: SecretsManager) -> None:
    arn = secretsmanager.seed("db", "x").arn
    other = "zzzzzz" if not arn.endswith("zzzzzz") else "yyyyyy"
    with pytest.raises(SecretNotFound):
        secretsmanager.secret(arn[:-6] + other)


@pytest.mark.parametrize(
    ("secret_id", "place", "text"),
    [
        (
            "app/bd",
            {},
            "no secret 'app/bd' in us-east-1 of account 123456789012; did you mean 'app/db'?",
        ),
        (
            "qqqqqq",
            {},
            "no secret 'qqqqqq' in us-east-1 of account 123456789012; there is 'app/db'",
        ),
        (
            "app/db",
            {"region": "eu-west-1"},
            "no secret 'app/db' in eu-west-1 of account 123456789012; it is in us-east-1 of account 123456789012",
        ),
        (
            "app/db",
            {"account": "999999999999"},
            "no secret 'app/db' in us-east-1 of account 999999999999; it is in us-east-1 of account 123456789012",
        ),
        (
            "other",
            {"region": "eu-west-1"},
            "no secret 'other' in eu-west-1 of account 123456789012; there are secrets only in us-east-1 of "
            "account 123456789012; there is 'app/db'",
        ),
    ],
    ids=str,
)
def test_secret_not_found_names_similar_secrets_and_other_places(
    db: SecretView, secretsmanager: SecretsManager, secret_id: str, place: dict[str, str], text: str
) -> None:
    with pytest.raises(SecretNotFound) as failure:
        secretsmanager.secret(secret_id, **place)
    assert str(failure.value) == text


def test_secret_not_found_counts_many_secrets_that_are_not_similar(secretsmanager: SecretsManager) -> None:
    for number in range(16):
        secretsmanager.seed(f"app/{number}")
    with pytest.raises(SecretNotFound) as failure:
        secretsmanager.secret("qqqqqq")
    assert str(failure.value) == ("no secret 'qqqqqq' in us-east-1 of account 123456789012; it has 16 other secrets")


@pytest.mark.parametrize("name", ["app/service-123/bd", "pp/service-123/db", "app/servce-123/db", "app/service-123/"])
def test_secret_not_found_names_the_nearest_of_many_secrets(secretsmanager: SecretsManager, name: str) -> None:
    for number in range(600):
        secretsmanager.seed(f"app/service-{number}/db")
    with pytest.raises(SecretNotFound, match=r"; did you mean 'app/service-123/db' or "):
        secretsmanager.secret(name)


def test_secret_not_found_names_two_other_places(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", region="eu-west-1")
    secretsmanager.seed("db", account="999999999999")
    with pytest.raises(SecretNotFound) as failure:
        secretsmanager.secret("db")
    assert str(failure.value) == (
        "no secret 'db' in us-east-1 of account 123456789012; it is in eu-west-1 of account 123456789012 and in "
        "us-east-1 of account 999999999999"
    )


def test_secret_named_by_a_wrong_type_is_refused(secretsmanager: SecretsManager) -> None:
    with pytest.raises(UsageError) as failure:
        secretsmanager.secret(3)  # type: ignore[arg-type]
    assert str(failure.value) == "a secret is named by its name, its ARN or its view, not by int"


# --- sm.secrets ------------------------------------------------------------------------------------------------------


def test_secrets_mapping_holds_one_region_and_account_by_name(secretsmanager: SecretsManager) -> None:
    first, second = secretsmanager.seed("b"), secretsmanager.seed("a", deleted=True)
    secretsmanager.seed("c", region="eu-west-1")
    secretsmanager.seed("d", account="999999999999")
    assert dict(secretsmanager.secrets) == {"b": first, "a": second}
    assert list(secretsmanager.secrets) == ["b", "a"]
    assert len(secretsmanager.secrets) == 2


def test_secrets_mapping_shows_later_secrets(secretsmanager: SecretsManager, client: "SecretsManagerClient") -> None:
    secrets = secretsmanager.secrets
    assert "db" not in secrets
    client.create_secret(Name="db")
    assert "db" in secrets
    assert len(secrets) == 1


def test_secrets_mapping_is_read_only(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db")
    secrets: Any = secretsmanager.secrets
    with pytest.raises(TypeError):
        secrets["db"] = "x"
    with pytest.raises(TypeError):
        del secrets["db"]


def test_secrets_mapping_names_the_nearest_secret_for_an_unknown_key(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("app/db")
    with pytest.raises(KeyError, match="no secret 'app/bd' in us-east-1 of account 123456789012; did you mean 'app/d"):
        _ = secretsmanager.secrets["app/bd"]
    assert secretsmanager.secrets.get("app/bd") is None


def test_repr_of_the_secrets_mapping_shows_names_only(secretsmanager: SecretsManager) -> None:
    assert repr(secretsmanager.secrets) == "<secrets of us-east-1, account 123456789012: none>"
    secretsmanager.seed("a", "hidden")
    secretsmanager.seed("b")
    assert repr(secretsmanager.secrets) == "<secrets of us-east-1, account 123456789012: a, b>"


def test_repr_of_many_secrets_has_a_bounded_length(secretsmanager: SecretsManager) -> None:
    for number in range(25):
        secretsmanager.seed(f"{number:02}" + "x" * 400)
    shown = repr(secretsmanager.secrets)
    assert shown.endswith(", … and 5 more>")
    assert len(shown) < 1_400


def test_length_of_the_secrets_mapping_counts_those_of_its_place_that_are_not_deleted(
    secretsmanager: SecretsManager,
) -> None:
    client = secretsmanager.client()
    for name in ("kept", "scheduled", "deleted"):
        secretsmanager.seed(name, "x", replicas=["eu-west-1"] if name == "kept" else [])
    client.delete_secret(SecretId="deleted", RecoveryWindowInDays=7)
    assert (len(secretsmanager.secrets), [*secretsmanager.secrets]) == (3, ["kept", "scheduled", "deleted"])
    secretsmanager.clock.advance(days=5)
    client.delete_secret(SecretId="scheduled")
    secretsmanager.clock.advance(days=5)
    assert (len(secretsmanager.secrets), [*secretsmanager.secrets]) == (2, ["kept", "scheduled"])


def test_version_view_keeps_its_value_when_the_secret_is_replaced(secretsmanager: SecretsManager) -> None:
    kept = secretsmanager.seed("again", "old").current
    secretsmanager.seed("again", "new")
    assert kept is not None
    assert (kept.value, kept.labels) == ("old", [])
    assert kept != secretsmanager.secret("again").current


def test_version_view_has_no_labels_when_the_secret_is_deleted(secretsmanager: SecretsManager) -> None:
    kept = secretsmanager.seed("again", "old").current
    secretsmanager.client().delete_secret(SecretId="again", ForceDeleteWithoutRecovery=True)
    assert kept is not None
    assert (kept.value, kept.labels) == ("old", [])


def test_assert_value_refuses_a_view_of_another_manager(secretsmanager: SecretsManager) -> None:
    with SecretsManager() as other, pytest.raises(UsageError, match=r"is a view of another SecretsManager$"):
        other.assert_value(secretsmanager.seed("mine", "x"), "x")


def test_secrets_mapping_contains_only_known_names(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("mine", "x")
    secrets = secretsmanager.secrets
    assert ["mine" in secrets, "other" in secrets, 1 in secrets] == [True, False, False]


def test_secret_view_refuses_json_that_is_nested_too_deeply(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("deep", "[" * 60_000)
    with pytest.raises(UsageError, match=r"^the value of version 1 of secret 'deep' is not JSON$"):
        _ = secretsmanager.secret("deep").json
    with pytest.raises(AssertionError, match="holds another value"):
        secretsmanager.assert_value("deep", [1])
    secretsmanager.assert_nothing_leaked("nothing")


# --- region and account ----------------------------------------------------------------------------------------------


def test_region_argument_wins_over_the_region_of_a_view_or_an_arn(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("app", "one", replicas=["eu-west-1"])
    primary = secretsmanager.secret("app")
    with secretsmanager.replication.hold():
        secretsmanager.client().put_secret_value(SecretId="app", SecretString="two")
        for named in ("app", primary, primary.arn):
            assert secretsmanager.secret(named, region="eu-west-1").value == "one"
            with pytest.raises(AssertionError):
                secretsmanager.assert_value(named, "two", region="eu-west-1")


def test_account_argument_wins_over_the_account_of_a_view(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("app", "mine")
    secretsmanager.seed("app", "theirs", account="210987654321")
    assert secretsmanager.secret(secretsmanager.secret("app"), account="210987654321").value == "theirs"
    with pytest.raises(SecretNotFound):
        secretsmanager.secret(secretsmanager.secret("app"), account="999999999999")


def test_secret_not_found_for_an_old_arn_names_the_new_arn(secretsmanager: SecretsManager) -> None:
    old = secretsmanager.seed("app", "one").arn
    new = secretsmanager.seed("app", "two").arn
    with pytest.raises(
        SecretNotFound, match=rf"no secret has the ARN '{old}'; 'app' is {new} \(the secret was created again, or "
    ):
        secretsmanager.secret(old)


def test_version_view_of_a_rotation_shows_its_value_once_it_is_written(secretsmanager: SecretsManager) -> None:
    def handler(event: dict[str, str], _: object) -> None:
        if event["Step"] == "createSecret":
            secretsmanager.client().put_secret_value(
                SecretId="app",
                SecretString="two",
                ClientRequestToken=event["ClientRequestToken"],
                VersionStages=["AWSPENDING"],
            )

    app = secretsmanager.seed("app", "one", rotation=Rotation(handler))
    with secretsmanager.rotation.hold("app", before="createSecret"):
        secretsmanager.client().rotate_secret(SecretId="app")
        announced = app.pending
        assert announced is not None
        assert announced.value is None
    assert announced.value == "two"


def test_assertions_refuse_the_version_view_of_a_replaced_secret(secretsmanager: SecretsManager) -> None:
    old = secretsmanager.seed("app", "old").current
    assert old is not None
    secretsmanager.seed("app", "new")
    with pytest.raises(AssertionError, match="no longer exists; it has number 1 and the labels AWSCURRENT"):
        secretsmanager.assert_value("app", "old", version=old)
    with pytest.raises(AssertionError, match="no longer exists"):
        secretsmanager.assert_label("app", "AWSCURRENT", old)
    assert old.value == "old"


# --- versions by index and by number ---------------------------------------------------------------------------------


@pytest.mark.parametrize("place", [3, -4, 100])
def test_versions_with_an_unknown_index_explain_how_versions_are_counted(db: SecretView, place: int) -> None:
    with pytest.raises(IndexError) as failure:
        db.versions[place]
    assert str(failure.value) == (
        f"versions is a list of 3, which counts from 0; version({place}) takes a number, which counts from 1"
    )


def test_secret_view_versions_are_a_list(db: SecretView) -> None:
    assert db.versions[0] == db.version(1)
    assert db.versions[-1] == db.version(-1)
    assert [version.number for version in db.versions[1:]] == [2, 3]
    assert len(db.versions) == 3
    assert isinstance(db.versions, list)
