"""Guards: each alone, on hand-made secrets, and which operations stand behind them."""

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
def test_a_secret_is_found_by(secret_id, caller, secret):
    assert guards.find(store_of(secret), a_call(**caller), secret_id) is secret


@pytest.mark.parametrize(
    ("secret_id", "caller"),
    [
        pytest.param("DB", {}, id="name in other case"),
        pytest.param("db", {"account": OTHER_ACCOUNT}, id="name, from another account"),
        pytest.param(ARN[:-7], {"account": OTHER_ACCOUNT}, id="partial ARN, from another account"),
        pytest.param("db", {"region": "eu-west-1"}, id="name, in another region"),
        pytest.param(ARN, {"region": "eu-west-1"}, id="ARN, in another region"),
        pytest.param(f"{ARN[:-6]}xxxxxx", {}, id="ARN with another suffix"),
        pytest.param(ARN.replace(ACCOUNT, OTHER_ACCOUNT), {}, id="ARN of another account"),
        pytest.param(ARN.replace("secretsmanager", "iam"), {}, id="ARN of another service"),
        pytest.param("arn:", {}, id="no ARN"),
        pytest.param(f"{ARN[:-7]}-", {}, id="ARN of another name"),
    ],
)
def test_no_secret_is_found_by(secret_id, caller):
    assert guards.find(store_of(DB), a_call(**caller), secret_id) is None


def test_a_secret_whose_recovery_window_has_passed_is_gone():
    assert guards.is_gone(GONE, NOW)
    assert not guards.is_gone(SCHEDULED, NOW)
    assert not guards.is_gone(DB, NOW)
    assert guards.find(store_of(GONE), a_call(), "db") is None


@pytest.mark.parametrize("name", ["a", "Az09/_+=.@-!", "events!connection/x"])
def test_a_good_name(name):
    assert guards.require_name(name) == name


@pytest.mark.parametrize("name", ["", "a b", "a\n", "a:b", "a#b", "ä", "a*", "a\\b", "😀", "a,b", "a(b)"])
def test_a_bad_name(name):
    with pytest.raises(ValidationException) as caught:
        guards.require_name(name)
    assert caught.value.message == (
        "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!"
    )


def test_a_token_that_is_there_is_given_back():
    assert guards.require_token(a_call(ClientRequestToken="t")) == "t"


@pytest.mark.parametrize("refusal", [InvalidRequestException, InvalidParameterException])
def test_a_missing_token_is_refused_with_the_operations_own_code(refusal):
    with pytest.raises(refusal) as caught:
        guards.require_token(a_call(), refusal)
    assert caught.value.message == "You must provide a ClientRequestToken value. We recommend a UUID-type value."


def test_a_missing_token_is_an_invalid_request_unless_said_otherwise():
    with pytest.raises(InvalidRequestException):
        guards.require_token(a_call())


@pytest.mark.parametrize("require", [guards.require_secret, guards.require_live, guards.require_writable])
@pytest.mark.parametrize("secret", [DB, PRIMARY], ids=["plain", "primary of replicas"])
def test_a_live_secret_passes(require, secret):
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
)
def test_each_guard_asks_for_more_than_the_one_before(require, secret, passes):
    store, call = store_of(secret), a_call(SecretId="db")
    if passes:
        assert require(store, call) is secret
    else:
        with pytest.raises((InvalidRequestException, InvalidParameterException)):
            require(store, call)


@pytest.mark.parametrize("require", [guards.require_secret, guards.require_live, guards.require_writable])
@pytest.mark.parametrize("secrets", [(), (GONE,)], ids=["none", "gone"])
def test_a_secret_that_is_not_there_is_refused(require, secrets):
    with pytest.raises(ResourceNotFoundException) as caught:
        require(store_of(*secrets), a_call(SecretId="db"))
    assert caught.value.message == "Secrets Manager can't find the specified secret."


def test_deletion_comes_before_the_replica_and_the_owner():
    secret = replace(SCHEDULED, primary_region="eu-west-1", owning_service="rds")
    with pytest.raises(InvalidRequestException, match="marked for deletion"):
        guards.require_writable(store_of(secret), a_call(SecretId="db"))


def test_the_replica_comes_before_the_owner():
    secret = replace(REPLICA, owning_service="rds")
    with pytest.raises(InvalidParameterException, match="replica"):
        guards.require_writable(store_of(secret), a_call(SecretId="db"))


def test_the_owner_may_write():
    assert guards.require_writable(store_of(MANAGED), a_call(SecretId="db", by="rds")) is MANAGED


def test_another_service_may_not():
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
)
def test_the_value_of_a_request(parameters, value):
    assert guards.given_value(a_call(**parameters)) == value


def test_a_value_that_is_needed():
    assert guards.require_value(a_call(SecretString="x")) == ("SecretString", b"x")
    with pytest.raises(InvalidRequestException, match="You must provide either SecretString or SecretBinary"):
        guards.require_value(a_call())


def test_two_values_are_one_too_many():
    with pytest.raises(InvalidParameterException, match="both a binary secret value and a string secret value"):
        guards.given_value(a_call(SecretString="x", SecretBinary=b"x"))


@pytest.mark.parametrize("text", ["x" * 65_536, "é" * 32_768], ids=["letters", "two bytes each"])
def test_a_text_may_have_as_many_bytes_as_the_quota_says(text):
    assert guards.given_value(a_call(SecretString=text)) == ("SecretString", text.encode())


@pytest.mark.parametrize("text", ["x" * 65_537, "é" * 32_769], ids=["letters", "two bytes each"])
def test_a_text_of_more_bytes_is_refused_without_showing_it(text):
    with pytest.raises(ValidationException) as caught:
        guards.given_value(a_call(SecretString=text))
    assert caught.value.message == (
        "1 validation error detected: Value at 'secretString' failed to satisfy constraint: Member must have length "
        "less than or equal to 65536"
    )


def test_a_version_is_looked_up_by_id():
    version = Version(id="v1", number=1, created=0.0, member="SecretString", sealed=None)
    secret = replace(DB, versions={"v1": version})
    assert guards.require_version(secret, "v1") is version
    with pytest.raises(ResourceNotFoundException) as caught:
        guards.require_version(secret, "v2")
    assert caught.value.message == "Secrets Manager can't find the specified secret value for VersionId: v2"
