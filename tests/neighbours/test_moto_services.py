"""moto's other services: a manager accepts keys of its KMS, functions of its Lambda and accounts of its STS."""

import asyncio
import io
import sys
import zipfile
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from pytest_secretsmanager import Rotation, SecretsManager, UnsupportedOperation, UsageError
from pytest_secretsmanager.doors import moto
from pytest_secretsmanager.inspection.views import state_of

REGION = "us-east-1"
OTHER = "111122223333"


@pytest.fixture
def moto_around() -> Iterator[None]:
    with mock_aws():
        yield


@pytest.fixture
def sm(moto_around: None, secretsmanager: SecretsManager) -> SecretsManager:
    """The fixture `secretsmanager`, inside a mock of moto."""
    return secretsmanager


def service(name: str, region: str = REGION, **options: Any) -> Any:
    return boto3.client(name, region_name=region, **options)


def assumed(account: str, region: str = REGION) -> dict[str, str]:
    """Return the credentials of a role in this account, as arguments of a client."""
    role = f"arn:aws:iam::{account}:role/reader"
    made = service("sts", region).assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    return {
        "aws_access_key_id": made["AccessKeyId"],
        "aws_secret_access_key": made["SecretAccessKey"],
        "aws_session_token": made["SessionToken"],
    }


# --- KMS -------------------------------------------------------------------------------------------------------------


def new_key(alias: str | None = None, region: str = REGION, **options: Any) -> Any:
    kms = service("kms", region, **options)
    key = kms.create_key()["KeyMetadata"]
    if alias is not None:
        kms.create_alias(AliasName=alias, TargetKeyId=key["KeyId"])
    return key


@pytest.mark.parametrize("name", ["{KeyId}", "{Arn}", "alias/pay", "arn:aws:kms:us-east-1:123456789012:alias/pay"])
def test_create_secret_takes_a_kms_key_of_moto_by_each_of_its_names(sm: SecretsManager, name: str) -> None:
    given = name.format(**new_key("alias/pay"))
    client = sm.client()
    client.create_secret(Name="db", SecretString="one", KmsKeyId=given)
    assert client.get_secret_value(SecretId="db")["SecretString"] == "one"
    assert client.describe_secret(SecretId="db")["KmsKeyId"] == given


def test_create_secret_takes_a_kms_key_of_a_mock_inside_the_manager(secretsmanager: SecretsManager) -> None:
    with mock_aws():
        secretsmanager.client().create_secret(Name="db", SecretString="one", KmsKeyId=new_key()["Arn"])
    secretsmanager.assert_value("db", "one")


def test_update_secret_takes_a_kms_key_of_moto(sm: SecretsManager) -> None:
    sm.seed("db", "one")
    sm.client().update_secret(SecretId="db", KmsKeyId=new_key()["KeyId"])
    assert sm.client().get_secret_value(SecretId="db")["SecretString"] == "one"


def test_a_replica_takes_a_kms_key_of_moto_in_its_own_region(sm: SecretsManager) -> None:
    key = new_key(region="eu-west-1")
    sm.seed("db", "one")
    regions: Any = [{"Region": "eu-west-1", "KmsKeyId": key["KeyId"]}]
    sm.client().replicate_secret_to_regions(SecretId="db", AddReplicaRegions=regions)
    service("kms", "eu-west-1").disable_key(KeyId=key["KeyId"])
    with pytest.raises(ClientError, match="is disabled"):
        sm.client("eu-west-1").get_secret_value(SecretId="db")


def test_a_seed_takes_a_kms_key_of_moto(sm: SecretsManager) -> None:
    key = new_key("alias/pay")
    sm.seed("db", "one", kms_key="alias/pay")
    service("kms").disable_key(KeyId=key["KeyId"])
    with pytest.raises(ClientError, match=f"{key['Arn']} is disabled"):
        sm.client().get_secret_value(SecretId="db")


