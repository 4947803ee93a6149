"""The decision of IAM on one request, as AWS documents its evaluation logic.

DOC (IAM user guide, "Policy evaluation logic"): an explicit deny in any policy decides first. Then the service control
policies, the policy of the resource, the identity policies, the permissions boundary and the session policies have to
allow the request, in this order. In its own account, a grant of the resource's policy to the caller is enough. From
another account, the policy of the resource has to allow the request as well.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from pytest_secretsmanager.engine.rules.iam import explanations
from pytest_secretsmanager.engine.rules.iam.applying import Applicable, applying
from pytest_secretsmanager.engine.rules.iam.documents import Policy, Statement
from pytest_secretsmanager.engine.rules.iam.policy_types import PolicyType
from pytest_secretsmanager.engine.rules.iam.principals import Grant, grant, is_denied
from pytest_secretsmanager.engine.rules.iam.refusals import refusal
from pytest_secretsmanager.engine.rules.iam.requests import Context, Request

__all__ = ["Decision", "Policies", "PolicyType", "decide"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """The policies that decide the requests of one caller.

    `identity` None stands for a policy that allows everything: the caller is the account's default user. `boundary`,
    `session` and `service_control` None stand for none of that type. An empty tuple allows nothing. Several policies
    of one type allow all that one of them allows.
    """

    identity: tuple[Policy, ...] | None = None
    boundary: tuple[Policy, ...] | None = None
    session: tuple[Policy, ...] | None = None
    service_control: tuple[Policy, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The decision on one request.

    `allowed` says whether the request is allowed, `explicit_deny` whether a statement denies it. `policy_type` is the
    type of the policies that decided, `policy` and `statement` are the ones that decided, None if no statement did.
    `message` is AWS's refusal, empty if the request is allowed. `reason` explains the decision in a sentence of this
    plugin: the statement that decided, or the nearest one that would have allowed the request and why it did not.
    """

    allowed: bool
    explicit_deny: bool = False
    policy_type: PolicyType = "identity-based policy"
    policy: Policy | None = None
    statement: Statement | None = None
    message: str = ""
    reason: str = ""

    def __repr__(self) -> str:
        return f"<{'allowed' if self.allowed else 'denied'}: {'; '.join(self.reason.splitlines())}>"


_OF_THE_DEFAULT_USER = Decision(allowed=True, reason="the account's default user may do everything")
_NO_LIMITS = Policies()


def decide(request: Request, policies: Policies, resource_policy: Policy | None = None) -> Decision:
    """Decide a request by the caller's policies and the policy of the resource.

    DOC: an AWS service has no policies of its own, so the policy of the resource alone decides. DOC: KMS reads the
    policy of a key first, which has to name the account before identity policies count.
    """
    is_service = request.principal.kind == "AWSService"
    limits = _NO_LIMITS if is_service else policies
    denied = _explicit_denial(request, limits, resource_policy)
    if denied is not None:
        return denied
    if limits.service_control is not None and _allowing(request, limits.service_control) is None:
        return _refused(request, "service control policy", limits.service_control)
    granting, how = (None, Grant.NONE) if resource_policy is None else _granting(request, resource_policy)
    at_home = is_service or request.principal.account == request.account
    if granting is not None and at_home and how is Grant.DIRECT:
        return _allowance(granting.policy, granting.position, "resource-based policy")
    to_role = at_home and how is Grant.TO_ROLE
    of_resource = () if resource_policy is None else (resource_policy,)
    if not is_service:
        of_caller = _decide_by_caller(request, limits, granted=to_role, or_by=of_resource if at_home else ())
        if not of_caller.allowed or (granting is None and at_home and not _needs_grant(request, resource_policy)):
            return of_caller
        if granting is not None:
            by_resource = to_role or of_caller is _OF_THE_DEFAULT_USER
            return _allowance(granting.policy, granting.position, "resource-based policy") if by_resource else of_caller
    return _refused(request, "resource-based policy", of_resource)


