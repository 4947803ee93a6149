"""The condition keys that a request has in IAM, by action (DOC: the Service Authorization Reference).

The names are in lower case, since IAM ignores their case. A value is computed when a condition asks for it.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TypeAlias

from pytest_secretsmanager.engine import arns
from pytest_secretsmanager.engine.call import Call
from pytest_secretsmanager.engine.callers import ROLE_ID, SERVICE_PRINCIPAL, USER_ID
from pytest_secretsmanager.engine.rules.iam.requests import ContextValue
from pytest_secretsmanager.engine.state import Secret, SecretKey

SOURCE_IP = "127.0.0.1"
USER_AGENT = "pytest-secretsmanager"

_Value: TypeAlias = ContextValue | None
_Read: TypeAlias = Callable[[Call, Secret | None], _Value]
"""Reads the value of one key. The secret is the one that the request is about, None if it doesn't exist."""

FindKeyArn: TypeAlias = Callable[[SecretKey, str], str | None]
"""Returns the ARN of the KMS key that a request names, at the place of a secret; None if there is no such key."""


def no_keys(_: str) -> None:
    """Return None: the request has no condition keys."""


def written_key_arn(place: SecretKey, name: str) -> str | None:
    """The ARN of a KMS key whose name is its id or its ARN. An alias has none without the keys.

    >>> written_key_arn(SecretKey("us-east-1", "123456789012", "db"), "0a-1b")
    'arn:aws:kms:us-east-1:123456789012:key/0a-1b'
    """
    if name.startswith("arn:"):
        return None if ":alias/" in name else name
    if name.startswith("alias/"):
        return None
    return f"arn:{arns.partition(place.region)}:kms:{place.region}:{place.account}:key/{name}"


# --- of every request ------------------------------------------------------------------------------------------------


def _iso(time: float) -> str:
    return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _principal_arn(call: Call, _: Secret | None) -> str:
    """DOC: a role's session has the ARN of its role."""
    session = call.principal.session
    return call.principal.arn if session is None else session.role_arn


def _principal_type(call: Call, _: Secret | None) -> str:
    if call.principal.session is not None:
        return "AssumedRole"
    return "Account" if call.principal.arn.endswith(":root") else "User"


def _user_id(call: Call, _: Secret | None) -> str:
    if call.principal.session is not None:
        return f"{ROLE_ID}:{call.principal.name}"
    return call.account if call.principal.arn.endswith(":root") else USER_ID


def _user_name(call: Call, _: Secret | None) -> str | None:
    """DOC: only an IAM user has one."""
    return None if call.principal.session is not None else call.principal.name or None


def _token_issue_time(call: Call, _: Secret | None) -> str | None:
    """DOC: only temporary credentials have one."""
    session = call.principal.session
    return None if session is None else _iso(session.began)


GLOBAL_KEYS: Mapping[str, _Read] = {
    "aws:currenttime": lambda call, _: _iso(call.time),
    "aws:epochtime": lambda call, _: str(int(call.time)),
    "aws:multifactorauthpresent": lambda call, _: None if call.principal.session is None else "false",
    "aws:principalaccount": lambda call, _: call.account,
    "aws:principalarn": _principal_arn,
    "aws:principalisawsservice": lambda *_: "false",
    "aws:principaltype": _principal_type,
    "aws:requestedregion": lambda call, _: call.region,
    "aws:securetransport": lambda *_: "true",
    "aws:sourceip": lambda *_: SOURCE_IP,
    "aws:tokenissuetime": _token_issue_time,
    "aws:useragent": lambda *_: USER_AGENT,
    "aws:userid": _user_id,
    "aws:username": _user_name,
    "aws:viaawsservice": lambda *_: "false",
}
"""The global keys of every request, but for `aws:ResourceAccount`."""


# --- of a secret -----------------------------------------------------------------------------------------------------


def _function(_: Call, secret: Secret | None) -> str | None:
    return None if secret is None or secret.rotation is None else secret.rotation.function or None


def _primary_region(_: Call, secret: Secret | None) -> str | None:
    """GUESS: a secret without replicas has the key too, with its own region."""
    return None if secret is None else secret.primary_region or secret.key.region


_OF_A_SECRET: Mapping[str, _Read] = {
    "secretsmanager:secretid": lambda call, _: call.text("SecretId"),
    "secretsmanager:secretprimaryregion": _primary_region,
    "secretsmanager:resource/allowrotationlambdaarn": _function,
    "secretsmanager:resource/type": lambda _, secret: None if secret is None else secret.type or None,
}
"""The keys of every action on a secret, but for CreateSecret."""


# --- of an action ----------------------------------------------------------------------------------------------------


def _text(member: str) -> _Read:
    """The key has a member's text. REPORTED for VersionStage, a GUESS for the others: only if the request names it."""
    return lambda call, _: call.text(member)


def _flag(member: str) -> _Read:
    return lambda call, _: None if member not in call.parameters else str(call.flag(member)).lower()


def _number(member: str) -> _Read:
    return lambda call, _: None if member not in call.parameters else str(call.number(member))


def _replica_regions(call: Call, _: Secret | None) -> tuple[str, ...] | None:
    asked = call.structures("AddReplicaRegions")
    return None if asked is None else tuple([str(item.get("Region", "")) for item in asked])


def _modifies_rules(call: Call, _: Secret | None) -> str:
    """GUESS: every RotateSecret request has the key, false without RotationRules."""
    return str("RotationRules" in call.parameters).lower()


