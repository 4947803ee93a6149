"""The section of a failing test names the call that creates a missing rotation function or KMS key."""

from collections.abc import Callable
from textwrap import dedent, indent

import pytest

Section = Callable[[str], str]

HERE = "us-east-1 of account 123456789012"
ARN = "arn:aws:lambda:us-east-1:123456789012:function:rotate"
KEY_ID = "12345678-1234-1234-1234-123456789012"
KEY = f"arn:aws:kms:us-east-1:123456789012:key/{KEY_ID}"

FILE = """
import boto3
import pytest
from pytest_secretsmanager import SecretsManager

ARN, KEY_ID = "{arn}", "{key_id}"

def client(region=None, **options):
    return boto3.client("secretsmanager", region_name=region, **options)

def quietly(call, **parameters):
    try:
        call(**parameters)
    except client().exceptions.ClientError:
        pass

def create(key, region=None, name="new", **options):
    quietly(client(region, **options).create_secret, Name=name, SecretString="to-hide", KmsKeyId=key)

def rotate(**parameters):
    quietly(client().rotate_secret, SecretId="db", **parameters)

@pytest.mark.secret("db", "to-hide")
def test_it(secretsmanager):
    sm = secretsmanager
{body}
    assert False
"""


@pytest.fixture
def section(sections: Callable[..., list[str]]) -> Section:
    """Run a failing test with this body and return the plugin's section of its report."""

    def of(body: str) -> str:
        source = FILE.format(arn=ARN, key_id=KEY_ID, body=indent(dedent(body).strip(), "    "))
        return "\n".join(sections(source))

    return of


UNREGISTERED = f"RotateSecret: no function {ARN} exists; sm.rotation.register(handler, arn='{ARN}') creates it"

CALLS = {
    "a function": ("rotate(RotationLambdaARN=ARN)", UNREGISTERED),
    "a function with a qualifier": ("rotate(RotationLambdaARN=ARN + ':live')", UNREGISTERED),
    "a function, by the secret's ARN": (
        "quietly(client().rotate_secret, SecretId=sm.secret('db').arn, RotationLambdaARN=ARN)",
        UNREGISTERED,
    ),
    "a function, in two calls": ("rotate(RotationLambdaARN=ARN)\nrotate(RotationLambdaARN=ARN)", UNREGISTERED),
    "an alias": (
        "create('alias/pay')",
        f"CreateSecret: no KMS key 'alias/pay' exists in {HERE}; sm.kms.create_key(alias='alias/pay') creates one",
    ),
    "an alias by its ARN": (
        "create('arn:aws:kms:us-east-1:123456789012:alias/pay')",
        f"CreateSecret: no KMS key 'alias/pay' exists in {HERE}; sm.kms.create_key(alias='alias/pay') creates one",
    ),
    "an alias in another region and account": (
        "create('alias/pay', 'eu-west-1', aws_access_key_id='a', aws_secret_access_key='b', "
        "aws_account_id='111122223333')",
        "CreateSecret: no KMS key 'alias/pay' exists in eu-west-1 of account 111122223333; "
        "sm.kms.create_key(alias='alias/pay', region='eu-west-1', account='111122223333') creates one",
    ),
    "a key": (
        "create(KEY_ID)",
        f"CreateSecret: no KMS key {KEY} exists; sm.kms.create_key() creates one: use its .id or .arn",
    ),
    "a key of a replica": (
        "regions = [{'Region': 'eu-west-1', 'KmsKeyId': 'alias/pay'}]\n"
        "quietly(client().replicate_secret_to_regions, SecretId='db', AddReplicaRegions=regions)",
        "ReplicationFailed: no KMS key 'alias/pay' exists in eu-west-1 of account 123456789012; "
        "sm.kms.create_key(alias='alias/pay', region='eu-west-1') creates one",
    ),
    "a key of an update": (
        "quietly(client().update_secret, SecretId='db', KmsKeyId='alias/pay')",
        f"UpdateSecret: no KMS key 'alias/pay' exists in {HERE}; sm.kms.create_key(alias='alias/pay') creates one",
    ),
}


@pytest.mark.parametrize(("body", "line"), CALLS.values(), ids=CALLS)
def test_a_failing_test_names_the_call_that_creates_a_missing_function_or_key(
    section: Section, body: str, line: str
) -> None:
    assert section(body) == line


def test_a_failing_test_names_the_missing_function_that_the_secret_has_stored(section: Section) -> None:
    body = """
        from pytest_secretsmanager import Rotation
        with SecretsManager() as other:
            other.seed("db", "to-hide", rotation=Rotation(print, days=30))
            arn = other.client().describe_secret(SecretId="db")["RotationLambdaARN"]
            other._parts.functions.by_arn.clear()
            rotate()
    """
    found = "arn:aws:lambda:us-east-1:123456789012:function:print"
    assert section(
        body
    ) == f"RotateSecret: no function {found} exists; sm.rotation.register(handler, arn='{found}') " + ("creates it")


def test_a_failing_test_shows_five_missing_keys_and_counts_the_rest(section: Section) -> None:
    lines = section("for number in range(7):\n    create(f'alias/{number}')").splitlines()
    assert len(lines) == 6
    assert lines[-1] == "… and 2 more calls that named a missing function or key"


def test_a_failing_test_shows_a_missing_secret_before_a_missing_function(section: Section) -> None:
    first, second = section(
        "rotate(RotationLambdaARN=ARN)\nquietly(client().get_secret_value, SecretId='bd')"
    ).splitlines()
    assert first.startswith("GetSecretValue: no secret 'bd'")
    assert second == UNREGISTERED


@pytest.mark.parametrize(
    "body",
    [
        "rotate(RotationLambdaARN='no ARN')",
        "rotate()",
        "create('arn:aws:kms:eu-west-1:123456789012:alias/pay')",
        "create('no key!')",
        "create(sm.kms.create_key().id)",
        "rotate(RotationLambdaARN=sm.rotation.register(lambda event, context: None), RotateImmediately=False)",
    ],
    ids=[
        "invalid function ARN",
        "secret without a function",
        "alias of another region",
        "invalid key name",
        "existing key",
        "existing function",
    ],
)
def test_nothing_is_reported_for_other_errors_and_for_existing_functions_and_keys(section: Section, body: str) -> None:
    assert section(body) == ""
