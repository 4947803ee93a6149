"""The requests that IAM decides for the uses of a customer managed KMS key."""

from collections.abc import Callable, Mapping
from functools import partial

from pytest_secretsmanager.engine import arns
from pytest_secretsmanager.engine.call import Call
from pytest_secretsmanager.engine.callers import SERVICE_PRINCIPAL
from pytest_secretsmanager.engine.partitions import dns_suffix
from pytest_secretsmanager.engine.rules.condition_keys import GLOBAL_KEYS, no_keys
from pytest_secretsmanager.engine.rules.iam.requests import Context, ContextValue, Request
from pytest_secretsmanager.engine.rules.key_uses import KeyUse


def key_requests_of(use: KeyUse, call: Call, *, added: Context = no_keys) -> tuple[Request, ...]:
    """The requests that IAM decides for one use of a key, in the order of AWS's checks."""
    return tuple([key_request_of(action, *use[1:], call, added=added) for action in use.actions])


def key_request_of(
    action: str, key_arn: str, secret_arn: str, version_id: str, call: Call, *, added: Context = no_keys
) -> Request:
    """The request that IAM decides for one action on a key, which Secrets Manager makes for a caller.

    `added` has condition keys that the call doesn't know.
    """
    context = partial(_condition_value, key_arn, secret_arn, version_id, call, added)
    return Request(action, key_arn, arns.split(key_arn).account, call.principal, context, key_arn)


_CALLED_VIA: Mapping[str, ContextValue] = {
    "aws:calledvia": (SERVICE_PRINCIPAL,),
    "aws:calledviafirst": SERVICE_PRINCIPAL,
    "aws:calledvialast": SERVICE_PRINCIPAL,
    "aws:viaawsservice": "true",
    "kms:encryptionalgorithm": "SYMMETRIC_DEFAULT",
    "kms:encryptioncontextkeys": ("SecretARN", "SecretVersionId"),
}
"""The keys with one value in every request that Secrets Manager makes to KMS (DOC)."""

_DIRECT_ONLY = frozenset(["aws:sourceip", "aws:useragent"])
"""The global keys of the caller's own requests. GUESS: the requests that a service makes for it lack them."""

_OF_A_USE: Mapping[str, Callable[[str, str, str, Call], ContextValue]] = {
    "aws:resourceaccount": lambda key_arn, _, __, ___: arns.split(key_arn).account,
    "kms:calleraccount": lambda _, __, ___, call: call.account,
    "kms:encryptioncontext:secretarn": lambda _, secret_arn, __, ___: secret_arn,
    "kms:encryptioncontext:secretversionid": lambda _, __, version_id, ___: version_id,
    "kms:viaservice": lambda key_arn, *_: _via_service(arns.split(key_arn).region),
}


def _condition_value(
    key_arn: str, secret_arn: str, version_id: str, call: Call, added: Context, key: str
) -> ContextValue | None:
    given = added(key)
    value = _CALLED_VIA.get(key) if given is None else given
    if value is not None:
        return value
    read = _OF_A_USE.get(key)
    if read is not None:
        return read(key_arn, secret_arn, version_id, call)
    of_all = None if key in _DIRECT_ONLY else GLOBAL_KEYS.get(key)
    return None if of_all is None else of_all(call, None)


def _via_service(region: str) -> str:
    return f"secretsmanager.{region}.{dns_suffix(arns.partition(region))}"
