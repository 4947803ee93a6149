"""Guards: each alone, on hand-made secrets."""

import pytest

from pytest_secretsmanager.engine.call import Call
from pytest_secretsmanager.engine.callers import Principal
from pytest_secretsmanager.engine.errors import (
    InvalidParameterException,
    InvalidRequestException,
    ResourceNotFoundException,
    ValidationException,
)
from pytest_secretsmanager.engine.rules import guards
from pytest_secretsmanager.engine.state import Deletion, Secret, SecretKey, Version
from pytest_secretsmanager.engine.store import Store

REGION, ACCOUNT, OTHER_ACCOUNT = "us-east-1", "123456789012", "210987654321"
NOW = 1_000_000.0
ARN = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:db-Ab12Cd"
DB = Secret(key=SecretKey(REGION, ACCOUNT, "db"), arn=ARN, created=0.0, changed=0.0)
GONE = DB._replace(deletion=Deletion(0.0, NOW))
SCHEDULED = DB._replace(deletion=Deletion(0.0, NOW + 1))
REPLICA = DB._replace(primary_region="eu-west-1")
PRIMARY = DB._replace(primary_region=REGION)
MANAGED = DB._replace(owning_service="rds")


def store_of(*secrets):
    store = Store()
    store.apply({secret.key: secret for secret in secrets})
    return store


def a_call(account=ACCOUNT, region=REGION, by=None, **parameters):
    return Call("AnyOperation", parameters, region, Principal(account, "arn", by), NOW, "request")


@pytest.mark.parametrize(
    ("secret_id", "caller"),
    [
        pytest.param("db", {}, id="name"),
        pytest.param(ARN, {}, id="full ARN"),
        pytest.param(ARN[:-7], {}, id="partial ARN"),
        pytest.param(ARN, {"account": OTHER_ACCOUNT}, id="full ARN, from another account"),
    ],
)
@pytest.mark.parametrize("secret", [DB, SCHEDULED], ids=["live", "scheduled for deletion"])
def test_find_returns_a_secret_by(secret_id, caller, secret):
    assert guards.find(store_of(secret), a_call(**caller), secret_id) is secret


@pytest.mark.parametrize(
    ("secret_id", "caller"),
    [
        pytest.param("DB", {}, id="name in upper case"),
        pytest.param("db", {"account": OTHER_ACCOUNT}, id="name, from another account"),
        pytest.param(ARN[:-7], {"account": OTHER_ACCOUNT}, id="partial ARN, from another account"),
        pytest.param("db", {"region": "eu-west-1"}, id="name, in another region"),
        pytest.param(ARN[:-7].replace("arn:aws:", "arn:aws-cn:"), {}, id="partial ARN of another partition"),
        pytest.param(ARN, {"region": "eu-west-1"}, id="ARN, in another region"),
        pytest.param(f"{ARN[:-6]}xxxxxx", {}, id="ARN with another suffix"),
        pytest.param(ARN.replace(ACCOUNT, OTHER_ACCOUNT), {}, id="ARN of another account"),
        pytest.param(ARN.replace("secretsmanager", "iam"), {}, id="ARN of another service"),
        pytest.param("arn:", {}, id="malformed ARN"),
        pytest.param(f"{ARN[:-7]}-", {}, id="ARN of another name"),
    ],
)
def test_find_returns_no_secret_by(secret_id, caller):
    assert guards.find(store_of(DB), a_call(**caller), secret_id) is None


def test_a_secret_whose_recovery_window_has_passed_is_gone():
    assert guards.is_gone(GONE, NOW)
    assert not guards.is_gone(SCHEDULED, NOW)
    assert not guards.is_gone(DB, NOW)
    assert guards.find(store_of(GONE), a_call(), "db") is None


@pytest.mark.parametrize("secret", [DB, SCHEDULED], ids=["live", "scheduled for deletion"])
def test_find_exact_returns_the_secret_with_the_arn(secret):
    assert guards.find_exact(store_of(secret), ARN, NOW) is secret


