"""KMS keys: what each operation answers in each state of the key, how a request names one, and encryption anew."""

from collections.abc import Callable
from inspect import signature
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from botocore.session import Session

from pytest_secretsmanager import KmsKey, SecretsManager, UsageError

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient

    Operation = Callable[[SecretsManagerClient], Any]

V1, V2, V3, V4 = (f"version-{number}".ljust(32, "-") for number in (1, 2, 3, 4))
UNKNOWN_ID = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
PLACE = "arn:aws:kms:us-east-1:123456789012"
OTHER_ACCOUNT = "210987654321"
INVALID_KEY = "The operation failed because of an invalid KMS key:"
DEFAULT_KEY_ELSEWHERE = (
    "InvalidRequestException",
    "You can't access a secret from a different AWS account if you encrypt the secret with the default KMS service "
    "key.",
)
Refusal = tuple[str, str]


@pytest.fixture
def key(secretsmanager: SecretsManager) -> KmsKey:
    """A customer key that goes by `alias/pay`."""
    return secretsmanager.kms.create_key(alias="alias/pay")


@pytest.fixture
def refused(secretsmanager: SecretsManager) -> Callable[..., Refusal]:
    """Makes a call that has to be refused, and gives AWS's code and text; it must have changed nothing."""

    def refuse(method: Callable[..., object], *arguments: object, **parameters: object) -> Refusal:
        with secretsmanager.assert_unchanged(), pytest.raises(ClientError) as caught:
            method(*arguments, **parameters)
        error = caught.value.response["Error"]
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
        return error["Code"], error["Message"]

    return refuse


@pytest.fixture
def stranger(secretsmanager: SecretsManager) -> "SecretsManagerClient":
    """A client of another account; the oldest botocore makes none."""
    if "aws_account_id" not in signature(Session.create_client).parameters:
        pytest.skip("this botocore makes no client of another account")
    return secretsmanager.client(aws_account_id=OTHER_ACCOUNT)


# --- each state and each operation -----------------------------------------------------------------------------------

DENIED = ("AccessDeniedException", "Access to KMS is not allowed")


def failure(verb: str, state: str, code: str) -> str:
    """KMS's own answer inside that of Secrets Manager (section 9); `{arn}` is to be filled in."""
    return (
        f"Secrets Manager can't {verb} the secret value: {{arn}} is {state}. (Service: AWSKMS; Status Code: 400; "
        f"Error Code: {code}; Request ID: 00000000-0000-4000-8000-000000000000; Proxy: null)"
    )


STATES: dict[str, tuple[Refusal, Refusal]] = {
    "disable": (
        ("DecryptionFailure", failure("decrypt", "disabled", "DisabledException")),
        ("EncryptionFailure", failure("encrypt", "disabled", "DisabledException")),
    ),
    "schedule_deletion": (
        ("DecryptionFailure", failure("decrypt", "pending deletion", "KMSInvalidStateException")),
        ("EncryptionFailure", failure("encrypt", "pending deletion", "KMSInvalidStateException")),
    ),
    "deny": (DENIED, DENIED),
}
"""For each turn of a key: what a read is answered, and what a write."""

READS: dict[str, "Operation"] = {
    "GetSecretValue": lambda client: client.get_secret_value(SecretId="db"),
    "GetSecretValue by label": lambda client: client.get_secret_value(SecretId="db", VersionStage="AWSCURRENT"),
    "GetSecretValue by id": lambda client: client.get_secret_value(SecretId="db", VersionId=V1),
    "a repeated CreateSecret": lambda client: client.create_secret(
        Name="db", SecretString="one", ClientRequestToken=V1, KmsKeyId="alias/pay"
    ),
    "a repeated PutSecretValue": lambda client: client.put_secret_value(
        SecretId="db", SecretString="one", ClientRequestToken=V1
    ),
    "a repeated UpdateSecret": lambda client: client.update_secret(
        SecretId="db", SecretString="one", ClientRequestToken=V1
    ),
    "a PutSecretValue of another value under the same token": lambda client: client.put_secret_value(
        SecretId="db", SecretString="two", ClientRequestToken=V1
    ),
    "UpdateSecret to another key": lambda client: client.update_secret(SecretId="db", KmsKeyId="alias/other"),
    "UpdateSecret to the default key": lambda client: client.update_secret(SecretId="db", KmsKeyId=""),
    "UpdateSecret to another key with a value": lambda client: client.update_secret(
        SecretId="db", KmsKeyId="alias/other", SecretString="two"
    ),
}
"""What has to decrypt a value that is there."""

