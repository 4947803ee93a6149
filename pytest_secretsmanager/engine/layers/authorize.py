"""IAM decides each call: a call that no policy allows is refused before AWS looks whether its secret exists."""

from pytest_secretsmanager.engine import arns
from pytest_secretsmanager.engine.call import Call, Handler, Outcome
from pytest_secretsmanager.engine.denials import AccessDenied
from pytest_secretsmanager.engine.identities import Identities
from pytest_secretsmanager.engine.rules import guards, resource_policies
from pytest_secretsmanager.engine.rules.iam.decision import Decision, decide
from pytest_secretsmanager.engine.rules.iam.documents import Policy
from pytest_secretsmanager.engine.rules.iam.requests import Request
from pytest_secretsmanager.engine.rules.permissions import requests_of
from pytest_secretsmanager.engine.state import SecretKey, Secrets

__tracebackhide__ = True


def authorize(inner: Handler, secrets: Secrets, identities: Identities) -> Handler:
    """Refuse a call unless policies allow each permission that it needs. The outcome has the decision on the first one.

    AWS checks the token and the characters of the name before (RECORDED), the existence of the secret after (REPORTED).
    """

    def handle(call: Call) -> Outcome:
        first: Decision | None = None
        for request in requests_of(call, secrets, added=call.principal.context.get):
            decision = decided(request, secrets, identities)
            if not decision.allowed:
                guards.require_well_formed(call)
                raise AccessDenied(decision)
            first = first or decision
        return inner(call)._replace(decision=first)

    return handle


def decided(request: Request, secrets: Secrets, identities: Identities) -> Decision:
    """Return the decision on a request, by the caller's policies and by the policy of the secret that it is about."""
    return decide(request, identities.policies_of(request.principal), _resource_policy(request.resource, secrets))


def _resource_policy(arn: str, secrets: Secrets) -> Policy | None:
    parsed = arns.parse(arn)
    secret = None if parsed is None else secrets.get(SecretKey(parsed.region, parsed.account, parsed.name))
    return None if secret is None or secret.arn != arn else resource_policies.policy_of(secret)