def _tag_keys(call: Call, _: Secret | None) -> tuple[str, ...] | None:
    tags = call.structures("Tags")
    if tags is None:
        return None if (keys := call.texts("TagKeys")) is None else tuple(keys)
    return tuple([str(tag.get("Key", "")) for tag in tags])


_REPLICAS: Mapping[str, _Read] = {
    "secretsmanager:addreplicaregions": _replica_regions,
    "secretsmanager:forceoverwritereplicasecret": _flag("ForceOverwriteReplicaSecret"),
}
_METADATA: Mapping[str, _Read] = {
    "secretsmanager:description": _text("Description"),
    "secretsmanager:kmskeyid": _text("KmsKeyId"),
    "secretsmanager:type": _text("Type"),
}
_KMS_KEY_ARN = "secretsmanager:kmskeyarn"
_TAG_KEYS: Mapping[str, _Read] = {"aws:tagkeys": _tag_keys}

NO_RESOURCE = frozenset(
    ["secretsmanager:BatchGetSecretValue", "secretsmanager:GetRandomPassword", "secretsmanager:ListSecrets"]
)
"""The actions without a resource. They have no keys but the global ones."""

_OF_AN_ACTION: Mapping[str, Mapping[str, _Read]] = {
    "CreateSecret": {"secretsmanager:name": _text("Name"), **_METADATA, **_REPLICAS, **_TAG_KEYS},
    "DeleteSecret": {
        "secretsmanager:forcedeletewithoutrecovery": _flag("ForceDeleteWithoutRecovery"),
        "secretsmanager:recoverywindowindays": _number("RecoveryWindowInDays"),
    },
    "GetSecretValue": {
        "secretsmanager:versionid": _text("VersionId"),
        "secretsmanager:versionstage": _text("VersionStage"),
    },
    "PutResourcePolicy": {"secretsmanager:blockpublicpolicy": _flag("BlockPublicPolicy")},
    "ReplicateSecretToRegions": _REPLICAS,
    "RotateSecret": {
        "secretsmanager:rotationlambdaarn": _text("RotationLambdaARN"),
        "secretsmanager:modifyrotationrules": _modifies_rules,
        "secretsmanager:rotateimmediately": _flag("RotateImmediately"),
        "secretsmanager:externalsecretrotationrolearn": _text("ExternalSecretRotationRoleArn"),
    },
    "TagResource": _TAG_KEYS,
    "UntagResource": _TAG_KEYS,
    "UpdateSecret": _METADATA,
    "UpdateSecretVersionStage": {"secretsmanager:versionstage": _text("VersionStage")},
}
_WITH_REQUEST_TAGS = frozenset(["secretsmanager:CreateSecret", "secretsmanager:TagResource"])
_WITH_KMS_KEY_ARN = frozenset(["secretsmanager:CreateSecret", "secretsmanager:UpdateSecret"])
SERVICE_PREFIX = "secretsmanager:"


def condition_value(
    action: str,
    call: Call,
    secret: Secret | None,
    account: str,
    key_arn: FindKeyArn,
    added: Callable[[str], _Value],
    key: str,
) -> _Value:
    """The value of one condition key in a request for `action`, which `call` needs; `added` has further keys.

    `account` owns the resource. DOC: a request has the global keys, and of the service's own keys those that its
    reference lists for the action.
    """
    value = added(key)
    if value is not None:
        return value
    read = GLOBAL_KEYS.get(key)
    if read is not None:
        return read(call, None)  # no global key is about the secret
    if key == "aws:resourceaccount":
        return account
    if key == "iam:passedtoservice" and action == "iam:PassRole":
        return SERVICE_PRINCIPAL
    if action in NO_RESOURCE or not action.startswith(SERVICE_PREFIX):
        return None
    name = action[len(SERVICE_PREFIX) :]
    read = _OF_AN_ACTION.get(name, {}).get(key) or (_OF_A_SECRET.get(key) if name != "CreateSecret" else None)
    if read is not None:
        return read(call, secret)
    if key == _KMS_KEY_ARN:
        return _key_arn(call, secret, key_arn) if action in _WITH_KMS_KEY_ARN else None
    return _tag(action, call, secret, key)


def _key_arn(call: Call, secret: Secret | None, key_arn: FindKeyArn) -> str | None:
    named = call.text("KmsKeyId")
    place = SecretKey(call.region, call.account, "") if secret is None else secret.key
    return key_arn(place, named) if named else None


def _tag(action: str, call: Call, secret: Secret | None, key: str) -> str | None:
    """The value of one tag. GUESS: to CreateSecret, the tags of the resource are those of the request."""
    prefix, _, tag_key = key.partition("/")
    if prefix == "aws:requesttag":
        return _value_of(_tags_of_request(call), tag_key) if action in _WITH_REQUEST_TAGS else None
    if prefix not in ("aws:resourcetag", "secretsmanager:resourcetag"):
        return None
    if call.operation == "CreateSecret":
        return _value_of(_tags_of_request(call), tag_key)
    return None if secret is None else _value_of(secret.tags or {}, tag_key)


def _tags_of_request(call: Call) -> Mapping[str, str]:
    return {str(tag.get("Key", "")): str(tag.get("Value", "")) for tag in call.structures("Tags") or ()}


def _value_of(tags: Mapping[str, str], key: str) -> str | None:
    """The value of a tag by its key in lower case: IAM ignores the case of a condition key, and of the tag in it."""
    return next((value for tag, value in tags.items() if tag.lower() == key), None)
