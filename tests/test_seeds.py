"""`sm.seed`: the secrets that it creates, and its refusals."""

import json
from datetime import UTC, date, datetime, timedelta
from math import inf, nan
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from pytest_secretsmanager import SecretNotFound, SecretsManager, UsageError, Version

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient

ONE, TWO = "1" * 32, "2" * 32
TWENTY = ["AWSPREVIOUS", "AWSCURRENT", *(f"L{number}" for number in range(18))]

POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::999999999999:root"},
            "Action": "secretsmanager:GetSecretValue",
            "Resource": "*",
        }
    ],
}


# --- values ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "member", "sent"),
    [
        pytest.param("hunter2", "SecretString", "hunter2", id="text"),
        pytest.param("pässwörd ✓", "SecretString", "pässwörd ✓", id="text beyond ASCII"),
        pytest.param('{"a":1}', "SecretString", '{"a":1}', id="JSON text as it is"),
        pytest.param({"user": "app", "n": [1, None]}, "SecretString", '{"user": "app", "n": [1, null]}', id="dict"),
        pytest.param([1, "x"], "SecretString", '[1, "x"]', id="list"),
        pytest.param((1, 2), "SecretString", "[1, 2]", id="tuple"),
        pytest.param(7, "SecretString", "7", id="number"),
        pytest.param(False, "SecretString", "false", id="bool"),
        pytest.param({}, "SecretString", "{}", id="empty dict"),
        pytest.param(b"\x00\xff", "SecretBinary", b"\x00\xff", id="bytes"),
        pytest.param(bytearray(b"\x01"), "SecretBinary", b"\x01", id="bytearray"),
    ],
)
def test_get_secret_value_reads_a_seeded_value_of_any_kind(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", value: object, member: str, sent: object
) -> None:
    secretsmanager.seed("db", value)
    answer: Any = client.get_secret_value(SecretId="db")
    assert answer[member] == sent
    assert {"SecretString", "SecretBinary"} & answer.keys() == {member}


def test_seed_returns_the_view_of_its_secret(secretsmanager: SecretsManager) -> None:
    assert secretsmanager.seed("db", "x") == secretsmanager.secret("db")


def test_seed_without_a_value_has_no_version(secretsmanager: SecretsManager, client: "SecretsManagerClient") -> None:
    assert secretsmanager.seed("db").versions == []
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_secret_value(SecretId="db")


# --- versions and labels ---------------------------------------------------------------------------------------------


