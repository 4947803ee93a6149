"""Guards: each alone, on hand-made secrets."""

from dataclasses import replace

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
GONE = replace(DB, deletion=Deletion(0.0, NOW))
SCHEDULED = replace(DB, deletion=Deletion(0.0, NOW + 1))
REPLICA = replace(DB, primary_region="eu-west-1")
PRIMARY = replace(DB, primary_region=REGION)
MANAGED = replace(DB, owning_service="rds")


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


@pytest.mark.parametrize(
    ("require", "secret", "passes"),
    [
        (guards.require_secret, SCHEDULED, True),
        (guards.require_live, SCHEDULED, False),
        (guards.require_writable, SCHEDULED, False),
        (guards.require_secret, REPLICA, True),
        (guards.require_live, REPLICA, True),
        (guards.require_writable, REPLICA, False),
        (guards.require_secret, MANAGED, True),
        (guards.require_live, MANAGED, True),
        (guards.require_writable, MANAGED, False),
    ],
    ids=[
        *[
            "require_secret, scheduled for deletion",
            "require_live, scheduled for deletion",
            "require_writable, scheduled for deletion",
        ],
        *["require_secret, replica", "require_live, replica", "require_writable, replica"],
        *["require_secret, managed", "require_live, managed", "require_writable, managed"],
    ],
)
def test_each_guard_passes_or_refuses_a_deleted_replicated_or_managed_secret(require, secret, passes):
    store, call = store_of(secret), a_call(SecretId="db")
    if passes:
        assert require(store, call) is secret
    else:
        with pytest.raises((InvalidRequestException, InvalidParameterException)):
            require(store, call)


@pytest.mark.parametrize("require", [guards.require_secret, guards.require_live, guards.require_writable])
@pytest.mark.parametrize("secrets", [(), (GONE,)], ids=["no secret", "expired secret"])
def test_every_guard_refuses_a_missing_secret(require, secrets):
    with pytest.raises(ResourceNotFoundException) as caught:
        require(store_of(*secrets), a_call(SecretId="db"))
    assert caught.value.message == "Secrets Manager can't find the specified secret."


def test_require_writable_checks_deletion_before_replica_and_owner():
    secret = replace(SCHEDULED, primary_region="eu-west-1", owning_service="rds")
    with pytest.raises(InvalidRequestException, match="marked for deletion"):
        guards.require_writable(store_of(secret), a_call(SecretId="db"))


def test_require_writable_checks_the_replica_before_the_owner():
    secret = replace(REPLICA, owning_service="rds")
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
    secret = replace(DB, versions={"v1": version})
    assert guards.require_version(secret, "v1") is version
    with pytest.raises(ResourceNotFoundException) as caught:
        guards.require_version(secret, "v2")
    assert caught.value.message == "Secrets Manager can't find the specified secret value for VersionId: v2"