WRITES: dict[str, "Operation"] = {
    "CreateSecret": lambda client: client.create_secret(Name="new", SecretString="one", KmsKeyId="alias/pay"),
    "CreateSecret with bytes": lambda client: client.create_secret(
        Name="new", SecretBinary=b"one", KmsKeyId="alias/pay"
    ),
    "PutSecretValue": lambda client: client.put_secret_value(SecretId="db", SecretString="two"),
    "PutSecretValue with labels": lambda client: client.put_secret_value(
        SecretId="db", SecretString="two", VersionStages=["AWSPENDING"]
    ),
    "UpdateSecret with a value": lambda client: client.update_secret(SecretId="db", SecretString="two"),
    "UpdateSecret to this key": lambda client: client.update_secret(SecretId="default", KmsKeyId="alias/pay"),
    "UpdateSecret to this key with a value": lambda client: client.update_secret(
        SecretId="default", KmsKeyId="alias/pay", SecretString="two"
    ),
    "CreateSecret without a value": lambda client: client.create_secret(Name="new", KmsKeyId="alias/pay"),
    "UpdateSecret of a secret without a value": lambda client: client.update_secret(
        SecretId="empty", KmsKeyId="alias/pay"
    ),
}
"""What has to encrypt a value, or tries the key out (DOC)."""

EITHER: dict[str, "Operation"] = READS | WRITES

NEITHER: dict[str, "Operation"] = {
    "DescribeSecret": lambda client: client.describe_secret(SecretId="db"),
    "ListSecrets": lambda client: client.list_secrets(),
    "ListSecretVersionIds": lambda client: client.list_secret_version_ids(SecretId="db"),
    "UpdateSecret of metadata": lambda client: client.update_secret(SecretId="db", Description="new"),
    "UpdateSecret to the same key": lambda client: client.update_secret(SecretId="db", KmsKeyId="alias/pay"),
    "UpdateSecretVersionStage": lambda client: client.update_secret_version_stage(
        SecretId="db", VersionStage="blue", MoveToVersionId=V1
    ),
    "TagResource": lambda client: client.tag_resource(SecretId="db", Tags=[{"Key": "a", "Value": "b"}]),
    "GetResourcePolicy": lambda client: client.get_resource_policy(SecretId="db"),
    "DeleteSecret": lambda client: client.delete_secret(SecretId="db"),
    "DeleteSecret by force": lambda client: client.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True),
    "GetSecretValue under another key": lambda client: client.get_secret_value(SecretId="default"),
}
"""What needs the key neither way."""


@pytest.fixture
def secrets(secretsmanager: SecretsManager, client: "SecretsManagerClient", key: KmsKey) -> None:
    """`db` under `alias/pay`, `default` under the default key, `empty` without a value; and another key."""
    secretsmanager.kms.create_key(alias="alias/other")
    client.create_secret(Name="db", SecretString="one", ClientRequestToken=V1, KmsKeyId="alias/pay")
    client.create_secret(Name="default", SecretString="one")
    client.create_secret(Name="empty")


def turn(secretsmanager: SecretsManager, state: str, key: KmsKey | str) -> None:
    getattr(secretsmanager.kms, state)(key)


@pytest.mark.usefixtures("secrets")
@pytest.mark.parametrize("operation", READS)
@pytest.mark.parametrize("state", STATES)
def test_what_decrypts_is_refused(
    secretsmanager: SecretsManager,
    client: "SecretsManagerClient",
    key: KmsKey,
    refused: Callable[..., Refusal],
    state: str,
    operation: str,
) -> None:
    turn(secretsmanager, state, key)
    code, message = STATES[state][0]
    assert refused(READS[operation], client) == (code, message.format(arn=key.arn))


@pytest.mark.usefixtures("secrets")
@pytest.mark.parametrize("operation", WRITES)
@pytest.mark.parametrize("state", STATES)
def test_what_encrypts_is_refused(
    secretsmanager: SecretsManager,
    client: "SecretsManagerClient",
    key: KmsKey,
    refused: Callable[..., Refusal],
    state: str,
    operation: str,
) -> None:
    turn(secretsmanager, state, key)
    code, message = STATES[state][1]
    assert refused(WRITES[operation], client) == (code, message.format(arn=key.arn))


@pytest.mark.usefixtures("secrets")
@pytest.mark.parametrize("operation", NEITHER)
@pytest.mark.parametrize("state", STATES)
def test_what_needs_no_key_is_answered(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", key: KmsKey, state: str, operation: str
) -> None:
    turn(secretsmanager, state, key)
    NEITHER[operation](client)
    assert secretsmanager.log[-1].error is None


@pytest.mark.usefixtures("secrets")
@pytest.mark.parametrize("operation", EITHER)
def test_with_the_key_enabled_each_is_answered(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", operation: str
) -> None:
    """The tables above hold nothing that is refused for another reason, but for the one that is meant to conflict."""
    conflict = operation == "a PutSecretValue of another value under the same token"
    try:
        EITHER[operation](client)
    except client.exceptions.ResourceExistsException:
        assert conflict
    else:
        assert not conflict


@pytest.mark.usefixtures("secrets")
@pytest.mark.parametrize(
    "request_", [{"SecretIdList": ["default", "db"]}, {"Filters": [{"Key": "name", "Values": ["d"]}]}]
)
@pytest.mark.parametrize("state", STATES)
def test_a_batch_tells_of_it_and_answers_the_rest(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", key: KmsKey, state: str, request_: dict[str, Any]
) -> None:
    turn(secretsmanager, state, key)
    reply = client.batch_get_secret_value(**request_)
    code, message = STATES[state][0]
    assert [entry["Name"] for entry in reply["SecretValues"]] == ["default"]
    assert [(entry["ErrorCode"], entry["Message"]) for entry in reply["Errors"]] == [
        (code, message.format(arn=key.arn))
    ]


