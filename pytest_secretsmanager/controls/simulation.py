"""Simulating a request: the decision that IAM would make, without a call."""

import re
from functools import partial

from pytest_secretsmanager.engine import arns
from pytest_secretsmanager.engine.call import Call
from pytest_secretsmanager.engine.callers import Principal
from pytest_secretsmanager.engine.errors import UsageError, nearest
from pytest_secretsmanager.engine.identities import Identities
from pytest_secretsmanager.engine.key_access import key_decision
from pytest_secretsmanager.engine.keys import KmsKey, KmsRefusal
from pytest_secretsmanager.engine.layers.authorize import decided
from pytest_secretsmanager.engine.operations import OPERATIONS
from pytest_secretsmanager.engine.ports import Ports
from pytest_secretsmanager.engine.rules.condition_keys import SERVICE_PREFIX, condition_value
from pytest_secretsmanager.engine.rules.iam.decision import Decision
from pytest_secretsmanager.engine.rules.iam.requests import Request
from pytest_secretsmanager.engine.state import Secret, SecretKey
from pytest_secretsmanager.inspection.finding import find
from pytest_secretsmanager.inspection.named_secret import key_of
from pytest_secretsmanager.inspection.views import SecretId, SecretView
from pytest_secretsmanager.inspection.world import World

__tracebackhide__ = True

_ACTION = re.compile(r"[a-z0-9-]+:[A-Za-z0-9]+")
_KEY_ARN = re.compile(r"arn:[^:]*:kms:")
_OTHER_ACTIONS = ("AcceptCrossAccountReplication",)
"""Actions of Secrets Manager that are no operation."""


def simulated(
    world: World, identities: Identities, action: object, resource: SecretId, principal: Principal
) -> Decision:
    """Return the decision on a request. Raises UsageError for an action or a resource of another form."""
    _require_action(action)
    secret = _secret(world, resource)
    arn = str(resource) if secret is None else secret.arn
    call = _call(world, str(action), secret, principal)
    ports = world.service.ports
    account = _account_in(arn, principal.account)
    context = partial(condition_value, str(action), call, secret, account, ports.key_arn, principal.context.get)
    request = Request(str(action), arn, account, principal, context, "" if arn == "*" else arn)
    if _KEY_ARN.match(arn):
        return key_decision(request, _key(ports, arn), identities)
    return decided(request, world.service.store, identities)


def _secret(world: World, resource: object) -> Secret | None:
    """The secret of a view, a name or an ARN; None for `*`, and for an ARN without a secret."""
    if isinstance(resource, SecretView):
        return world.state_of(key_of(find(world, resource, None, None)))
    if not isinstance(resource, str):
        raise UsageError(f"a resource is a secret's name, ARN or view, or '*', not {type(resource).__name__}")
    if resource == "*":
        return None
    if not arns.is_arn(resource):
        return world.state_of(key_of(find(world, resource, None, None)))
    parsed = arns.parse(resource)
    secret = None if parsed is None else world.state_of(SecretKey(parsed.region, parsed.account, parsed.name))
    return None if secret is None or secret.arn != resource else secret


def _call(world: World, action: str, secret: Secret | None, principal: Principal) -> Call:
    """A call that needs this permission. Its condition keys are those that the test gives, and the global ones."""
    region = world.region() if secret is None else secret.key.region
    parameters = {} if secret is None else {"SecretId": secret.arn}
    return Call(action.partition(":")[2], parameters, region, principal, world.now(), "simulated")


def _key(ports: Ports, arn: str) -> KmsKey:
    region, account = arns.place(arn)
    try:
        return ports.keys.find(region, account, arn)
    except KmsRefusal as refusal:
        raise UsageError(f"no KMS key {arn!r}: {refusal}") from None


def _account_in(arn: str, default: str) -> str:
    parts = arn.split(":", 5)
    return parts[4] if len(parts) == 6 and parts[4] else default


def _require_action(action: object) -> None:
    """Raise UsageError unless this is the action of a service; those of Secrets Manager are known."""
    if not isinstance(action, str):
        raise UsageError(f"an action is a str such as 'secretsmanager:GetSecretValue', not {type(action).__name__}")
    known = [SERVICE_PREFIX + name for name in (*OPERATIONS, *_OTHER_ACTIONS)]
    if _ACTION.fullmatch(action) is None:
        wanted = action if action.startswith(SERVICE_PREFIX) else SERVICE_PREFIX + action
        raise UsageError(f"an action is 'service:Name', without wildcards, not {action!r}{nearest(wanted, known)}")
    if action.startswith(SERVICE_PREFIX) and action not in known:
        raise UsageError(f"Secrets Manager has no action {action!r}{nearest(action, known)}")
