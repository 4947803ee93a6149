"""The permissions that each operation needs: its own action first, then those that depend on the request.

DOC: the Service Authorization Reference, and the user guide for replication between accounts. The permissions of a
customer managed KMS key are in `key_permissions`.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple, TypeAlias

from pytest_secretsmanager.engine import arns
from pytest_secretsmanager.engine.call import Call
from pytest_secretsmanager.engine.errors import ServiceError
from pytest_secretsmanager.engine.rules import cross_account, guards
from pytest_secretsmanager.engine.rules.condition_keys import (
    NO_RESOURCE,
    SERVICE_PREFIX,
    FindKeyArn,
    condition_value,
    no_keys,
    written_key_arn,
)
from pytest_secretsmanager.engine.rules.iam.requests import Context, Request
from pytest_secretsmanager.engine.state import FindSecret, Secret

UNKNOWN_SUFFIX = "-??????"
"""The end of an ARN whose six characters no caller can know. A policy's `-??????` matches it, and so does `*`."""

_ARN_COLONS = 5
"""The least number of colons in the ARN of any service."""

_Target: TypeAlias = Callable[[Call, Secret | None], str | None]
"""Returns the ARN that a further permission is about, empty for the resource of the call; None if it isn't needed."""


class _Further(NamedTuple):
    """A further permission of an operation."""

    action: str
    target: _Target


def _if_asked(member: str) -> _Target:
    """A permission for the resource of the call, if the request has this member. GUESS: an empty list needs none."""
    return lambda call, _: "" if call.parameters.get(member) else None


def _on_named(member: str) -> _Target:
    """A permission for the resource that a member of the request names."""
    return lambda call, _: _arn_or_none(call.text(member))


def _always(_: Call, __: Secret | None) -> str:
    return ""


def _on_function(call: Call, secret: Secret | None) -> str | None:
    """The rotation function: the request's, else the stored one."""
    stored = None if secret is None or secret.rotation is None else secret.rotation.function
    return _arn_or_none(call.text("RotationLambdaARN") or stored)


def _arn_or_none(text: str | None) -> str | None:
    """The text, if it has the form of an ARN. GUESS: AWS refuses any other text before IAM decides."""
    return text if text is not None and text.startswith("arn:") and text.count(":") >= _ARN_COLONS else None


def _if_cross_account_replica(_: Call, secret: Secret | None) -> str | None:
    return None if secret is None or cross_account.primary_of(secret) is None else ""


_FURTHER: Mapping[str, tuple[_Further, ...]] = {
    "CreateSecret": (
        _Further("secretsmanager:TagResource", _if_asked("Tags")),
        _Further("secretsmanager:ReplicateSecretToRegions", _if_asked("AddReplicaRegions")),
        _Further("secretsmanager:PutResourcePolicy", _if_asked("CrossAccountPrimaryARN")),
    ),
    "BatchGetSecretValue": (_Further("secretsmanager:ListSecrets", _if_asked("Filters")),),
    "ValidateResourcePolicy": (_Further("secretsmanager:PutResourcePolicy", _always),),
    "RotateSecret": (
        _Further("lambda:InvokeFunction", _on_function),
        _Further("iam:PassRole", _on_named("ExternalSecretRotationRoleArn")),
    ),
    "AssociateCrossAccountReplica": (
        _Further("secretsmanager:GetSecretValue", _always),
        _Further("iam:PassRole", _on_named("ReplicationRoleARN")),
        _Further("secretsmanager:AcceptCrossAccountReplication", _on_named("CrossAccountReplicaARN")),
    ),
    "StopReplicationToReplica": (_Further("secretsmanager:DeleteResourcePolicy", _if_cross_account_replica),),
}
"""The further permissions. Each read of a batch is a call of its own, with its own permission."""

WITH_FURTHER = frozenset(_FURTHER)
"""The operations whose permissions depend on more than the secret."""


def requests_of(
    call: Call, secrets: FindSecret, *, added: Context = no_keys, key_arn: FindKeyArn = written_key_arn
) -> tuple[Request, ...]:
    """The requests that IAM decides before a call runs, in the order of AWS's checks.

    `added` has condition keys that the call doesn't know, such as the tags of the caller; they win over its own.
    `key_arn` finds the ARN of a KMS key by its name in the request.
    """
    operation = call.operation
    action = SERVICE_PREFIX + operation
    secret: Secret | None = None
    if action in NO_RESOURCE:
        account = call.principal.account
        context = partial(condition_value, action, call, None, account, key_arn, added)
        first = Request(action, "*", account, call.principal, context, "")
    elif operation == "CreateSecret":
        first = _creation(action, call, key_arn, added)
    else:
        secret_id = call.text("SecretId")
        secret = None if secret_id is None else _found(call, secrets, secret_id)
        first = _request(action, call, secret, secret_id, key_arn, added)
    further = _FURTHER.get(operation)
    return (first,) if further is None else (first, *_further(further, first, call, secret, secrets, key_arn, added))


def _found(call: Call, secrets: FindSecret, secret_id: str) -> Secret | None:
    try:
        return guards.find(secrets, call, secret_id)
    except ServiceError:  # the name has characters that no secret's name has
        return None


def _request(
    action: str, call: Call, secret: Secret | None, secret_id: str | None, key_arn: FindKeyArn, added: Context
) -> Request:
    """The request for an action on one secret. RECORDED: a refusal shows a missing secret as the request names it."""
    if secret is not None:
        arn, account, shown = secret.arn, secret.key.account, secret.arn
    elif secret_id is None:
        # GUESS: ValidateResourcePolicy without a secret is about no resource.
        arn, account, shown = "*", call.account, ""
    else:
        # GUESS: AWS reads a malformed ARN as a name.
        arn = _unknown_arn(call, secret_id) if arns.parse(secret_id) is None else secret_id
        account, shown = arns.split(arn).account, secret_id
    context = partial(condition_value, action, call, secret, account, key_arn, added)
    return Request(action, arn, account, call.principal, context, shown)


def _creation(action: str, call: Call, key_arn: FindKeyArn, added: Context) -> Request:
    """The request to create a secret. REPORTED: a refusal shows the bare name."""
    name = call.required_text("Name")
    context = partial(condition_value, action, call, None, call.account, key_arn, added)
    return Request(action, _unknown_arn(call, name), call.account, call.principal, context, name)


def _unknown_arn(call: Call, name: str) -> str:
    """The ARN of a secret that doesn't exist. GUESS: for AWS it has the suffix that it will get."""
    return arns.build(call.region, call.principal.account, name, UNKNOWN_SUFFIX[1:])


def _further(
    permissions: tuple[_Further, ...],
    first: Request,
    call: Call,
    secret: Secret | None,
    secrets: FindSecret,
    key_arn: FindKeyArn,
    added: Context,
) -> list[Request]:
    found = []
    for action, target in permissions:
        arn = target(call, secret)
        if arn is None:
            continue
        if arn == "":
            on, account = secret, first.account
        else:
            on, account = guards.find_exact(secrets, arn, call.time), arns.account_in(arn, call.account)
        context = partial(condition_value, action, call, on, account, key_arn, added)
        if arn == "":
            found.append(first._replace(action=action, context=context))
        else:
            found.append(Request(action, arn, account, call.principal, context, arn))
    return found