@pytest.mark.usefixtures("secrets")
@pytest.mark.parametrize("operation", ["GetSecretValue", "PutSecretValue"])
@pytest.mark.parametrize(
    ("state", "back"), [("disable", "enable"), ("schedule_deletion", "enable"), ("deny", "allow")], ids=str
)
def test_turned_back_it_works_again(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", key: KmsKey, state: str, back: str, operation: str
) -> None:
    turn(secretsmanager, state, key)
    turn(secretsmanager, back, key)
    EITHER[operation](client)
    assert secretsmanager.secret("db").value in ("one", "two")


@pytest.mark.usefixtures("secrets")
def test_enabling_does_not_allow(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", key: KmsKey, refused: Callable[..., Refusal]
) -> None:
    secretsmanager.kms.deny(key)
    secretsmanager.kms.enable(key)
    assert refused(client.get_secret_value, SecretId="db") == DENIED


@pytest.mark.usefixtures("secrets")
def test_a_denied_caller_learns_nothing_of_the_state(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", key: KmsKey, refused: Callable[..., Refusal]
) -> None:
    secretsmanager.kms.disable(key)
    secretsmanager.kms.deny(key)
    assert refused(client.get_secret_value, SecretId="db") == DENIED


@pytest.mark.usefixtures("secrets")
def test_a_failure_to_decrypt_has_the_clients_own_exception(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", key: KmsKey
) -> None:
    secretsmanager.kms.disable(key)
    with pytest.raises(client.exceptions.DecryptionFailure):
        client.get_secret_value(SecretId="db")


@pytest.mark.usefixtures("secrets")
def test_a_failure_to_encrypt_has_the_clients_own_exception(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", key: KmsKey
) -> None:
    secretsmanager.kms.disable(key)
    with pytest.raises(client.exceptions.EncryptionFailure):
        client.put_secret_value(SecretId="db", SecretString="two")


@pytest.mark.usefixtures("secrets")
def test_a_refused_read_is_no_access(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", key: KmsKey, refused: Callable[..., Refusal]
) -> None:
    secretsmanager.kms.disable(key)
    refused(client.get_secret_value, SecretId="db")
    assert "LastAccessedDate" not in client.describe_secret(SecretId="db")


@pytest.mark.parametrize("name", ["", "alias/aws/secretsmanager"])
@pytest.mark.parametrize("state", STATES)
def test_the_default_key_has_states_too(
    secretsmanager: SecretsManager,
    client: "SecretsManagerClient",
    refused: Callable[..., Refusal],
    state: str,
    name: str,
) -> None:
    secretsmanager.seed("db", "one")
    turn(secretsmanager, state, name)
    code, message = STATES[state][0]
    arn = secretsmanager.kms.key("").arn
    assert refused(client.get_secret_value, SecretId="db") == (code, message.format(arn=arn))


# --- names -----------------------------------------------------------------------------------------------------------

NAMES: dict[str, Callable[[KmsKey], str]] = {
    "id": lambda key: key.id,
    "ARN": lambda key: key.arn,
    "alias": lambda _: "alias/pay",
    "alias ARN": lambda _: f"{PLACE}:alias/pay",
}
NAMED = pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)


@NAMED
def test_a_request_names_a_key_by(
    secretsmanager: SecretsManager,
    client: "SecretsManagerClient",
    key: KmsKey,
    refused: Callable[..., Refusal],
    name: Callable[[KmsKey], str],
) -> None:
    client.create_secret(Name="db", SecretString="one", KmsKeyId=name(key))
    assert client.get_secret_value(SecretId="db")["SecretString"] == "one"
    secretsmanager.kms.disable(key)
    code, message = refused(client.get_secret_value, SecretId="db")
    assert (code, key.arn in message) == ("DecryptionFailure", True)


@NAMED
def test_an_update_names_a_key_by(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", key: KmsKey, name: Callable[[KmsKey], str]
) -> None:
    client.create_secret(Name="db", SecretString="one")
    client.update_secret(SecretId="db", KmsKeyId=name(key))
    secretsmanager.kms.disable("")
    assert client.get_secret_value(SecretId="db")["SecretString"] == "one"


@NAMED
def test_the_key_is_shown_as_it_was_named(
    client: "SecretsManagerClient", key: KmsKey, name: Callable[[KmsKey], str]
) -> None:
    client.create_secret(Name="db", SecretString="one", KmsKeyId=name(key))
    (version,) = client.list_secret_version_ids(SecretId="db")["Versions"]
    (listed,) = client.list_secrets()["SecretList"]
    shown = client.describe_secret(SecretId="db")["KmsKeyId"], listed["KmsKeyId"], version["KmsKeyIds"]
    assert shown == (name(key), name(key), [name(key)])


@NAMED
def test_a_test_names_a_key_by(secretsmanager: SecretsManager, key: KmsKey, name: Callable[[KmsKey], str]) -> None:
    secretsmanager.kms.disable(name(key))
    assert secretsmanager.kms.key(key).state == "Disabled"


