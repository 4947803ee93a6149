"""IAM decides each call: a call that no policy allows is refused before AWS looks whether its secret exists."""

from collections.abc import Sequence
from typing import NamedTuple

from pytest_secretsmanager.engine.call import Call, Handler, Outcome
from pytest_secretsmanager.engine.errors import ServiceError
from pytest_secretsmanager.engine.identities import Identities, access_denied
from pytest_secretsmanager.engine.rules import guards, resource_policies
from pytest_secretsmanager.engine.rules.condition_keys import FindKeyArn, condition_value
from pytest_secretsmanager.engine.rules.iam.decision import Decision, decide
from pytest_secretsmanager.engine.rules.iam.requests import ContextValue, Request
from pytest_secretsmanager.engine.rules.permissions import WITH_FURTHER, requests_of
from pytest_secretsmanager.engine.state import Secret, Secrets

__tracebackhide__ = True


_MANY = 4096
"""The number of decisions that a layer keeps at most."""


class _Kept(NamedTuple):
    """A decision that allowed a call on a secret, with everything that it depended on except the policies.

    `conditions` has the condition keys that it read, with their values.
    """

    decision: Decision
    request: Request
    secret: Secret
    conditions: tuple[tuple[str, ContextValue | None], ...]

    def is_valid_for(self, call: Call, secrets: Secrets, key_arn: FindKeyArn) -> bool:
        """Return whether a later call of the same caller and operation on the same secret gets this decision, too."""
        secret, action, account = self.secret, self.request.action, self.request.account
        if secrets.get(secret.key) is not secret:
            return False
        added = call.principal.context.get
        for key, value in self.conditions:
            if condition_value(action, call, secret, account, key_arn, added, key) != value:
                return False
        return True


def authorize(inner: Handler, secrets: Secrets, identities: Identities, key_arn: FindKeyArn) -> Handler:
    """Refuse a call unless policies allow each permission that it needs. `key_arn` finds a KMS key by its name.

    AWS checks the token and the name's characters before IAM (GUESS), and the existence of the secret after (REPORTED).
    The outcome, or the error of the operation, has the decision on the first permission. For speed, the layer keeps the
    decisions on calls that need one permission.
    """
    kept: dict[tuple[str, object, str, int], _Kept] = {}

    def handle(call: Call) -> Outcome:
        asked = call.operation, call.parameters.get("SecretId"), call.region, id(call.principal)
        known = kept.get(asked)
        if known is not None and known.is_valid_for(call, secrets, key_arn):
            decision = known.decision
        else:
            requests = requests_of(call, secrets, added=call.principal.context.get, key_arn=key_arn)
            decision, known = _permission(call, requests, secrets, identities)
            if known is not None:
                if len(kept) >= _MANY:
                    kept.clear()
                kept[asked] = known
        try:
            return Outcome(*inner(call)[:-1], decision)
        except ServiceError as error:
            error.decision = error.decision or decision
            raise

    return handle


def _permission(
    call: Call, requests: Sequence[Request], secrets: Secrets, identities: Identities
) -> tuple[Decision, _Kept | None]:
    """Return the decision on the first request. Raise AWS's refusal unless every request is allowed.

    Return a `_Kept` too if the decision can serve later calls: the call needs one permission, and the secret is not
    about to be deleted.
    """
    conditions: dict[str, ContextValue | None] = {}
    decisions = [decided(_noting(request, conditions), secrets, identities, call.time) for request in requests]
    for decision in decisions:
        if not decision.allowed:
            guards.require_well_formed(call)
            raise access_denied(decision)
    first = requests[0]
    secret = guards.find_exact(secrets, first.resource, call.time)
    if secret is None or secret.deletion is not None or call.operation in WITH_FURTHER:
        return decisions[0], None
    return decisions[0], _Kept(decisions[0], first, secret, tuple(conditions.items()))


def _noting(request: Request, conditions: dict[str, ContextValue | None]) -> Request:
    """The request; it notes the condition keys that a decision reads."""
    read = request.context

    def context(key: str) -> ContextValue | None:
        value = conditions[key] = read(key)
        return value

    return request._replace(context=context)


def decided(request: Request, secrets: Secrets, identities: Identities, time: float) -> Decision:
    """Return the decision on a request, by the caller's policies and by the policy of the secret that it is about."""
    secret = guards.find_exact(secrets, request.resource, time)
    policy = None if secret is None else resource_policies.policy_of(secret)
    return decide(request, identities.policies_of(request.principal), policy)