def test_a_disabled_kms_key_of_moto_refuses_reads_and_writes_until_it_is_enabled(sm: SecretsManager) -> None:
    key, kms, client = new_key(), service("kms"), sm.client()
    client.create_secret(Name="db", SecretString="one", KmsKeyId=key["KeyId"])
    kms.disable_key(KeyId=key["KeyId"])
    with pytest.raises(client.exceptions.DecryptionFailure, match=f"{key['Arn']} is disabled"):
        client.get_secret_value(SecretId="db")
    with pytest.raises(client.exceptions.EncryptionFailure, match="DisabledException"):
        client.put_secret_value(SecretId="db", SecretString="two")
    with pytest.raises(client.exceptions.EncryptionFailure, match="DisabledException"):
        client.create_secret(Name="other", SecretString="x", KmsKeyId=key["KeyId"])
    kms.enable_key(KeyId=key["KeyId"])
    client.put_secret_value(SecretId="db", SecretString="two")
    assert client.get_secret_value(SecretId="db")["SecretString"] == "two"


def test_a_kms_key_of_moto_scheduled_for_deletion_refuses_reads_until_cancel_key_deletion(sm: SecretsManager) -> None:
    key, kms, client = new_key(), service("kms"), sm.client()
    client.create_secret(Name="db", SecretString="one", KmsKeyId=key["KeyId"])
    kms.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)
    with pytest.raises(client.exceptions.DecryptionFailure, match="KMSInvalidStateException"):
        client.get_secret_value(SecretId="db")
    kms.cancel_key_deletion(KeyId=key["KeyId"])
    kms.enable_key(KeyId=key["KeyId"])
    assert client.get_secret_value(SecretId="db")["SecretString"] == "one"


def test_a_write_uses_the_kms_key_that_an_alias_of_moto_names_now(sm: SecretsManager) -> None:
    old, new, kms, client = new_key("alias/pay"), new_key(), service("kms"), sm.client()
    client.create_secret(Name="db", SecretString="one", KmsKeyId="alias/pay")
    kms.update_alias(AliasName="alias/pay", TargetKeyId=new["KeyId"])
    kms.disable_key(KeyId=old["KeyId"])
    client.put_secret_value(SecretId="db", SecretString="two")
    assert client.get_secret_value(SecretId="db")["SecretString"] == "two"
    with pytest.raises(client.exceptions.DecryptionFailure, match=old["Arn"]):
        client.get_secret_value(SecretId="db", VersionStage="AWSPREVIOUS")


def test_a_write_by_a_deleted_kms_alias_of_moto_is_refused(sm: SecretsManager) -> None:
    new_key("alias/pay")
    sm.seed("db", "one", kms_key="alias/pay")
    service("kms").delete_alias(AliasName="alias/pay")
    with pytest.raises(ClientError, match="is not found"):
        sm.client().put_secret_value(SecretId="db", SecretString="two")


@pytest.mark.parametrize("name", ["alias/none", "12345678-1234-1234-1234-123456789012", "alias/aws/s3"])
def test_create_secret_refuses_a_kms_key_that_neither_moto_nor_the_manager_has(sm: SecretsManager, name: str) -> None:
    new_key()
    with pytest.raises(ClientError, match="invalid KMS key"):
        sm.client().create_secret(Name="db", SecretString="one", KmsKeyId=name)
    assert not sm.secrets


@pytest.mark.parametrize(
    ("spec", "usage"),
    [("RSA_2048", "SIGN_VERIFY"), ("RSA_2048", "ENCRYPT_DECRYPT"), ("HMAC_256", "GENERATE_VERIFY_MAC")],
)
def test_create_secret_refuses_a_kms_key_of_moto_that_cannot_encrypt_data_keys(
    sm: SecretsManager, spec: str, usage: str
) -> None:
    arn = service("kms").create_key(KeySpec=spec, KeyUsage=usage)["KeyMetadata"]["Arn"]
    client = sm.client()
    with pytest.raises(client.exceptions.InvalidParameterException, match=f"{arn} key usage is {usage} which is not"):
        client.create_secret(Name="db", SecretString="one", KmsKeyId=arn)
    with pytest.raises(UsageError, match=f"no KMS key '{arn}': .*which is not valid"):
        sm.kms.key(arn)
    assert not sm.secrets