def test_seed_versions_come_oldest_first_and_before_the_value(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", "t-2", versions=["t-0", "t-1"])
    secretsmanager.assert_history("db", ["t-0", "t-1", "t-2"])
    secretsmanager.assert_labels("db", {"AWSCURRENT": 3, "AWSPREVIOUS": 2})


def test_seed_with_versions_and_no_value_makes_the_last_version_current(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", versions=("one", "two"))
    secretsmanager.assert_history("db", ["one", "two"])
    secretsmanager.assert_labels("db", {"AWSCURRENT": 2, "AWSPREVIOUS": 1})


def test_seed_versions_may_mix_values_and_version_objects(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", Version({"n": 3}), versions=["one", Version(b"two")])
    secretsmanager.assert_history("db", ["one", b"two", {"n": 3}])


def test_seed_version_has_the_given_id(secretsmanager: SecretsManager, client: "SecretsManagerClient") -> None:
    secretsmanager.seed("db", versions=[Version("one", id=ONE), Version("two", id=TWO)])
    assert client.get_secret_value(SecretId="db", VersionId=ONE)["SecretString"] == "one"
    assert client.get_secret_value(SecretId="db")["VersionId"] == TWO


def test_seed_versions_without_ids_get_different_ids(secretsmanager: SecretsManager) -> None:
    view = secretsmanager.seed("db", versions=["same", "same", "same"])
    assert len({version.id for version in view.versions}) == 3


def test_seed_version_is_as_old_as_its_age(secretsmanager: SecretsManager) -> None:
    before = datetime.now(UTC)
    view = secretsmanager.seed("db", versions=[Version("one", age=timedelta(days=40)), Version("two")])
    old, new = view.versions
    assert timedelta(days=40) == new.created - old.created
    assert before - timedelta(seconds=1) <= new.created <= datetime.now(UTC) + timedelta(seconds=1)


def test_seed_is_created_at_the_time_of_its_oldest_version(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    view = secretsmanager.seed("db", versions=[Version("one", age=timedelta(days=40)), Version("two")])
    assert client.describe_secret(SecretId="db")["CreatedDate"] == view.versions[0].created


def test_seed_places_the_given_labels(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed(
        "db",
        versions=[
            Version("one", labels=["AWSCURRENT", "BLUE"]),
            Version("two", labels=[]),
            Version("three", labels=["AWSPENDING"]),
            Version("four", labels=["AWSPREVIOUS"]),
        ],
    )
    secretsmanager.assert_labels("db", {"AWSCURRENT": 1, "BLUE": 1, "AWSPENDING": 3, "AWSPREVIOUS": 4})


def test_seed_with_given_labels_adds_no_awsprevious(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", versions=[Version("one", labels=[]), Version("two", labels=["AWSCURRENT"])])
    secretsmanager.assert_labels("db", {"AWSCURRENT": 2})


def test_seed_version_without_labels_gets_awscurrent_as_in_aws(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", "two", versions=["one", Version("next", labels=["AWSPENDING"])])
    secretsmanager.assert_labels("db", {"AWSPENDING": 2, "AWSCURRENT": 3, "AWSPREVIOUS": 1})


@pytest.mark.parametrize(
    "versions",
    [
        pytest.param([Version("one", labels=TWENTY)], id="one version"),
        pytest.param([Version("one", labels=TWENTY), Version("two", labels=[])], id="beside a version without labels"),
        pytest.param(
            [Version("a", labels=[]), Version("b", labels=TWENTY[:1]), Version("c", labels=TWENTY[1:])],
            id="two versions, beside one without labels",
        ),
    ],
)
def test_seed_may_have_twenty_labels(secretsmanager: SecretsManager, versions: list[Version]) -> None:
    view = secretsmanager.seed("db", versions=versions)
    assert view.labels.keys() == set(TWENTY)
    assert len(view.labels) == 20


def test_seed_keeps_a_label_with_the_name_of_its_placeholder(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", versions=[Version("one", labels=["AWSCURRENT", "SEEDING"]), Version("two", labels=[])])
    secretsmanager.assert_labels("db", {"AWSCURRENT": 1, "SEEDING": 1})


@st.composite
def placements(draw: st.DrawFn) -> list[list[str]]:
    """The labels of one to five versions: AWSCURRENT on one of them, each other label on one or none."""
    versions: list[list[str]] = [[] for _ in range(draw(st.integers(1, 5)))]
    versions[draw(st.integers(0, len(versions) - 1))].append("AWSCURRENT")
    for label in ("AWSPREVIOUS", "AWSPENDING", "BLUE", "GREEN"):
        place = draw(st.none() | st.integers(0, len(versions) - 1))
        if place is not None:
            versions[place].append(label)
    return [draw(st.permutations(labels)) for labels in versions]


@given(placed=placements())
def test_seed_places_any_allowed_combination_of_labels(placed: list[list[str]]) -> None:
    with SecretsManager() as sm:
        view = sm.seed("db", versions=[Version(str(number), labels=held) for number, held in enumerate(placed)])
        assert [set(version.labels) for version in view.versions] == [set(held) for held in placed]
        assert [version.value for version in view.versions] == [str(number) for number in range(len(placed))]


def test_repr_of_a_seed_version_shows_no_value() -> None:
    assert repr(Version("to-hide", labels=["BLUE"], age=timedelta(1), id=ONE)) == (
        f"Version(labels=['BLUE'], age=datetime.timedelta(days=1), id='{ONE}')"
    )


# --- the other options -----------------------------------------------------------------------------------------------


def test_describe_secret_shows_the_metadata_of_a_seed(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    secretsmanager.seed("db", "x", tags={"team": "pay", "tier": "1"}, description="the database", kms_key="alias/pay")
    answer = client.describe_secret(SecretId="db")
    assert answer["Tags"] == [{"Key": "team", "Value": "pay"}, {"Key": "tier", "Value": "1"}]
    assert (answer["Description"], answer["KmsKeyId"]) == ("the database", "alias/pay")


def test_describe_secret_omits_metadata_that_a_seed_does_not_have(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    secretsmanager.seed("db", "x", tags={})
    answer = client.describe_secret(SecretId="db")
    assert not {"Tags", "Description", "KmsKeyId", "OwningService", "DeletedDate"} & answer.keys()


@pytest.mark.parametrize("policy", [POLICY, json.dumps(POLICY)], ids=["dict", "text"])
def test_seed_accepts_a_policy_as_a_dict_or_as_text(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", policy: Any
) -> None:
    secretsmanager.seed("db", "x", policy=policy)
    assert json.loads(client.get_resource_policy(SecretId="db")["ResourcePolicy"]) == POLICY


def test_seed_with_deleted_is_scheduled_for_deletion(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    view = secretsmanager.seed("db", "x", deleted=True)
    assert view.deleted is not None
    with pytest.raises(client.exceptions.InvalidRequestException, match="marked for deletion"):
        client.get_secret_value(SecretId="db")
    client.restore_secret(SecretId="db")
    assert client.get_secret_value(SecretId="db")["SecretString"] == "x"


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("put_secret_value", {"SecretString": "y"}),
        ("update_secret", {"SecretString": "y"}),
        ("delete_secret", {}),
    ],
    ids=str,
)
def test_seed_with_owning_service_can_be_read_and_not_written(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", method: str, arguments: dict[str, str]
) -> None:
    secretsmanager.seed("db", "x", owning_service="rds")
    assert client.describe_secret(SecretId="db")["OwningService"] == "rds"
    assert client.get_secret_value(SecretId="db")["SecretString"] == "x"
    with secretsmanager.assert_unchanged(), pytest.raises(ClientError, match="managed by an AWS service"):
        getattr(client, method)(SecretId="db", **arguments)


def test_seed_accepts_region_and_account(secretsmanager: SecretsManager, client: "SecretsManagerClient") -> None:
    view = secretsmanager.seed("db", "x", region="eu-west-1", account="999999999999")
    assert view.arn.startswith("arn:aws:secretsmanager:eu-west-1:999999999999:secret:db-")
    there = secretsmanager.client("eu-west-1", aws_account_id="999999999999")
    assert there.get_secret_value(SecretId="db")["SecretString"] == "x"
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_secret_value(SecretId="db")


# --- replacement -----------------------------------------------------------------------------------------------------


def test_seed_logs_no_call_and_no_label_move(secretsmanager: SecretsManager) -> None:
    view = secretsmanager.seed(
        "db",
        versions=[Version("one", labels=["AWSPENDING"]), Version("two", labels=["AWSCURRENT"])],
        policy=POLICY,
        deleted=True,
    )
    assert len(secretsmanager.log) == 0
    assert view.history == []


def test_seed_replaces_a_secret_of_the_same_name(secretsmanager: SecretsManager) -> None:
    first = secretsmanager.seed("db", "two", versions=["one"], tags={"team": "pay"}, description="old")
    arn = first.arn
    second = secretsmanager.seed("db", "new")
    secretsmanager.assert_history("db", ["new"])
    assert second.tags == {}
    assert second.arn != arn


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"deleted": True}, id="scheduled for deletion"),
        pytest.param({"owning_service": "rds"}, id="owned by a service"),
    ],
)
def test_seed_replaces_a_deleted_or_managed_secret(secretsmanager: SecretsManager, options: dict[str, Any]) -> None:
    secretsmanager.seed("db", "old", **options)
    view = secretsmanager.seed("db", "new")
    assert (view.value, view.deleted) == ("new", None)
    secretsmanager.client().put_secret_value(SecretId="db", SecretString="newer")
    assert view.value == "newer"


def test_seed_in_one_region_keeps_a_secret_of_the_same_name_in_another(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", "here")
    secretsmanager.seed("db", "there", region="eu-west-1")
    secretsmanager.assert_value("db", "here")


# --- refusals --------------------------------------------------------------------------------------------------------

KNOWN = (
    "'versions', 'tags', 'description', 'kms_key', 'policy', 'owning_service', 'rotation', 'replicas', 'deleted', "
    "'region', 'account'"
)

ENDLESS: list[Any] = []
ENDLESS.append(ENDLESS)

OURS: list[tuple[str, tuple[Any, ...], dict[str, Any], str]] = [
    ("name", (3, "x"), {}, "a seed begins with the secret's name, a str, not int"),
    (
        "value None",
        ("db", None),
        {},
        'a seeded value can\'t be None: leave it out for a secret without a value, write "null" for JSON null',
    ),
    (
        "version None",
        ("db",),
        {"versions": [Version(None)]},
        'a seeded value can\'t be None: leave it out for a secret without a value, write "null" for JSON null',
    ),
    (
        "value that is no JSON",
        ("db", object()),
        {},
        "a seeded value is text, bytes or a JSON value, and this one is of the type object",
    ),
    (
        "value with a member that is no JSON",
        ("db", {"a": {1}}),
        {},
        "a seeded value is text, bytes or a JSON value, and ['a'] in it is of the type set",
    ),
    (
        "value with a place deep inside that is no JSON",
        ("db", {"hosts": ["one", {"since": timedelta(1)}]}),
        {},
        "a seeded value is text, bytes or a JSON value, and ['hosts'][1]['since'] in it is of the type timedelta",
    ),
    (
        "value with a key that is no JSON",
        ("db", {"hosts": {("a", 1): "b"}}),
        {},
        "a seeded value is text, bytes or a JSON value, and ['hosts'] in it has a key of the type tuple",
    ),
    (
        "value with a number that is no JSON",
        ("db", {"limit": inf}),
        {},
        "a seeded value is text, bytes or a JSON value, and ['limit'] in it is inf, which JSON does not have",
    ),
    (
        "value with bytes inside",
        ("db", {"key": b"hidden"}),
        {},
        "a seeded value is text, bytes or a JSON value, and ['key'] in it is of the type bytes",
    ),
    (
        "value with a key that is no JSON number",
        ("db", {"limits": {nan: 1}}),
        {},
        "a seeded value is text, bytes or a JSON value, and ['limits'] in it has the key nan",
    ),
    (
        "value with too long a number",
        ("db", {"limit": 10**5_000}),
        {},
        "a seeded value is text, bytes or a JSON value, and ['limit'] in it is an integer with too many digits",
    ),
    (
        "value with a key that shows itself",
        ("db", {date(2026, 1, 1): {1}}),
        {},
        "a seeded value is text, bytes or a JSON value, and this one has a key of the type date",
    ),
    (
        "value with a long key",
        ("db", {"k" * 1_000: {1}}),
        {},
        f"a seeded value is text, bytes or a JSON value, and …{'k' * 198}'] in it is of the type set",
    ),
    (
        "value that contains itself",
        ("db", ENDLESS),
        {},
        "a seeded value is text, bytes or a JSON value, and this one contains itself, or is nested too deeply",
    ),
    (
        "policy that is no JSON",
        ("db", "x"),
        {"policy": {"Statement": {1}}},
        "a seeded policy is text or a JSON value, and ['Statement'] in it is of the type set",
    ),
    ("option", ("db", "x"), {"tag": {}}, "a seed has no option 'tag'; did you mean 'tags'?"),
    (
        "option without a similar name",
        ("db", "x"),
        {"qqqq": {}},
        f"a seed has no option 'qqqq'; there are 'name', 'value', {KNOWN}",
    ),
    (
        "versions",
        ("db",),
        {"versions": "one"},
        'the option \'versions\' of a seed is a list or tuple such as ["the first", "the second"], not str',
    ),
    (
        "tags",
        ("db", "x"),
        {"tags": ["a"]},
        'the option \'tags\' of a seed is a mapping such as {"team": "pay"}, not list',
    ),
    ("description", ("db", "x"), {"description": 3}, "the option 'description' of a seed is a str, not int"),
    ("kms_key", ("db", "x"), {"kms_key": 3}, "the option 'kms_key' of a seed is a str, not int"),
    ("policy", ("db", "x"), {"policy": 3}, "the option 'policy' of a seed is a str or mapping, not int"),
    ("owning_service", ("db", "x"), {"owning_service": 3}, "the option 'owning_service' of a seed is a str, not int"),
    ("deleted", ("db", "x"), {"deleted": "yes"}, "the option 'deleted' of a seed is a bool, not str"),
    ("region", ("db", "x"), {"region": 3}, "the option 'region' of a seed is a str, not int"),
    ("account", ("db", "x"), {"account": 3}, "the option 'account' of a seed is a str, not int"),
    (
        "account's digits",
        ("db", "x"),
        {"account": "3"},
        "account is a str of twelve digits such as '123456789012', not '3'",
    ),
    (
        "age as number",
        ("db",),
        {"versions": [Version("x", age=5)]},  # type: ignore[arg-type]
        "the age of a seeded version is a timedelta(days=…) of at least 0, not 5",
    ),
    (
        "age below zero",
        ("db",),
        {"versions": [Version("x", age=timedelta(-1))]},
        "the age of a seeded version is a timedelta(days=…) of at least 0, not datetime.timedelta(days=-1)",
    ),
    (
        "ages out of order",
        ("db",),
        {"versions": [Version("x", age=timedelta(1)), Version("y", age=timedelta(2))]},
        "seeded versions are listed oldest first, but their ages are 1 day, 0:00:00, 2 days, 0:00:00",
    ),
    (
        "a value older than the versions before it",
        ("db", Version("x", age=timedelta(hours=1))),
        {"versions": ["y"]},
        "seeded versions are listed oldest first, but their ages are 0:00:00, 1:00:00",
    ),
    (
        "label on two versions",
        ("db",),
        {"versions": [Version("x", labels=["AWSCURRENT", "BLUE"]), Version("y", labels=["BLUE"])]},
        "the label 'BLUE' can't be on two versions of one secret",
    ),
    (
        "no current version",
        ("db",),
        {"versions": [Version("x", labels=["AWSPENDING"]), Version("y", labels=[])]},
        "one version must have AWSCURRENT: AWS attaches it to a secret's first version automatically",
    ),
    (
        "misspelt current label",
        ("db",),
        {"versions": [Version("x", labels=["AWSCURENT"])]},
        "one version must have AWSCURRENT: AWS attaches it to a secret's first version automatically; 'AWSCURENT' is "
        "another label",
    ),
]

AWSS: list[tuple[str, str, dict[str, Any], str]] = [
    (
        "name",
        "bad name",
        {},
        "ValidationException: Invalid name. Must be a valid name containing alphanumeric characters, or any of the "
        "following: -/_+=.@!",
    ),
    (
        "no name",
        "",
        {},
        "ValidationException: 1 validation error detected: Value '' at 'name' failed to satisfy constraint: "
        "Member must have length greater than or equal to 1",
    ),
    (
        "value too large",
        "db",
        {"versions": ["x" * 65_537]},
        "ValidationException: 1 validation error detected: Value at 'secretString' failed to satisfy constraint: "
        "Member must have length less than or equal to 65536",
    ),
    (
        "value too small",
        "db",
        {"versions": [b""]},
        "ValidationException: 1 validation error detected: Value at 'secretBinary' failed to satisfy constraint: "
        "Member must have length greater than or equal to 1",
    ),
    (
        "version id",
        "db",
        {"versions": [Version("x", id="abc")]},
        "ValidationException: 1 validation error detected: Value 'abc' at 'clientRequestToken' failed to satisfy "
        "constraint: Member must have length greater than or equal to 32",
    ),
    (
        "tags of AWS",
        "db",
        {"tags": {"aws:team": "pay"}},
        "InvalidParameterException: You can't modify system tags. Tag key: 'aws:team'.",
    ),
    (
        "policy",
        "db",
        {"policy": "{"},
        "MalformedPolicyDocumentException: This resource policy contains a syntax error. The fault: not JSON: "
        "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)",
    ),
    (
        "too many labels",
        "db",
        {
            "versions": [
                Version("x", labels=["AWSCURRENT", *(f"L{number}" for number in range(15))]),
                Version("y", labels=[f"M{number}" for number in range(15)]),
            ]
        },
        "LimitExceededException: You can't attach more than 20 staging labels to a secret.",
    ),
    (
        "policy that names no callers",
        "db",
        {"policy": {"Statement": {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}}},
        "MalformedPolicyDocumentException: This resource policy contains a syntax error. The fault: statement 1: "
        "Principal: it is missing; a statement needs Principal or NotPrincipal; a resource policy names the callers "
        "that it is about, such as 'Principal': {'AWS': 'arn:aws:iam::123456789012:role/app'}",
    ),
]


@pytest.mark.parametrize(("arguments", "options", "text"), [case[1:] for case in OURS], ids=[case[0] for case in OURS])
def test_seed_refuses_invalid_arguments(
    secretsmanager: SecretsManager, arguments: tuple[Any, ...], options: dict[str, Any], text: str
) -> None:
    with pytest.raises(UsageError) as refusal:
        secretsmanager.seed(*arguments, **options)
    assert str(refusal.value) == text
    assert len(secretsmanager.secrets) == 0


@pytest.mark.parametrize(("name", "options", "text"), [case[1:] for case in AWSS], ids=[case[0] for case in AWSS])
def test_seed_that_aws_refuses_shows_the_error_of_aws(
    secretsmanager: SecretsManager, name: str, options: dict[str, Any], text: str
) -> None:
    with pytest.raises(UsageError) as refusal:
        secretsmanager.seed(name, **options)
    assert str(refusal.value) == f"secret {name!r} can't be seeded: AWS would refuse it with {text}"
    assert len(secretsmanager.secrets) == 0


@pytest.mark.parametrize(
    ("labels", "found"),
    [
        ("AWSCURRENT", "not str"),
        (5, "not int"),
        ([1], "but int is among them"),
        (["AWSCURRENT", None], "but NoneType is among them"),
    ],
    ids=str,
)
def test_seed_refuses_labels_that_are_no_list_of_text(secretsmanager: SecretsManager, labels: Any, found: str) -> None:
    with pytest.raises(UsageError, match=f"^the labels of a seeded version are a list of str, {found}$"):
        secretsmanager.seed("db", versions=[Version("x", labels=labels)])


def test_seed_refuses_an_empty_region(secretsmanager: SecretsManager) -> None:
    with pytest.raises(UsageError, match="region"):
        secretsmanager.seed("db", "x", region="")


@pytest.mark.parametrize("other", ["x", "y"], ids=["the same value", "another value"])
def test_seed_refuses_two_versions_with_the_same_id(secretsmanager: SecretsManager, other: str) -> None:
    with pytest.raises(UsageError, match=f"^two versions of one secret can't have the same id '{ONE}'$"):
        secretsmanager.seed("db", versions=[Version("x", id=ONE), Version(other, id=ONE)])


def test_refused_seed_shows_no_value(secretsmanager: SecretsManager) -> None:
    for options in ({"versions": ["to-hide" * 10_000]}, {"versions": ["to-hide"], "tags": 3}):
        with pytest.raises(UsageError) as refusal:
            secretsmanager.seed("db", **options)  # type: ignore[typeddict-item]
        assert "to-hide" not in str(refusal.value)


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"versions": ["x" * 65_537]}, id="at the first version"),
        pytest.param({"versions": ["new", b""]}, id="at a later version"),
        pytest.param({"versions": ["new"], "policy": "{"}, id="at the policy"),
        pytest.param({"versions": ["new"], "tag": {}}, id="before any call"),
    ],
)
def test_refused_seed_keeps_the_old_secret(secretsmanager: SecretsManager, options: dict[str, Any]) -> None:
    before = secretsmanager.seed("db", "two", versions=["one"], tags={"team": "pay"})
    arn = before.arn
    with secretsmanager.assert_unchanged(), pytest.raises(UsageError):
        secretsmanager.seed("db", **options)
    assert secretsmanager.secret("db").arn == arn
    secretsmanager.assert_history("db", ["one", "two"])


def test_refused_seed_creates_no_secret(secretsmanager: SecretsManager) -> None:
    with pytest.raises(UsageError):
        secretsmanager.seed("db", "x", policy="{")
    with pytest.raises(SecretNotFound):
        secretsmanager.secret("db")


def test_seed_refuses_a_policy_that_is_no_json(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", "old")
    with secretsmanager.assert_unchanged(), pytest.raises(UsageError, match="policy"):
        secretsmanager.seed("db", "new", policy={"Statement": object()})


def test_seed_replaces_a_secret_whose_recovery_window_has_passed(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", "x", deleted=True)
    secretsmanager.clock.advance(days=31)
    secretsmanager.seed("db", "new", versions=[Version("old", age=timedelta(days=40))])
    secretsmanager.assert_history("db", ["old", "new"])