@pytest.mark.parametrize(
    ("secret", "arn"),
    [
        pytest.param(DB, ARN[:-7], id="partial ARN"),
        pytest.param(DB, f"{ARN[:-6]}xxxxxx", id="ARN with another suffix"),
        pytest.param(DB, ARN.replace(ACCOUNT, OTHER_ACCOUNT), id="ARN of another account"),
        pytest.param(DB, "arn:aws:iam::123456789012:role/app", id="ARN of another service"),
        pytest.param(DB, "*", id="star"),
        pytest.param(GONE, ARN, id="secret that is gone"),
    ],
)
def test_find_exact_returns_no_secret_for(secret, arn):
    assert guards.find_exact(store_of(secret), arn, NOW) is None


@pytest.mark.parametrize("name", ["a", "Az09/_+=.@-!", "events!connection/x"])
def test_require_name_takes_a_valid_name(name):
    assert guards.require_name(name) == name


@pytest.mark.parametrize("name", ["", "a b", "a\n", "a:b", "a#b", "ä", "a*", "a\\b", "😀", "a,b", "a(b)"])
def test_require_name_refuses_an_invalid_name(name):
    with pytest.raises(ValidationException) as caught:
        guards.require_name(name)
    assert caught.value.message == (
        "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!"
    )


def test_require_token_returns_the_token():
    assert guards.require_token(a_call(ClientRequestToken="t")) == "t"


@pytest.mark.parametrize("refusal", [InvalidRequestException, InvalidParameterException])
def test_require_token_refuses_a_missing_token_with_the_code_of_the_operation(refusal):
    with pytest.raises(refusal) as caught:
        guards.require_token(a_call(), refusal)
    assert caught.value.message == "You must provide a ClientRequestToken value. We recommend a UUID-type value."


def test_require_token_raises_invalid_request_exception_by_default():
    with pytest.raises(InvalidRequestException):
        guards.require_token(a_call())


@pytest.mark.parametrize("require", [guards.require_secret, guards.require_live, guards.require_writable])
@pytest.mark.parametrize("secret", [DB, PRIMARY], ids=["plain", "primary of replicas"])
def test_every_guard_passes_a_live_secret(require, secret):
    assert require(store_of(secret), a_call(SecretId="db")) is secret


FORCED = DB._replace(deletion=Deletion(0.0, NOW + 1, is_forced=True))
OF_DELETION = "You can't perform this operation on the secret because it was marked for deletion."
OF_FORCED_DELETION = "You can't perform this operation on the secret because it was deleted."
OF_A_REPLICA = "Operation not permitted on a replica secret. Call must be made in primary secret's region."
OF_A_SERVICE = "This secret is managed by an AWS service, and you must use that service to update it."
GUARDS = {
    "require_secret": (guards.require_secret, {}),
    "require_live": (guards.require_live, {"deletion": OF_DELETION, "forced deletion": OF_FORCED_DELETION}),
    "require_taggable": (
        guards.require_taggable,
        {
            "deletion": OF_DELETION,
            "forced deletion": OF_FORCED_DELETION,
            "replica": OF_A_REPLICA,
            "managed": OF_A_SERVICE,
        },
    ),
    "require_writable": (
        guards.require_writable,
        {
            "deletion": OF_DELETION,
            "forced deletion": OF_FORCED_DELETION,
            "replica": OF_A_REPLICA,
            "managed": OF_A_SERVICE,
        },
    ),
}
"""Each guard, and AWS's text for each kind of secret that it refuses."""


@pytest.mark.parametrize("guard", GUARDS)
@pytest.mark.parametrize(
    ("kind", "secret"),
    {"deletion": SCHEDULED, "forced deletion": FORCED, "replica": REPLICA, "managed": MANAGED}.items(),
    ids=["deletion", "forced deletion", "replica", "managed"],
)
def test_each_guard_passes_or_refuses_a_deleted_replicated_or_managed_secret(guard, kind, secret):
    (require, texts), store, call = GUARDS[guard], store_of(secret), a_call(SecretId="db")
    if kind not in texts:
        assert require(store, call) is secret
        return
    with pytest.raises((InvalidRequestException, InvalidParameterException)) as caught:
        require(store, call)
    assert caught.value.message == texts[kind]


