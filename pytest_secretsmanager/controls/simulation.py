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
from pytest_secretsmanager.engine.rules import guards
from pytest_secretsmanager.engine.rules.condition_keys import NO_RESOURCE, SERVICE_PREFIX, condition_value
from pytest_secretsmanager.engine.rules.iam.decision import Decision
from pytest_secretsmanager.engine.rules.iam.requests import Request
from pytest_secretsmanager.engine.rules.permissions import requests_of
from pytest_secretsmanager.engine.state import Secret
from pytest_secretsmanager.inspection.finding import find
from pytest_secretsmanager.inspection.named_secret import key_of
from pytest_secretsmanager.inspection.views import SecretId, SecretView
from pytest_secretsmanager.inspection.world import World

__tracebackhide__ = True

_ACTION = re.compile(r"[a-z0-9-]+:[A-Za-z0-9]+")
_KEY_ARN = re.compile(r"arn:[^:]*:kms:")
_OTHER_ACTIONS = ("AcceptCrossAccountReplication",)
"""Actions of Secrets Manager that are no operation."""

_CREATION = "secretsmanager:CreateSecret"
"""The action on a secret that does not exist yet, so that its name names no secret."""


def simulated(
    world: World, identities: Identities, action: object, resource: SecretId, principal: Principal
) -> Decision:
    """Return the decision on a request. Raises UsageError for an action or a resource of another form."""
    _require_action(action)
    _require_no_resource(action, resource)
    service = world.service
    request = _request(world, str(action), resource, principal)
    if _KEY_ARN.match(request.resource):
        return key_decision(request, _key(service.ports, request.resource), identities)
    return decided(request, service.store, identities, world.now())


def _request(world: World, action: str, resource: SecretId, principal: Principal) -> Request:
    service, added = world.service, principal.context.get
    key_arn = service.ports.key_arn
    if action == _CREATION and isinstance(resource, str) and _is_name(resource):
        creation = _call(world, action, {"Name": resource}, world.region(), principal)
        return requests_of(creation, service.store, added=added, key_arn=key_arn)[0]
    secret = _secret(world, resource)
    if secret is None:
        arn, call = str(resource), _call(world, action, {}, world.region(), principal)
    else:
        arn, call = secret.arn, _call(world, action, {"SecretId": secret.arn}, secret.key.region, principal)
    account = arns.account_in(arn, principal.account)
    context = partial(condition_value, action, call, secret, account, key_arn, added)
    return Request(action, arn, account, principal, context, "" if arn == "*" else arn)


def _secret(world: World, resource: object) -> Secret | None:
    """The secret of a view, a name or an ARN; None for `*`, and for an ARN without a secret."""
    if isinstance(resource, SecretView):
        return world.state_of(key_of(find(world, resource, None, None)))
    if not isinstance(resource, str):
        raise UsageError(f"a resource is a secret's name, ARN or view, or '*', not {type(resource).__name__}")
    if resource == "*":
        return None
    if _is_name(resource):
        return world.state_of(key_of(find(world, resource, None, None)))
    return guards.find_exact(world.service.store, resource, world.now())


def _is_name(resource: str) -> bool:
    """Whether a resource is the name of a secret: neither an ARN nor `*`."""
    return resource != "*" and not arns.is_arn(resource)


def _call(world: World, action: str, parameters: dict[str, str], region: str, principal: Principal) -> Call:
    """A call that needs this permission. Its condition keys are those that the test gives, and the global ones."""
    return Call(action.partition(":")[2], parameters, region, principal, world.now(), "simulated")


def _key(ports: Ports, arn: str) -> KmsKey:
    region, account = arns.place(arn)
    try:
        return ports.keys.find(region, account, arn)
    except KmsRefusal as refusal:
        raise UsageError(f"no KMS key {arn!r}: {refusal}") from None


def _require_no_resource(action: object, resource: object) -> None:
    """Raise UsageError if a resource is given to an action that has none: a call decides such an action on `*`."""
    if action in NO_RESOURCE and resource != "*":
        raise UsageError(f"{action} has no resource, so a policy decides it on '*': leave out {resource!r}")


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