def _decide_by_caller(request: Request, policies: Policies, *, granted: bool, or_by: tuple[Policy, ...]) -> Decision:
    """Decide by the identity policies, unless the resource's policy `granted` the request, and by their limits.

    `or_by` has the policies that could have allowed the request as well as the identity policies.
    """
    decision = _OF_THE_DEFAULT_USER
    if policies.identity is not None and not granted:
        identity = _allowing(request, policies.identity)
        if identity is None:
            return _refused(request, "identity-based policy", (*policies.identity, *or_by))
        decision = _allowance(identity.policy, identity.position, "identity-based policy")
    if policies.boundary is not None and _allowing(request, policies.boundary) is None:
        return _refused(request, "permissions boundary", policies.boundary)
    if policies.session is not None and _allowing(request, policies.session) is None:
        return _refused(request, "session policy", policies.session)
    return decision


def _needs_grant(request: Request, resource_policy: Policy | None) -> bool:
    return resource_policy is not None and request.action[:4].lower() == "kms:"


# --- the statements that decide --------------------------------------------------------------------------------------


def _explicit_denial(request: Request, policies: Policies, resource_policy: Policy | None) -> Decision | None:
    action, resource, context = request.action, request.resource, request.context
    if policies.service_control is not None:
        for policy in policies.service_control:
            found = _holding(applying(policy, action, resource).denying, context)
            if found is not None:
                return _denied(request, found, "service control policy")
    if resource_policy is not None:
        bounded = policies.boundary is not None
        for statement in applying(resource_policy, action, resource).denying:
            if is_denied(statement.named, request.principal, bounded=bounded) and _all_hold(statement, context):
                return _denied(request, statement, "resource-based policy")
    for policy in policies.identity or ():
        found = _holding(applying(policy, action, resource).denying, context)
        if found is not None:
            return _denied(request, found, "identity-based policy")
    if policies.boundary is None and policies.session is None:
        return None
    return _denial_of_limits(request, policies)


def _denial_of_limits(request: Request, policies: Policies) -> Decision | None:
    limits: tuple[tuple[PolicyType, tuple[Policy, ...] | None], ...] = (
        ("permissions boundary", policies.boundary),
        ("session policy", policies.session),
    )
    for policy_type, group in limits:
        for policy in group or ():
            found = _holding(applying(policy, request.action, request.resource).denying, request.context)
            if found is not None:
                return _denied(request, found, policy_type)
    return None


def _allowing(request: Request, policies: Iterable[Policy]) -> Applicable | None:
    for policy in policies:
        found = _holding(applying(policy, request.action, request.resource).allowing, request.context)
        if found is not None:
            return found
    return None


def _granting(request: Request, policy: Policy) -> tuple[Applicable | None, Grant]:
    """Return the statement of a resource's policy that names the caller in the strongest way, and this way."""
    best, strongest = None, Grant.NONE
    for statement in applying(policy, request.action, request.resource).allowing:
        how = grant(statement.named, request.principal)
        if how > strongest and _all_hold(statement, request.context):
            best, strongest = statement, how
    return best, strongest


def _holding(statements: Iterable[Applicable], context: Context) -> Applicable | None:
    for statement in statements:
        if _all_hold(statement, context):
            return statement
    return None


def _all_hold(statement: Applicable, context: Context) -> bool:
    for holds in statement.tests:  # noqa: SIM110 - a generator costs more than most tests
        if not holds(context):
            return False
    return True


# --- decisions -------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1024)
def _allowance(policy: Policy, position: int, policy_type: PolicyType) -> Decision:
    return Decision(
        allowed=True,
        policy_type=policy_type,
        policy=policy,
        statement=policy.statements[position],
        reason=explanations.allowed_by(policy, position),
    )


def _denied(request: Request, denying: Applicable, policy_type: PolicyType) -> Decision:
    return Decision(
        allowed=False,
        explicit_deny=True,
        policy_type=policy_type,
        policy=denying.policy,
        statement=denying.policy.statements[denying.position],
        message=refusal(request, policy_type, explicit=True),
        reason=explanations.denied_by(denying.policy, denying.position, request),
    )


def _refused(request: Request, policy_type: PolicyType, policies: tuple[Policy, ...]) -> Decision:
    return Decision(
        allowed=False,
        policy_type=policy_type,
        message=refusal(request, policy_type, explicit=False),
        reason=explanations.not_allowed(request, policy_type, policies),
    )