@pytest.mark.parametrize("require", [guards.require_secret, guards.require_live, guards.require_writable])
@pytest.mark.parametrize("secrets", [(), (GONE,)], ids=["no secret", "expired secret"])
def test_every_guard_refuses_a_missing_secret(require, secrets):
    with pytest.raises(ResourceNotFoundException) as caught:
        require(store_of(*secrets), a_call(SecretId="db"))
    assert caught.value.message == "Secrets Manager can't find the specified secret."


def test_require_writable_checks_deletion_before_replica_and_owner():
    secret = SCHEDULED._replace(primary_region="eu-west-1", owning_service="rds")
    with pytest.raises(InvalidRequestException, match="marked for deletion"):
        guards.require_writable(store_of(secret), a_call(SecretId="db"))


def test_require_writable_checks_the_replica_before_the_owner():
    secret = REPLICA._replace(owning_service="rds")
    with pytest.raises(InvalidParameterException, match="replica"):
        guards.require_writable(store_of(secret), a_call(SecretId="db"))


def test_require_writable_passes_the_owning_service():
    assert guards.require_writable(store_of(MANAGED), a_call(SecretId="db", by="rds")) is MANAGED


def test_require_writable_refuses_another_service():
    with pytest.raises(InvalidRequestException, match="managed by an AWS service"):
        guards.require_writable(store_of(MANAGED), a_call(SecretId="db", by="redshift"))


@pytest.mark.parametrize(
    ("parameters", "value"),
    [
        ({}, None),
        ({"SecretString": "é"}, ("SecretString", "é".encode())),
        ({"SecretString": "\ud800"}, ("SecretString", b"\xed\xa0\x80")),
        ({"SecretBinary": b"\x00"}, ("SecretBinary", b"\x00")),
    ],
    ids=["no value", "text", "lone surrogate", "binary"],
)
def test_given_value_returns_member_and_bytes(parameters, value):
    assert guards.given_value(a_call(**parameters)) == value


def test_require_value_refuses_a_request_without_a_value():
    assert guards.require_value(a_call(SecretString="x")) == ("SecretString", b"x")
    with pytest.raises(InvalidRequestException, match="You must provide either SecretString or SecretBinary"):
        guards.require_value(a_call())


def test_given_value_refuses_two_values():
    with pytest.raises(InvalidParameterException, match="both a binary secret value and a string secret value"):
        guards.given_value(a_call(SecretString="x", SecretBinary=b"x"))


@pytest.mark.parametrize("text", ["x" * 65_536, "é" * 32_768], ids=["one byte each", "two bytes each"])
def test_given_value_takes_a_text_of_65536_bytes(text):
    assert guards.given_value(a_call(SecretString=text)) == ("SecretString", text.encode())


@pytest.mark.parametrize("text", ["x" * 65_537, "é" * 32_769], ids=["one byte each", "two bytes each"])
def test_given_value_refuses_a_text_over_65536_bytes_without_showing_it(text):
    with pytest.raises(ValidationException) as caught:
        guards.given_value(a_call(SecretString=text))
    assert caught.value.message == (
        "1 validation error detected: Value at 'secretString' failed to satisfy constraint: Member must have length "
        "less than or equal to 65536"
    )


def test_require_version_finds_a_version_by_id():
    version = Version(id="v1", number=1, created=0.0, member="SecretString", sealed=None)
    secret = DB._replace(versions={"v1": version})
    assert guards.require_version(secret, "v1") is version
    with pytest.raises(ResourceNotFoundException) as caught:
        guards.require_version(secret, "v2")
    assert caught.value.message == "Secrets Manager can't find the specified secret value for VersionId: v2"


def test_require_version_tells_a_deleted_version_from_one_that_never_existed():
    secret = DB._replace(deleted_versions=(("v1", "v2"), ("v3",)))
    for version_id in ("v1", "v2", "v3"):
        with pytest.raises(InvalidRequestException) as caught:
            guards.require_version(secret, version_id)
        text = f"You can't perform this operation on secret version {version_id} because it was deleted."
        assert caught.value.message == text
    with pytest.raises(ResourceNotFoundException):
        guards.require_version(secret, "v4")
