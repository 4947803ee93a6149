"""Keys of KMS, functions of Lambda and credentials of accounts that an active mock of moto has.

Only this module knows moto's internals. It imports nothing of moto: a module that the program has not imported has no
state. It reads moto's state, and creates nothing in it. If a version of moto keeps its services elsewhere, this module
finds nothing.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from botocore.client import BaseClient

from pytest_secretsmanager.doors.internals import credentials_of, fetched_access_key_id
from pytest_secretsmanager.engine import arns
from pytest_secretsmanager.engine.errors import UnsupportedOperation
from pytest_secretsmanager.engine.keys import KeyElsewhere, KeyState, KmsRefusal
from pytest_secretsmanager.engine.ports import Function

__tracebackhide__ = True

_STATES: Mapping[str, KeyState] = {"Enabled": "Enabled", "PendingDeletion": "PendingDeletion"}
"""moto's states of a key as ours; a key in any other state can't be used."""


def is_active() -> bool:
    """Whether a mock of moto is active in this process."""
    core = sys.modules.get("moto.core.models")
    return bool(getattr(getattr(core, "botocore_stubber", None), "enabled", False))


def stubber() -> object | None:
    """The listener to `before-send` by which an active mock of moto answers botocore; None if no mock is active."""
    return sys.modules["moto.core.models"].botocore_stubber if is_active() else None


# --- KMS -------------------------------------------------------------------------------------------------------------


def key(arn: str) -> KeyElsewhere | None:
    """The key of moto's KMS that this ARN of a key or an alias names; None if none exists.

    Raise KmsRefusal for a key that can't encrypt data keys: DOC says that a secret needs a symmetric key; the text is a
    GUESS.
    """
    _, _, region, account, resource = arns.split(arn)
    backend = _backend("moto.kms.models", "kms_backends", region, account)
    if backend is None or resource.startswith("alias/aws/"):
        return None
    kind, _, key_id = resource.partition("/")
    found = backend.keys.get(backend.get_key_id_from_alias(resource) if kind == "alias" else key_id)
    if found is None:
        return None
    if found.key_spec != "SYMMETRIC_DEFAULT":
        text = f"{found.arn} key usage is {found.key_usage} which is not valid for GenerateDataKey."
        raise KmsRefusal("InvalidKeyUsageException", text)
    return KeyElsewhere(found.arn, _STATES.get(found.key_state, "Disabled"))


# --- Lambda ----------------------------------------------------------------------------------------------------------


def function(arn: str) -> Function | None:
    """The function of moto's Lambda with this ARN, which may have a qualifier; None if none exists.

    Raise UnsupportedOperation for a function that moto runs in Docker: a container can't reach this process's secrets.
    """
    parsed = arns.parse_function(arn)
    if parsed is None:
        return None
    simple = _lambda_backend("moto.awslambda_simple.models", "lambda_simple_backends", parsed)
    if simple is not None and simple.get_function_by_arn(arn) is not None:
        return lambda event: simple.invoke(parsed.name, parsed.qualifier, json.dumps(dict(event)), {}, {})
    in_docker = _lambda_backend("moto.awslambda.models", "lambda_backends", parsed)
    if in_docker is not None and in_docker.get_function_by_arn(arn) is not None:
        raise UnsupportedOperation(
            f"moto would run the function {arn} in Docker, where it can't reach the secrets of this process, so the "
            f"call had no effect. Register its handler: sm.rotation.register(handler, arn={arns.unqualified(arn)!r}). "
            "Or let moto run no code: mock_aws(config={'lambda': {'use_docker': False}})"
        )
    return None


def _lambda_backend(module: str, name: str, parsed: arns.FunctionArn) -> Any:
    return _backend(module, name, parsed.region, parsed.account)


# --- accounts --------------------------------------------------------------------------------------------------------


_BY_STS = ("assume-role", "assume-role-with-web-identity")
"""botocore's names for the methods by which it gets, and refreshes, a profile's credentials from STS."""


def account_of(client: BaseClient) -> str | None:
    """The account of a client with credentials of moto, from `sts.assume_role` or of a user; None for other clients.

    If a profile names a role, this fetches the role's credentials from moto, as signing a request would.
    """
    if not is_active():
        return None
    credentials = credentials_of(client)
    if credentials is None or (hasattr(credentials, "refresh_needed") and credentials.method not in _BY_STS):
        return None
    try:
        access_key_id = credentials.access_key
    except NotImplementedError:  # aiobotocore fetches credentials in an event loop only
        access_key_id = fetched_access_key_id(credentials)
    return next(
        (account for account, iam in _backends("moto.iam.models", "iam_backends") if access_key_id in iam.access_keys),
        None,
    )


# --- all -------------------------------------------------------------------------------------------------------------


def _backend(module: str, name: str, region: str, account: str) -> Any:
    """moto's service in a region of an account; None if moto has not made it yet.

    By `get`, since a look-up in brackets would make it.
    """
    return _all_backends(module, name).get(account, {}).get(region)


def _backends(module: str, name: str) -> Iterator[tuple[str, Any]]:
    """Each account with moto's service in it, once for each region or partition."""
    for account, places in tuple(_all_backends(module, name).items()):
        for backend in tuple(places.values()):
            yield account, backend


def _all_backends(module: str, name: str) -> Mapping[str, Mapping[str, Any]]:
    backends = getattr(sys.modules.get(module), name, None) if is_active() else None
    return backends if isinstance(backends, dict) else {}
