"""Fixtures of the tests of KMS keys."""

from collections.abc import Callable
from inspect import signature
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from botocore.session import Session
from kms_keys import OTHER_ACCOUNT, V1, V2, V3, V4, Refusal

from pytest_secretsmanager import KmsKey, SecretsManager

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient

    Operation = Callable[[SecretsManagerClient], Any]


@pytest.fixture
def key(secretsmanager: SecretsManager) -> KmsKey:
    """A customer managed key with the alias `alias/pay`."""
    return secretsmanager.kms.create_key(alias="alias/pay")


@pytest.fixture
def refused(secretsmanager: SecretsManager) -> Callable[..., Refusal]:
    """Return a function that makes a refused call, checks that it changed nothing, and returns AWS's error."""

    def refuse(method: Callable[..., object], *arguments: object, **parameters: object) -> Refusal:
        with secretsmanager.assert_unchanged(), pytest.raises(ClientError) as caught:
            method(*arguments, **parameters)
        error = caught.value.response["Error"]
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
        return error["Code"], error["Message"]

    return refuse


@pytest.fixture
def stranger(secretsmanager: SecretsManager) -> "SecretsManagerClient":
    """A client of another account. Skip the test on the oldest botocore, which can't make one."""
    if "aws_account_id" not in signature(Session.create_client).parameters:
        pytest.skip("this botocore makes no client of another account")
    return secretsmanager.client(aws_account_id=OTHER_ACCOUNT)


@pytest.fixture
def four(client: "SecretsManagerClient", key: KmsKey) -> None:
    """A secret under `alias/pay`: a version for each of AWS's labels, and one with a custom label."""
    client.create_secret(Name="db", SecretString="1", ClientRequestToken=V1, KmsKeyId="alias/pay")
    client.put_secret_value(SecretId="db", SecretString="2", ClientRequestToken=V2)
    client.put_secret_value(SecretId="db", SecretString="3", ClientRequestToken=V3, VersionStages=["AWSPENDING"])
    client.put_secret_value(SecretId="db", SecretString="4", ClientRequestToken=V4, VersionStages=["blue"])