@pytest.mark.parametrize("region", ["eu-west-1", REGION], ids=["same region", "another region"])
def test_create_secret_refuses_a_kms_key_of_moto_of_another_account(sm: SecretsManager, region: str) -> None:
    key = new_key(region="eu-west-1")
    client = sm.client(region, aws_account_id=OTHER)
    with pytest.raises(client.exceptions.InvalidParameterException):
        client.create_secret(Name="db", SecretString="one", KmsKeyId=key["KeyId"])


def test_a_kms_key_of_the_manager_wins_over_one_of_moto_with_the_same_alias(sm: SecretsManager) -> None:
    theirs = new_key("alias/pay")
    sm.kms.create_key(alias="alias/pay")
    sm.client().create_secret(Name="db", SecretString="one", KmsKeyId="alias/pay")
    service("kms").disable_key(KeyId=theirs["KeyId"])
    assert sm.client().get_secret_value(SecretId="db")["SecretString"] == "one"


def test_a_used_kms_key_of_moto_keeps_its_last_state_after_the_mock_has_ended(secretsmanager: SecretsManager) -> None:
    with mock_aws():
        used, disabled = new_key()["Arn"], new_key()["Arn"]
        secretsmanager.seed("db", "one", kms_key=used)
        secretsmanager.seed("other", "two", kms_key=disabled)
        service("kms").disable_key(KeyId=disabled.rpartition("/")[2])
        with pytest.raises(ClientError, match="is disabled"):
            secretsmanager.client().get_secret_value(SecretId="other")
    client = secretsmanager.client()
    client.put_secret_value(SecretId="db", SecretString="three")
    assert client.get_secret_value(SecretId="db")["SecretString"] == "three"
    with pytest.raises(ClientError, match="is disabled"):
        client.get_secret_value(SecretId="other")


def test_create_secret_refuses_an_unused_kms_key_of_a_mock_that_has_ended(secretsmanager: SecretsManager) -> None:
    with mock_aws():
        arn = new_key()["Arn"]
    with pytest.raises(ClientError, match="does not exist"):
        secretsmanager.client().create_secret(Name="db", SecretString="one", KmsKeyId=arn)


def test_sm_kms_shows_denies_and_allows_a_key_of_moto(sm: SecretsManager) -> None:
    arn = new_key("alias/pay")["Arn"]
    sm.seed("db", "one", kms_key="alias/pay")
    assert (sm.kms.key("alias/pay").arn, sm.kms.key(arn).state) == (arn, "Enabled")
    sm.kms.deny("alias/pay")
    with pytest.raises(ClientError, match="Access to KMS is not allowed"):
        sm.client().get_secret_value(SecretId="db")
    sm.kms.allow(arn)
    assert sm.client().get_secret_value(SecretId="db")["SecretString"] == "one"


@pytest.mark.parametrize("change", ["disable", "enable", "schedule_deletion"])
def test_sm_kms_refuses_to_change_the_state_of_a_key_of_moto(sm: SecretsManager, change: str) -> None:
    arn = new_key()["Arn"]
    with pytest.raises(UsageError, match=f"the KMS key {arn} is moto's, .* with a client of KMS"):
        getattr(sm.kms, change)(arn)
    assert sm.kms.key(arn).state == "Enabled"


def test_looking_up_a_missing_kms_key_creates_no_backend_in_moto(sm: SecretsManager) -> None:
    new_key()
    with pytest.raises(ClientError):
        sm.client("eu-west-1").create_secret(Name="db", SecretString="one", KmsKeyId="alias/none")
    kms = sys.modules["moto.kms.models"].kms_backends
    assert [(account, list(places)) for account, places in kms.items()] == [("123456789012", [REGION])]


# --- Lambda ----------------------------------------------------------------------------------------------------------


