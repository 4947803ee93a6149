"""IAM decides each call: a call that no policy allows is refused before AWS looks whether its secret exists."""

from functools import lru_cache

from pytest_secretsmanager.engine import arns
from pytest_secretsmanager.engine.call import Call, Handler, Outcome
from pytest_secretsmanager.engine.errors import ServiceError
from pytest_secretsmanager.engine.identities import Identities, access_denied
from pytest_secretsmanager.engine.rules import guards, resource_policies
from pytest_secretsmanager.engine.rules.condition_keys import FindKeyArn
from pytest_secretsmanager.engine.rules.iam.decision import Decision, decide
from pytest_secretsmanager.engine.rules.iam.documents import Policy
from pytest_secretsmanager.engine.rules.iam.requests import Request
from pytest_secretsmanager.engine.rules.permissions import requests_of
from pytest_secretsmanager.engine.state import SecretKey, Secrets

__tracebackhide__ = True


def authorize(inner: Handler, secrets: Secrets, identities: Identities, key_arn: FindKeyArn) -> Handler:
    """Refuse a call unless policies allow each permission that it needs. `key_arn` finds a KMS key by its name.

    AWS checks the token and the characters of the name before (RECORDED), the existence of the secret after (REPORTED).
    The outcome, or the error of the operation, has the decision on the first permission.
    """

    def handle(call: Call) -> Outcome:
        first = None
        for request in requests_of(call, secrets, added=call.principal.context.get, key_arn=key_arn):
            decision = decided(request, secrets, identities)
            if not decision.allowed:
                guards.require_well_formed(call)
                raise access_denied(decision)
            first = first or decision
        try:
            return inner(call)._replace(decision=first)
        except ServiceError as error:
            error.decision = error.decision or first
            raise

    return handle


def decided(request: Request, secrets: Secrets, identities: Identities) -> Decision:
    """Return the decision on a request, by the caller's policies and by the policy of the secret that it is about."""
    return decide(request, identities.policies_of(request.principal), _resource_policy(request.resource, secrets))


def _resource_policy(arn: str, secrets: Secrets) -> Policy | None:
    key = _key_of(arn)
    secret = None if key is None else secrets.get(key)
    return None if secret is None or secret.arn != arn else resource_policies.policy_of(secret)


@lru_cache(maxsize=1024)
def _key_of(arn: str) -> SecretKey | None:
    parsed = arns.parse(arn)
    return None if parsed is None else SecretKey(parsed.region, parsed.account, parsed.name)
