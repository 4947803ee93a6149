"""The calls that a planned fault is for: by operation, secret, region and principal."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pytest_secretsmanager.engine.call import Call
from pytest_secretsmanager.engine.errors import UsageError, nearest
from pytest_secretsmanager.engine.operations import OPERATIONS
from pytest_secretsmanager.engine.state import SecretKey
from pytest_secretsmanager.inspection.finding import find
from pytest_secretsmanager.inspection.matching import key_from
from pytest_secretsmanager.inspection.named_secret import key_of
from pytest_secretsmanager.inspection.views import SecretId
from pytest_secretsmanager.inspection.world import World

__tracebackhide__ = True

_CREATE = "CreateSecret"

WITHOUT_SECRETS = frozenset(("ListSecrets", "GetRandomPassword"))
"""The operations whose requests name no secret."""


@dataclass(frozen=True, slots=True)
class Target:
    """The calls of an operation, for a secret, in a region, by a principal. None stands for any."""

    operation: str | None = None
    secret: SecretKey | None = None
    region: str | None = None
    principal: str | None = None

    def matches(self, call: Call) -> bool:
        """Return whether a call is one of these."""
        return (
            self.operation in (None, call.operation)
            and self.region in (None, call.region)
            and (self.principal is None or call.principal.is_named_by(frozenset({self.principal})))
            and (self.secret is None or self.secret in _secrets_named(call))
        )

    def __str__(self) -> str:
        parts = [
            "" if self.secret is None else f"secret {self.secret.name!r} in {self.secret.region}",
            "" if self.region is None else f"calls in {self.region}",
            "" if self.principal is None else f"calls by {self.principal}",
        ]
        named = [part for part in parts if part]
        return f" for {' and '.join(named)}" if named else ""


def target_of(
    world: World,
    operation: object,
    secret: SecretId | None,
    region: str | None,
    principal: object,
    *,
    missing_ok: bool = False,
) -> Target:
    """Return the calls that a test names. Raises UsageError for a name that no call has."""
    operation = require_operation(operation)
    if region is not None:
        world.regions.require(region, "the region of a fault")
    if secret is not None and operation in WITHOUT_SECRETS:
        raise UsageError(f"{operation} names no secret: leave out secret=")
    return Target(
        operation,
        None if secret is None else _key(world, secret, region, may_be_missing=missing_ok or operation == _CREATE),
        region,
        None if principal is None else _arn_of(principal),
    )


def require_operation(operation: object) -> str | None:
    """Return the name of an operation, or None for all. Raises UsageError for any other value."""
    if operation in (None, "*"):
        return None
    if not isinstance(operation, str):
        raise UsageError(
            f"an operation is a str such as 'GetSecretValue', or '*' for all, not {type(operation).__name__}"
        )
    if operation not in OPERATIONS:
        raise UsageError(f"no operation {operation!r}{nearest(operation.replace('_', ''), OPERATIONS)}")
    return operation


def _key(world: World, secret: SecretId, region: str | None, *, may_be_missing: bool) -> SecretKey:
    """Return the key of a secret."""
    if may_be_missing and isinstance(secret, str):
        return key_from(secret, region or world.region(), world.account)
    return key_of(find(world, secret, region, None))


def _arn_of(principal: object) -> str:
    arn = getattr(principal, "arn", principal)
    if not isinstance(arn, str) or not arn.startswith("arn:"):
        raise UsageError(f"a principal is named by its ARN, or by a role of sm.iam, not by {principal!r}")
    return arn


def _secrets_named(call: Call) -> Iterator[SecretKey]:
    """Yield the secrets that a request names. Parameters may be of any type: botocore may not have checked them."""
    parameters = call.parameters if isinstance(call.parameters, Mapping) else {}
    named = parameters.get("Name" if call.operation == _CREATE else "SecretId")
    several = parameters.get("SecretIdList")
    for secret_id in (named, *(several if isinstance(several, list | tuple) else ())):
        if isinstance(secret_id, str):
            yield key_from(secret_id, call.region, call.account)