BAD_NAMES = [
    pytest.param("pay", "Invalid keyId", id="an alias without its prefix"),
    pytest.param("alias/a b", "Invalid keyId", id="malformed alias"),
    pytest.param(f"{UNKNOWN_ID}0", "Invalid keyId", id="malformed id"),
    pytest.param("arn:aws:kms:us-east-1", "Invalid keyId", id="malformed ARN"),
    pytest.param(f"arn:aws:s3:us-east-1:123456789012:key/{UNKNOWN_ID}", "Invalid keyId", id="ARN of another service"),
    pytest.param(
        f"arn:aws:kms:eu-west-1:123456789012:key/{UNKNOWN_ID}", "Invalid arn eu-west-1", id="ARN of another region"
    ),
    pytest.param(
        "arn:aws:kms:eu-west-1:123456789012:alias/pay", "Invalid arn eu-west-1", id="alias ARN of another region"
    ),
    pytest.param(UNKNOWN_ID, f"Key '{PLACE}:key/{UNKNOWN_ID}' does not exist", id="unknown id"),
    pytest.param(f"{PLACE}:key/{UNKNOWN_ID}", f"Key '{PLACE}:key/{UNKNOWN_ID}' does not exist", id="unknown ARN"),
    pytest.param("alias/nope", f"Alias {PLACE}:alias/nope is not found.", id="unknown alias"),
    pytest.param(f"{PLACE}:alias/nope", f"Alias {PLACE}:alias/nope is not found.", id="unknown alias ARN"),
    pytest.param(
        f"arn:aws:kms:us-east-1:{OTHER_ACCOUNT}:alias/pay",
        f"Alias arn:aws:kms:us-east-1:{OTHER_ACCOUNT}:alias/pay is not found.",
        id="alias ARN of another account",
    ),
]

NAMING: dict[str, Callable[["SecretsManagerClient", str], Any]] = {
    "CreateSecret": lambda client, name: client.create_secret(Name="new", SecretString="one", KmsKeyId=name),
    "CreateSecret without a value": lambda client, name: client.create_secret(Name="new", KmsKeyId=name),
    "UpdateSecret": lambda client, name: client.update_secret(SecretId="db", KmsKeyId=name),
    "UpdateSecret with a value": lambda client, name: client.update_secret(
        SecretId="db", SecretString="two", KmsKeyId=name
    ),
    "UpdateSecret of a secret without a value": lambda client, name: client.update_secret(
        SecretId="empty", KmsKeyId=name
    ),
}


@pytest.mark.usefixtures("key")
@pytest.mark.secret("db", "one")
@pytest.mark.secret("empty")
@pytest.mark.parametrize("operation", NAMING)
@pytest.mark.parametrize(("name", "text"), BAD_NAMES)
def test_a_request_that_names_no_key_is_refused(
    client: "SecretsManagerClient", refused: Callable[..., Refusal], operation: str, name: str, text: str
) -> None:
    assert refused(NAMING[operation], client, name) == ("InvalidParameterException", f"{INVALID_KEY} {text}")


def test_an_alias_of_another_region_names_no_key(
    secretsmanager: SecretsManager, key: KmsKey, refused: Callable[..., Refusal]
) -> None:
    code, _ = refused(secretsmanager.client("eu-west-1").create_secret, Name="db", KmsKeyId="alias/pay")
    assert code == "InvalidParameterException"


def test_keys_of_another_region_serve_its_secrets(secretsmanager: SecretsManager) -> None:
    key = secretsmanager.kms.create_key(alias="alias/pay", region="eu-west-1")
    secretsmanager.client("eu-west-1").create_secret(Name="db", SecretString="one", KmsKeyId="alias/pay")
    secretsmanager.kms.disable(key)
    with pytest.raises(ClientError, match="DecryptionFailure"):
        secretsmanager.client("eu-west-1").get_secret_value(SecretId="db")


