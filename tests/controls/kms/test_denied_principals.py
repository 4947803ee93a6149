"""`kms.deny` with a principal: one caller may not use the key, the others may."""

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from pytest_secretsmanager import KmsKey, SecretsManager, UsageError
from pytest_secretsmanager.engine.callers import assumed_role

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient

USER_ARN = "arn:aws:iam::123456789012:user/test"
ROLE_ARN = "arn:aws:iam::123456789012:role/app"
SESSION = assumed_role(ROLE_ARN, "tests", 0.0)
REFUSED = "Access to KMS is not allowed"


@pytest.fixture
def key(secretsmanager: SecretsManager) -> KmsKey:
    """A key, and the secret `db` under it."""
    key = secretsmanager.kms.create_key(alias="alias/pay")
    secretsmanager.seed("db", "one", kms_key="alias/pay")
    return key


@pytest.fixture
def app(secretsmanager: SecretsManager) -> "SecretsManagerClient":
    """A client of the role."""
    pair = secretsmanager._parts.callers.hand_out(SESSION)
    credentials: dict[str, Any] = {
        "aws_access_key_id": pair.access_key_id,
        "aws_secret_access_key": pair.secret_access_key,
        "aws_session_token": pair.session_token,
    }
    return secretsmanager.client(**credentials)


@pytest.mark.parametrize("principal", [ROLE_ARN, SESSION.arn])
def test_a_denied_role_can_neither_read_nor_write_under_the_key(
    secretsmanager: SecretsManager, app: "SecretsManagerClient", key: KmsKey, principal: str
) -> None:
    secretsmanager.kms.deny(key, principal=principal)
    with pytest.raises(ClientError, match=REFUSED):
        app.get_secret_value(SecretId="db")
    with pytest.raises(ClientError, match=REFUSED):
        app.put_secret_value(SecretId="db", SecretString="two")
    with pytest.raises(ClientError, match=REFUSED):
        app.create_secret(Name="other", KmsKeyId="alias/pay")


def test_other_callers_use_a_key_that_is_denied_to_a_role(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", key: KmsKey
) -> None:
    secretsmanager.kms.deny(key, principal=ROLE_ARN)
    client.put_secret_value(SecretId="db", SecretString="two")
    assert client.get_secret_value(SecretId="db")["SecretString"] == "two"


def test_aws_rotates_and_replicates_under_a_key_that_is_denied_to_the_caller(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", key: KmsKey
) -> None:
    secretsmanager.kms.deny(key, principal=USER_ARN)
    client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[{"Region": "eu-west-1"}])
    assert secretsmanager.secret("db", region="eu-west-1").value == "one"


def test_a_batch_reports_the_secrets_whose_key_is_denied_to_its_caller(
    secretsmanager: SecretsManager, app: "SecretsManagerClient", key: KmsKey
) -> None:
    secretsmanager.seed("free", "one")
    secretsmanager.kms.deny(key, principal=ROLE_ARN)
    answer = app.batch_get_secret_value(SecretIdList=["db", "free"])
    assert [value["Name"] for value in answer["SecretValues"]] == ["free"]
    assert [(error["SecretId"], error["Message"]) for error in answer["Errors"]] == [("db", REFUSED)]


def test_a_denial_of_one_principal_leaves_that_of_another(
    secretsmanager: SecretsManager, app: "SecretsManagerClient", client: "SecretsManagerClient", key: KmsKey
) -> None:
    for principal in (ROLE_ARN, USER_ARN):
        secretsmanager.kms.deny(key, principal=principal)
    for caller in (app, client):
        with pytest.raises(ClientError, match=REFUSED):
            caller.get_secret_value(SecretId="db")


@pytest.mark.parametrize("principal", [None, ROLE_ARN])
def test_allow_undoes_every_denial(
    secretsmanager: SecretsManager, app: "SecretsManagerClient", key: KmsKey, principal: str | None
) -> None:
    secretsmanager.kms.deny(key, principal=principal)
    secretsmanager.kms.allow(key)
    assert app.get_secret_value(SecretId="db")["SecretString"] == "one"


def test_a_rollback_takes_back_a_denied_principal(
    secretsmanager: SecretsManager, app: "SecretsManagerClient", key: KmsKey
) -> None:
    with secretsmanager.snapshot():
        secretsmanager.kms.deny(key, principal=ROLE_ARN)
    assert app.get_secret_value(SecretId="db")["SecretString"] == "one"


@pytest.mark.parametrize("state", ["disable", "schedule_deletion"])
def test_get_secret_value_reports_a_disabled_key_to_principals_that_it_is_not_denied_to(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", key: KmsKey, state: str
) -> None:
    secretsmanager.kms.deny(key, principal=ROLE_ARN)
    getattr(secretsmanager.kms, state)(key)
    with pytest.raises(ClientError, match="DecryptionFailure"):
        client.get_secret_value(SecretId="db")


@pytest.mark.parametrize(
    "principal",
    [
        "app",
        "",
        "*",
        7,
        KmsKey,
        "arn:aws:iam::123456789012:root",
        "arn:aws:iam::123456789012:user/*",
        "arn:aws:iam::123456789012:user/test ",
        "arn:aws:iam::١٢٣٤٥٦٧٨٩٠١٢:user/test",
        "arn:aws:iam::123456789012:assumed-role/app/tests",
        "arn:aws:sts::123456789012:role/app",
        "arn:aws:sts::123456789012:assumed-role/app",
        "arn:aws:sts::123456789012:assumed-role/team/app/tests",
    ],
)
def test_a_principal_that_is_no_arn_of_a_user_or_role_is_refused(
    secretsmanager: SecretsManager, key: KmsKey, principal: Any
) -> None:
    with pytest.raises(UsageError, match=r"^a principal is the ARN of a user, role or role session such as '.*', not "):
        secretsmanager.kms.deny(key, principal=principal)
    assert secretsmanager.kms.key(key) == key


@pytest.mark.parametrize("principal", ["arn:aws-cn:iam::123456789012:role/app", "arn:amazon:iam::123456789012:role/a"])
def test_a_principal_of_another_partition_than_the_key_is_refused(
    secretsmanager: SecretsManager, key: KmsKey, principal: str
) -> None:
    with pytest.raises(UsageError, match="principal"):
        secretsmanager.kms.deny(key, principal=principal)
    assert secretsmanager.kms.key(key) == key


def test_a_role_with_a_path_is_denied_by_its_arn_in_another_partition(secretsmanager: SecretsManager) -> None:
    role_arn = "arn:aws-cn:iam::123456789012:role/team/app"
    key = secretsmanager.kms.create_key(alias="alias/pay", region="cn-north-1")
    secretsmanager.seed("db", "one", kms_key="alias/pay", region="cn-north-1")
    pair = secretsmanager._parts.callers.hand_out(assumed_role(role_arn, "tests", 0.0))
    client = secretsmanager.client(
        "cn-north-1",
        aws_access_key_id=pair.access_key_id,
        aws_secret_access_key=pair.secret_access_key,
        aws_session_token=pair.session_token,
    )
    secretsmanager.kms.deny(key, principal=role_arn)
    with pytest.raises(ClientError, match=REFUSED):
        client.get_secret_value(SecretId="db")


def test_a_misspelt_argument_of_deny_is_refused(secretsmanager: SecretsManager, key: KmsKey) -> None:
    misspelt: Any = {"principle": USER_ARN}
    with pytest.raises(UsageError, match="did you mean 'principal'"):
        secretsmanager.kms.deny(key, **misspelt)