def new_function(name: str = "rotate") -> str:
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("rotate.py", "def handler(event, context): raise SystemExit('was run')")
    role = service("iam").create_role(RoleName=name, AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    made = service("lambda").create_function(
        FunctionName=name, Runtime="python3.11", Role=role, Handler="rotate.handler", Code={"ZipFile": code.getvalue()}
    )
    arn: str = made["FunctionArn"]
    return arn


@pytest.fixture
def without_docker() -> Iterator[None]:
    with mock_aws(config={"lambda": {"use_docker": False}}):
        yield


@pytest.mark.parametrize("qualifier", ["", ":$LATEST"], ids=["no qualifier", "$LATEST"])
@pytest.mark.usefixtures("without_docker")
def test_a_lambda_function_of_moto_without_docker_runs_each_rotation_step_and_does_nothing(
    secretsmanager: SecretsManager, qualifier: str
) -> None:
    arn = new_function() + qualifier
    secretsmanager.seed("db", "one")
    secretsmanager.client().rotate_secret(SecretId="db", RotationLambdaARN=arn)
    (run,) = secretsmanager.rotation.runs
    assert [step.step for step in run.steps] == ["createSecret", "setSecret", "testSecret", "finishSecret"]
    assert (run.state, [step.error for step in run.steps]) == ("failed", [None] * 4)
    secretsmanager.assert_value("db", "one")
    assert secretsmanager.client().describe_secret(SecretId="db")["RotationLambdaARN"] == arn


@pytest.mark.usefixtures("without_docker")
def test_the_trial_of_a_lambda_function_of_moto_without_docker_succeeds(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", "one")
    secretsmanager.client().rotate_secret(SecretId="db", RotationLambdaARN=new_function(), RotateImmediately=False)
    assert secretsmanager.client().describe_secret(SecretId="db")["RotationEnabled"]
    assert secretsmanager.rotation.runs[-1].state == "succeeded"


@pytest.mark.usefixtures("without_docker")
def test_a_seed_may_rotate_by_a_lambda_function_of_moto_without_docker(secretsmanager: SecretsManager) -> None:
    arn = new_function()
    secretsmanager.seed("db", "one", rotation=Rotation(arn, days=30))
    assert secretsmanager.client().describe_secret(SecretId="db")["RotationLambdaARN"] == arn


def test_rotate_secret_refuses_a_lambda_function_of_moto_in_docker_and_changes_nothing(sm: SecretsManager) -> None:
    arn = new_function()
    before = state_of(sm.seed("db", "one"))
    with pytest.raises(UnsupportedOperation) as refused:
        sm.client().rotate_secret(SecretId="db", RotationLambdaARN=arn)
    assert f"moto would run the function {arn} in Docker" in str(refused.value)
    assert f"sm.rotation.register(handler, arn='{arn}')" in str(refused.value)
    assert state_of(sm.secret("db")) is before


def test_a_seed_refuses_a_lambda_function_of_moto_in_docker(sm: SecretsManager) -> None:
    arn = new_function()
    with pytest.raises(UsageError, match=r"in Docker, .*sm\.rotation\.register\(handler, arn="):
        sm.seed("db", "one", rotation=Rotation(arn, days=30))


def test_a_registered_handler_runs_in_place_of_a_lambda_function_of_moto(sm: SecretsManager) -> None:
    arn, steps = new_function(), []
    sm.rotation.register(lambda event, _: steps.append(event["Step"]), arn=arn)
    sm.seed("db", "one")
    sm.client().rotate_secret(SecretId="db", RotationLambdaARN=arn)
    assert steps == ["createSecret", "setSecret", "testSecret", "finishSecret"]


def test_rotate_secret_refuses_a_lambda_function_that_moto_does_not_have(sm: SecretsManager) -> None:
    new_function()
    sm.seed("db", "one")
    arn = "arn:aws:lambda:us-east-1:123456789012:function:other"
    with pytest.raises(ClientError, match="cannot invoke the specified Lambda function"):
        sm.client().rotate_secret(SecretId="db", RotationLambdaARN=arn)


def test_a_scheduled_rotation_fails_after_the_mock_of_its_lambda_function_has_ended(
    secretsmanager: SecretsManager,
) -> None:
    with mock_aws(config={"lambda": {"use_docker": False}}):
        secretsmanager.seed("db", "one", rotation=Rotation(new_function(), days=1))
    secretsmanager.clock.advance(days=2)
    assert isinstance(secretsmanager.rotation.runs[0].error, LookupError)


# --- STS -------------------------------------------------------------------------------------------------------------


def test_a_client_with_the_credentials_of_a_role_of_moto_acts_in_its_account(sm: SecretsManager) -> None:
    sm.seed("db", "the default account's")
    sm.seed("db", "the other's", account=OTHER)
    client = service("secretsmanager", **assumed(OTHER))
    assert client.get_secret_value(SecretId="db")["SecretString"] == "the other's"
    client.create_secret(Name="new", SecretString="x")
    assert sm.secret("new", account=OTHER).arn.split(":")[4] == OTHER
    assert sm.log[-1].account == OTHER


def test_the_log_names_a_user_of_the_account_of_a_role(sm: SecretsManager) -> None:
    service("secretsmanager", **assumed(OTHER)).create_secret(Name="db", SecretString="x")
    record: Any = sm.log[-1].record
    assert record["userIdentity"]["type"] == "IAMUser"
    assert record["userIdentity"]["arn"] == f"arn:aws:iam::{OTHER}:user/test"


def test_a_client_with_a_role_of_moto_does_not_find_secrets_of_the_default_account(sm: SecretsManager) -> None:
    sm.seed("db", "the default account's")
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        service("secretsmanager", **assumed(OTHER)).get_secret_value(SecretId="db")


def test_a_role_of_a_mock_inside_the_manager_acts_in_its_account(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", "the other's", account=OTHER)
    with mock_aws():
        client = service("secretsmanager", **assumed(OTHER))
        assert client.get_secret_value(SecretId="db")["SecretString"] == "the other's"


def test_credentials_in_the_environment_act_in_the_account_of_their_role(
    sm: SecretsManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    sm.seed("db", "the other's", account=OTHER)
    with monkeypatch.context() as patched:  # undone before moto restores its own values
        for name, value in assumed(OTHER).items():
            patched.setenv(name.upper(), value)
        client = boto3.Session().client("secretsmanager", region_name=REGION)
        assert client.get_secret_value(SecretId="db")["SecretString"] == "the other's"


def test_a_profile_that_assumes_a_role_acts_in_its_account(
    sm: SecretsManager, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    sm.seed("db", "the other's", account=OTHER)
    config = tmp_path / "config"
    config.write_text(
        f"[profile other]\nrole_arn = arn:aws:iam::{OTHER}:role/reader\nsource_profile = base\nregion = {REGION}\n"
        "[profile base]\naws_access_key_id = AKIATEST\naws_secret_access_key = test\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    client = boto3.Session(profile_name="other").client("secretsmanager")
    assert client.get_secret_value(SecretId="db")["SecretString"] == "the other's"


def test_a_role_in_another_partition_acts_in_its_account(sm: SecretsManager) -> None:
    sm.seed("db", "the other's", account=OTHER, region="cn-north-1")
    sts = service("sts", "cn-north-1")
    made = sts.assume_role(RoleArn=f"arn:aws-cn:iam::{OTHER}:role/reader", RoleSessionName="test")["Credentials"]
    client = service(
        "secretsmanager",
        "cn-north-1",
        aws_access_key_id=made["AccessKeyId"],
        aws_secret_access_key=made["SecretAccessKey"],
    )
    assert client.get_secret_value(SecretId="db")["SecretString"] == "the other's"


def test_a_client_with_a_role_of_moto_uses_the_kms_keys_of_its_account(sm: SecretsManager) -> None:
    role = assumed(OTHER)
    key = new_key("alias/pay", **role)
    client = service("secretsmanager", **role)
    client.create_secret(Name="db", SecretString="one", KmsKeyId="alias/pay")
    service("kms", **role).disable_key(KeyId=key["KeyId"])
    with pytest.raises(ClientError, match=f"arn:aws:kms:us-east-1:{OTHER}:key/.* is disabled"):
        client.get_secret_value(SecretId="db")


def test_aws_account_id_of_a_client_wins_over_the_account_of_its_credentials(sm: SecretsManager) -> None:
    sm.seed("db", "the third's", account="333333333333")
    client = service("secretsmanager", aws_account_id="333333333333", **assumed(OTHER))
    assert client.get_secret_value(SecretId="db")["SecretString"] == "the third's"


def test_credentials_unknown_to_moto_act_in_the_default_account(sm: SecretsManager) -> None:
    assumed(OTHER)
    sm.seed("db", "the default account's")
    client = service("secretsmanager", aws_access_key_id="AKIAUNKNOWN", aws_secret_access_key="x")
    assert client.get_secret_value(SecretId="db")["SecretString"] == "the default account's"


def test_an_async_client_with_the_credentials_of_a_role_acts_in_its_account(sm: SecretsManager) -> None:
    session = pytest.importorskip("aiobotocore.session", reason="aiobotocore is not installed").get_session()
    sm.seed("db", "the other's", account=OTHER)

    async def read() -> Any:
        async with session.create_client("secretsmanager", region_name=REGION, **assumed(OTHER)) as client:
            return await client.get_secret_value(SecretId="db")

    assert asyncio.run(read())["SecretString"] == "the other's"


# --- without moto ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("module", ["moto.core.models", "moto.kms.models", "moto.awslambda.models", "moto.iam.models"])
@pytest.mark.parametrize("is_imported", [True, False], ids=["changed", "not imported"])
def test_missing_or_changed_modules_of_moto_are_treated_as_no_moto(
    sm: SecretsManager, monkeypatch: pytest.MonkeyPatch, module: str, is_imported: bool
) -> None:
    key, function, role = new_key()["Arn"], new_function(), assumed(OTHER)
    if is_imported:
        monkeypatch.setitem(sys.modules, module, ModuleType(module))
    else:
        monkeypatch.delitem(sys.modules, module, raising=False)
    assert (moto.key(key) is None) is (module in ("moto.core.models", "moto.kms.models"))
    client = service("secretsmanager", **role)
    assert (moto.account_of(client) is None) is (module in ("moto.core.models", "moto.iam.models"))
    if module in ("moto.core.models", "moto.awslambda.models"):
        assert moto.function(function) is None
    else:
        with pytest.raises(UnsupportedOperation):
            moto.function(function)


def test_the_second_get_secret_value_of_a_client_does_not_look_at_moto(
    sm: SecretsManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    sm.seed("db", "one")
    client = sm.client()
    client.get_secret_value(SecretId="db")

    def fail() -> bool:
        raise AssertionError("moto was looked at")

    monkeypatch.setattr(moto, "is_active", fail)
    assert client.get_secret_value(SecretId="db")["SecretString"] == "one"


def test_update_secret_changes_a_cross_account_replica_whose_key_alias_was_deleted(sm: SecretsManager) -> None:
    client: Any = sm.client()
    if not hasattr(client, "associate_cross_account_replica"):
        pytest.skip("this botocore is older than AssociateCrossAccountReplica")
    kms = service("kms")
    kms.create_alias(AliasName="alias/theirs", TargetKeyId=kms.create_key()["KeyMetadata"]["KeyId"])
    primary = f"arn:aws:secretsmanager:{REGION}:{OTHER}:secret:db-AbCdEf"
    client.create_secret(Name="copy", KmsKeyId="alias/theirs", CrossAccountPrimaryARN=primary)
    kms.delete_alias(AliasName="alias/theirs")
    client.update_secret(SecretId="copy", Description="a copy")
    assert client.describe_secret(SecretId="copy")["Description"] == "a copy"
