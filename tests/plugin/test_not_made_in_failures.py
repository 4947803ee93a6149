"""The section of a failing test says what to call for a function or a KMS key that a call has named in vain."""

from collections.abc import Callable
from textwrap import dedent, indent
from typing import Any

import pytest

Run = Callable[..., pytest.RunResult]
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
def section(run: Run) -> Section:
    """Runs a test that does that and fails, and gives the plugin's section of its report, each line unfolded."""

    def of(body: str) -> str:
        source = FILE.format(arn=ARN, key_id=KEY_ID, body=indent(dedent(body).strip(), "    "))
        recorded: Any = run(source).reprec  # type: ignore[attr-defined]
        reports = recorded.getreports("pytest_runtest_logreport")
        found = [text for report in reports for name, text in report.sections if name == "secretsmanager"]
        assert not any("to-hide" in text for text in found)
        return "\n".join(found).replace("\n  ", " ")

    return of


UNREGISTERED = f"RotateSecret: no function {ARN} exists; sm.rotation.register(handler, arn='{ARN}') creates it"

CALLS = {
    "a function": ("rotate(RotationLambdaARN=ARN)", UNREGISTERED),
    "a function with a qualifier": ("rotate(RotationLambdaARN=ARN + ':live')", UNREGISTERED),
    "a function, by the secret's ARN": (
        "quietly(client().rotate_secret, SecretId=sm.secret('db').arn, RotationLambdaARN=ARN)",
        UNREGISTERED,
    ),
    "twice": ("rotate(RotationLambdaARN=ARN)\nrotate(RotationLambdaARN=ARN)", UNREGISTERED),
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
def test_what_is_missing_is_named_with_the_call_that_makes_it(section: Section, body: str, line: str) -> None:
    assert section(body) == line


def test_the_stored_function_is_named_when_the_call_names_none(section: Section) -> None:
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


def test_of_many_only_the_first_are_told(section: Section) -> None:
    lines = section("for number in range(7):\n    create(f'alias/{number}')").splitlines()
    assert len(lines) == 6
    assert lines[-1] == "… and 2 more calls that named a missing function or key"


def test_a_missing_secret_is_told_first(section: Section) -> None:
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
)
def test_of_other_refusals_and_of_what_is_there_nothing_is_told(section: Section, body: str) -> None:
    assert section(body) == ""