def test_a_key_of_another_account_serves_by_its_arn(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    key = secretsmanager.kms.create_key(account=OTHER_ACCOUNT)
    client.create_secret(Name="db", SecretString="one", KmsKeyId=key.arn)
    assert client.get_secret_value(SecretId="db")["SecretString"] == "one"


def test_one_regions_default_key_is_not_anothers(secretsmanager: SecretsManager) -> None:
    elsewhere = secretsmanager.client("eu-west-1")
    elsewhere.create_secret(Name="db", SecretString="one")
    secretsmanager.kms.disable("")
    assert elsewhere.get_secret_value(SecretId="db")["SecretString"] == "one"


@pytest.mark.parametrize("parameters", [pytest.param({}, id="left out"), pytest.param({"KmsKeyId": ""}, id="empty")])
def test_the_default_key_that_was_not_named_is_shown_as_such(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", parameters: dict[str, Any]
) -> None:
    client.create_secret(Name="db", SecretString="one", **parameters)
    (version,) = client.list_secret_version_ids(SecretId="db")["Versions"]
    assert version["KmsKeyIds"] == ["DefaultEncryptionKey"]
    assert "KmsKeyId" not in client.describe_secret(SecretId="db")


def test_a_secret_may_be_under_a_key_before_it_has_a_value(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", key: KmsKey, refused: Callable[..., Refusal]
) -> None:
    client.create_secret(Name="db", KmsKeyId="alias/pay")
    secretsmanager.kms.disable(key)
    code, _ = refused(client.put_secret_value, SecretId="db", SecretString="one")
    assert code == "EncryptionFailure"


@pytest.mark.parametrize("name", ["alias/new", UNKNOWN_ID, f"{PLACE}:key/{UNKNOWN_ID}", f"{PLACE}:alias/new"])
def test_a_seed_makes_the_key_that_it_names(secretsmanager: SecretsManager, name: str) -> None:
    secretsmanager.seed("db", "one", kms_key=name)
    secretsmanager.kms.disable(name)
    with pytest.raises(ClientError, match="DecryptionFailure"):
        secretsmanager.client().get_secret_value(SecretId="db")


def test_a_seed_uses_the_key_that_is_there(secretsmanager: SecretsManager, key: KmsKey) -> None:
    secretsmanager.seed("db", "one", kms_key="alias/pay")
    assert secretsmanager.kms.key("alias/pay") == key


def test_a_seed_makes_the_key_in_its_own_region_and_account(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", "one", kms_key="alias/new", region="eu-west-1", account=OTHER_ACCOUNT)
    key = secretsmanager.kms.key("alias/new", region="eu-west-1", account=OTHER_ACCOUNT)
    assert key.arn.startswith(f"arn:aws:kms:eu-west-1:{OTHER_ACCOUNT}:key/")


def test_a_seed_with_a_malformed_key_is_refused_in_words(secretsmanager: SecretsManager) -> None:
    with pytest.raises(UsageError, match=rf"can't be seeded: AWS answers .*{INVALID_KEY} Invalid keyId"):
        secretsmanager.seed("db", "one", kms_key="pay")


# --- encryption anew -------------------------------------------------------------------------------------------------


@pytest.fixture
def four(client: "SecretsManagerClient", key: KmsKey) -> None:
    """A secret under `alias/pay` with a version under each of AWS's labels and one under a label of its own."""
    client.create_secret(Name="db", SecretString="1", ClientRequestToken=V1, KmsKeyId="alias/pay")
    client.put_secret_value(SecretId="db", SecretString="2", ClientRequestToken=V2)
    client.put_secret_value(SecretId="db", SecretString="3", ClientRequestToken=V3, VersionStages=["AWSPENDING"])
    client.put_secret_value(SecretId="db", SecretString="4", ClientRequestToken=V4, VersionStages=["blue"])


@pytest.fixture
def five(client: "SecretsManagerClient", four: None) -> str:
    """The same with a version that has no label; its id."""
    five = "version-5".ljust(32, "-")
    client.put_secret_value(SecretId="db", SecretString="5", ClientRequestToken=five, VersionStages=["green"])
    client.update_secret_version_stage(SecretId="db", VersionStage="green", RemoveFromVersionId=five)
    return five


def keys_shown(client: "SecretsManagerClient") -> dict[str, str]:
    """The key under which each version is listed."""
    listed = client.list_secret_version_ids(SecretId="db", IncludeDeprecated=True)["Versions"]
    return {entry["VersionId"]: key for entry in listed for key in entry["KmsKeyIds"]}


def readable(client: "SecretsManagerClient") -> set[str]:
    """The versions that can be read."""
    found = set()
    for version in keys_shown(client):
        try:
            client.get_secret_value(SecretId="db", VersionId=version)
        except client.exceptions.DecryptionFailure:
            continue
        found.add(version)
    return found


@pytest.mark.parametrize(("new", "shown"), [("alias/new", "alias/new"), ("", "DefaultEncryptionKey")])
def test_an_update_encrypts_aws_labelled_versions_anew_and_no_others(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", five: str, new: str, shown: str
) -> None:
    secretsmanager.kms.create_key(alias="alias/new")
    client.update_secret(SecretId="db", KmsKeyId=new)
    old = dict.fromkeys([V4, five], "alias/pay")
    assert keys_shown(client) == {**dict.fromkeys([V1, V2, V3], shown), **old}


@pytest.mark.parametrize("new", ["alias/new", ""])
def test_with_the_old_key_disabled_the_versions_encrypted_anew_can_be_read(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", five: str, new: str
) -> None:
    secretsmanager.kms.create_key(alias="alias/new")
    client.update_secret(SecretId="db", KmsKeyId=new)
    secretsmanager.kms.disable("alias/pay")
    assert readable(client) == {V1, V2, V3}


@pytest.mark.parametrize("new", ["alias/new", ""])
def test_with_the_new_key_disabled_the_others_can_be_read(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", five: str, new: str
) -> None:
    secretsmanager.kms.create_key(alias="alias/new")
    client.update_secret(SecretId="db", KmsKeyId=new)
    secretsmanager.kms.disable(new)
    assert readable(client) == {V4, five}


@pytest.mark.usefixtures("four")
def test_encryption_anew_changes_nothing_else(secretsmanager: SecretsManager, client: "SecretsManagerClient") -> None:
    def told() -> list[tuple[object, ...]]:
        return [(v.id, v.number, v.value, v.created, v.labels) for v in secretsmanager.secret("db").versions]

    before = told()
    client.update_secret(SecretId="db", KmsKeyId="")
    assert told() == before


@pytest.mark.usefixtures("four")
def test_new_versions_come_under_the_new_key(secretsmanager: SecretsManager, client: "SecretsManagerClient") -> None:
    client.update_secret(SecretId="db", KmsKeyId="")
    secretsmanager.kms.disable("alias/pay")
    client.put_secret_value(SecretId="db", SecretString="new")
    assert client.get_secret_value(SecretId="db")["SecretString"] == "new"


@pytest.mark.usefixtures("four")
def test_an_empty_name_returns_to_the_default_key(client: "SecretsManagerClient") -> None:
    client.update_secret(SecretId="db", KmsKeyId="")
    assert "KmsKeyId" not in client.describe_secret(SecretId="db")


@pytest.mark.usefixtures("four")
def test_a_version_under_the_old_key_goes_to_the_new_one_once_it_has_a_label_of_aws(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    """It is the next change of key that takes it along: labels themselves encrypt nothing."""
    client.update_secret(SecretId="db", KmsKeyId="")
    client.update_secret_version_stage(
        SecretId="db", VersionStage="AWSCURRENT", RemoveFromVersionId=V2, MoveToVersionId=V4
    )
    assert keys_shown(client)[V4] == "alias/pay"
    secretsmanager.kms.create_key(alias="alias/new")
    client.update_secret(SecretId="db", KmsKeyId="alias/new")
    assert keys_shown(client)[V4] == "alias/new"


@pytest.mark.usefixtures("four")
def test_an_old_key_may_be_off_when_only_versions_that_stay_under_it_need_it(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    client.update_secret(SecretId="db", KmsKeyId="")
    secretsmanager.kms.disable("alias/pay")
    secretsmanager.kms.create_key(alias="alias/new")
    client.update_secret(SecretId="db", KmsKeyId="alias/new")
    assert readable(client) == {V1, V2, V3}


@pytest.mark.usefixtures("four")
@pytest.mark.parametrize("state", STATES)
def test_an_old_key_that_is_off_keeps_its_versions(
    secretsmanager: SecretsManager,
    client: "SecretsManagerClient",
    key: KmsKey,
    refused: Callable[..., Refusal],
    state: str,
) -> None:
    turn(secretsmanager, state, key)
    code, message = STATES[state][0]
    assert refused(client.update_secret, SecretId="db", KmsKeyId="") == (code, message.format(arn=key.arn))


@pytest.mark.usefixtures("four")
def test_values_under_an_alias_stay_readable_when_it_moves_to_another_key(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", key: KmsKey
) -> None:
    newer = secretsmanager.kms.create_key(alias="alias/pay")
    client.put_secret_value(SecretId="db", SecretString="new", ClientRequestToken="n" * 32)
    secretsmanager.kms.disable(newer)
    assert readable(client) == {V1, V2, V3, V4}


# --- another account -------------------------------------------------------------------------------------------------

CROSS: dict[str, Callable[["SecretsManagerClient", str], Any]] = {
    "GetSecretValue": lambda client, arn: client.get_secret_value(SecretId=arn),
    "PutSecretValue": lambda client, arn: client.put_secret_value(SecretId=arn, SecretString="two"),
    "UpdateSecret": lambda client, arn: client.update_secret(SecretId=arn, SecretString="two"),
}


@pytest.mark.secret("db", "one")
@pytest.mark.parametrize("operation", CROSS)
def test_another_account_is_refused_under_the_default_key(
    secretsmanager: SecretsManager,
    stranger: "SecretsManagerClient",
    refused: Callable[..., Refusal],
    operation: str,
) -> None:
    arn = secretsmanager.secret("db").arn
    assert refused(CROSS[operation], stranger, arn) == DEFAULT_KEY_ELSEWHERE


@pytest.mark.parametrize("name", ["alias/aws/secretsmanager", f"{PLACE}:alias/aws/secretsmanager"])
def test_the_default_key_is_refused_to_another_account_by_its_own_name_too(
    client: "SecretsManagerClient", stranger: "SecretsManagerClient", refused: Callable[..., Refusal], name: str
) -> None:
    arn = client.create_secret(Name="db", SecretString="one", KmsKeyId=name)["ARN"]
    assert refused(stranger.get_secret_value, SecretId=arn) == DEFAULT_KEY_ELSEWHERE


@pytest.mark.secret("db", "one", kms_key="alias/pay")
@pytest.mark.parametrize("operation", CROSS)
def test_another_account_is_answered_under_a_customer_key(
    secretsmanager: SecretsManager, stranger: "SecretsManagerClient", operation: str
) -> None:
    CROSS[operation](stranger, secretsmanager.secret("db").arn)
    assert secretsmanager.secret("db").value == ("one" if operation == "GetSecretValue" else "two")


@pytest.mark.secret("db", "one")
def test_a_batch_of_another_account_is_refused_under_the_default_key(
    secretsmanager: SecretsManager, stranger: "SecretsManagerClient"
) -> None:
    reply = stranger.batch_get_secret_value(SecretIdList=[secretsmanager.secret("db").arn])
    assert [(entry["ErrorCode"], entry["Message"]) for entry in reply["Errors"]] == [DEFAULT_KEY_ELSEWHERE]


@pytest.mark.secret("db", "one", kms_key="alias/pay")
def test_a_disabled_customer_key_is_off_for_another_account_too(
    secretsmanager: SecretsManager, stranger: "SecretsManagerClient", refused: Callable[..., Refusal]
) -> None:
    secretsmanager.kms.disable("alias/pay")
    code, _ = refused(stranger.get_secret_value, SecretId=secretsmanager.secret("db").arn)
    assert code == "DecryptionFailure"


# --- views -----------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("four")
@pytest.mark.parametrize("state", STATES)
def test_views_show_values_whatever_the_keys_state(secretsmanager: SecretsManager, key: KmsKey, state: str) -> None:
    turn(secretsmanager, state, key)
    view = secretsmanager.secret("db")
    assert (view.value, view.json) == ("2", 2)
    assert [version.value for version in view.versions] == ["1", "2", "3", "4"]


@pytest.mark.usefixtures("four")
@pytest.mark.parametrize("state", STATES)
def test_assertion_helpers_see_values_whatever_the_keys_state(
    secretsmanager: SecretsManager, key: KmsKey, state: str
) -> None:
    turn(secretsmanager, state, key)
    secretsmanager.assert_value("db", "2")
    secretsmanager.assert_history("db", ["1", "2", "3", "4"])


@pytest.mark.secret("db", "hunter2", kms_key="alias/pay")
def test_a_leak_is_found_whatever_the_keys_state(secretsmanager: SecretsManager) -> None:
    secretsmanager.kms.disable("alias/pay")
    with pytest.raises(AssertionError, match="holds the value of 'db', version 1"):
        secretsmanager.assert_nothing_leaked("the password is hunter2")


@pytest.mark.usefixtures("four")
def test_a_turn_of_a_key_is_no_change_of_a_secret(secretsmanager: SecretsManager, key: KmsKey) -> None:
    with secretsmanager.assert_unchanged():
        secretsmanager.kms.disable(key)


# --- the control itself ----------------------------------------------------------------------------------------------


def test_a_new_key_may_be_used(secretsmanager: SecretsManager) -> None:
    key = secretsmanager.kms.create_key()
    assert (key.alias, key.state, key.denied) == (None, "Enabled", False)
    assert key.arn == f"{PLACE}:key/{key.id}"


def test_a_key_that_a_test_holds_is_as_it_was(secretsmanager: SecretsManager, key: KmsKey) -> None:
    secretsmanager.kms.disable(key)
    assert (key.state, secretsmanager.kms.key(key).state) == ("Enabled", "Disabled")


@pytest.mark.parametrize(
    ("turns", "state", "denied"),
    [
        (["disable"], "Disabled", False),
        (["schedule_deletion"], "PendingDeletion", False),
        (["disable", "enable"], "Enabled", False),
        (["schedule_deletion", "enable"], "Enabled", False),
        (["disable", "schedule_deletion"], "PendingDeletion", False),
        (["deny"], "Enabled", True),
        (["deny", "allow"], "Enabled", False),
        (["deny", "disable", "allow"], "Disabled", False),
        (["deny", "deny", "disable", "disable"], "Disabled", True),
    ],
    ids=str,
)
def test_after_these_turns_a_key_is(
    secretsmanager: SecretsManager, key: KmsKey, turns: list[str], state: str, denied: bool
) -> None:
    for one in turns:
        turn(secretsmanager, one, "alias/pay")
    now = secretsmanager.kms.key(key)
    assert (now.state, now.denied) == (state, denied)


def test_a_key_elsewhere_is_found_by_itself(secretsmanager: SecretsManager) -> None:
    key = secretsmanager.kms.create_key(region="eu-west-1", account=OTHER_ACCOUNT)
    secretsmanager.kms.disable(key)
    assert secretsmanager.kms.key(key.arn).state == "Disabled"


def test_a_key_elsewhere_is_found_by_name_and_place(secretsmanager: SecretsManager) -> None:
    key = secretsmanager.kms.create_key(alias="alias/pay", region="eu-west-1", account=OTHER_ACCOUNT)
    assert secretsmanager.kms.key("alias/pay", region="eu-west-1", account=OTHER_ACCOUNT) == key


def test_each_manager_has_keys_of_its_own(secretsmanager: SecretsManager, key: KmsKey) -> None:
    with pytest.raises(UsageError, match="no KMS key"):
        SecretsManager().kms.key(key)


@pytest.mark.parametrize(
    ("alias", "message"),
    [
        (
            "pay",
            "the alias of a KMS key is 'alias/' with letters, digits, /, _ or -, not 'pay'; did you mean 'alias/pay'?",
        ),
        ("", "the alias of a KMS key is 'alias/' with letters, digits, /, _ or -, not ''"),
        ("alias/aws/secretsmanager", "aliases that start with 'alias/aws/' are those of AWS's own keys"),
        ("alias/aws/rds", "aliases that start with 'alias/aws/' are those of AWS's own keys"),
    ],
)
def test_a_bad_alias_is_refused_in_words(secretsmanager: SecretsManager, alias: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        secretsmanager.kms.create_key(alias=alias)
    assert str(caught.value) == message


@pytest.mark.parametrize("call", ["key", "disable", "enable", "schedule_deletion", "deny", "allow"])
@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("alias/nope", f"Alias {PLACE}:alias/nope is not found"),
        (UNKNOWN_ID, f"Key '{PLACE}:key/{UNKNOWN_ID}' does not exist"),
        ("pay", "Invalid keyId"),
        ("arn:aws:kms", "Invalid keyId"),
    ],
)
def test_a_key_that_is_not_there_is_refused_in_words(
    secretsmanager: SecretsManager, call: str, name: str, reason: str
) -> None:
    with pytest.raises(UsageError) as caught:
        getattr(secretsmanager.kms, call)(name)
    assert str(caught.value).startswith(f"no KMS key {name!r}: {reason}")
    assert str(caught.value).endswith("sm.kms.create_key(alias=…) makes one")


# --- names of the default key, and other accounts --------------------------------------------------------------------


@pytest.mark.parametrize("name", ["id", "arn"])
def test_the_default_key_that_was_named_by_id_or_arn_is_shown_so(secretsmanager: SecretsManager, name: str) -> None:
    client = secretsmanager.client()
    given = getattr(secretsmanager.kms.key(""), name)
    client.create_secret(Name="db", SecretString="x", KmsKeyId=given)
    assert client.describe_secret(SecretId="db")["KmsKeyId"] == given
    assert client.list_secret_version_ids(SecretId="db")["Versions"][0]["KmsKeyIds"] == [given]


@pytest.mark.parametrize("name", ["", "alias", "id", "arn"])
def test_the_default_key_is_not_tried_out_however_it_is_named(secretsmanager: SecretsManager, name: str) -> None:
    key = secretsmanager.kms.key("")
    secretsmanager.kms.disable("")
    client = secretsmanager.client()
    client.create_secret(Name="db", KmsKeyId=getattr(key, name) if name else "")
    assert client.describe_secret(SecretId="db")["Name"] == "db"


@pytest.mark.parametrize("ways", [("alias/pay", ""), ("", "alias/pay")], ids=["to it", "away from it"])
def test_another_account_moves_no_secret_to_or_from_the_default_key(
    secretsmanager: SecretsManager, ways: tuple[str, str]
) -> None:
    secretsmanager.kms.create_key(alias="alias/pay")
    before, after = ways
    view = secretsmanager.seed("db", "x", kms_key=before)
    key = after and secretsmanager.kms.key(after).arn
    stranger = secretsmanager.client(aws_account_id="210987654321")
    with (
        secretsmanager.assert_unchanged(),
        pytest.raises(stranger.exceptions.InvalidRequestException, match="from a different AWS account"),
    ):
        stranger.update_secret(SecretId=view.arn, KmsKeyId=key)


def test_the_default_key_is_there_under_its_alias_arn_before_its_first_use() -> None:
    kms = SecretsManager().kms
    assert kms.key("arn:aws:kms:us-east-1:123456789012:alias/aws/secretsmanager") == kms.key("")


def test_a_seed_may_name_a_key_of_another_account(secretsmanager: SecretsManager) -> None:
    arn = "arn:aws:kms:us-east-1:210987654321:key/11111111-1111-1111-1111-111111111111"
    secretsmanager.seed("db", "x", kms_key=arn)
    assert secretsmanager.client().describe_secret(SecretId="db")["KmsKeyId"] == arn
    secretsmanager.kms.disable(arn)
    with pytest.raises(ClientError, match="DecryptionFailure"):
        secretsmanager.client().get_secret_value(SecretId="db")


@pytest.mark.parametrize("alias", ["alias/", "alias/a b", "", "alias/aws/secretsmanager", 3])
def test_an_alias_that_no_request_could_name_is_refused(secretsmanager: SecretsManager, alias: Any) -> None:
    with pytest.raises(UsageError, match="alias"):
        secretsmanager.kms.create_key(alias=alias)


@pytest.mark.parametrize("key", [None, 3, ["alias/pay"]])
def test_a_key_of_a_wrong_type_is_refused_in_words(secretsmanager: SecretsManager, key: Any) -> None:
    with pytest.raises(UsageError, match=r"^a KMS key is named by its id, ARN or alias, or by itself, not by "):
        secretsmanager.kms.disable(key)


def test_the_default_key_of_another_account_is_not_the_default_key(secretsmanager: SecretsManager) -> None:
    arn = secretsmanager.kms.key("", account="210987654321").arn
    secretsmanager.client().create_secret(Name="db", SecretString="x", KmsKeyId=arn)
    assert secretsmanager.client().describe_secret(SecretId="db")["KmsKeyId"] == arn


def test_an_alias_goes_over_to_the_key_that_is_made_with_it(secretsmanager: SecretsManager) -> None:
    first, second = (secretsmanager.kms.create_key(alias="alias/pay") for _ in range(2))
    assert secretsmanager.kms.key("alias/pay") == second
    assert secretsmanager.kms.key(first).alias is None
