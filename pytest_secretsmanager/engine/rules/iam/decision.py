"""The decision of IAM on one request, as AWS documents its evaluation logic."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from pytest_secretsmanager.engine.rules.iam.documents import Policy, Statement
from pytest_secretsmanager.engine.rules.iam.requests import Request

PolicyType: TypeAlias = Literal[
    "identity-based policy",
    "resource-based policy",
    "permissions boundary",
    "session policy",
    "service control policy",
]
"""The types of policies, as AWS's refusals name them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """The policies that decide the requests of one caller.

    `identity` None stands for a policy that allows everything: the caller is the account's default user. `boundary`,
    `session` and `service_control` None stand for none of that type. An empty tuple allows nothing.
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


def decide(request: Request, policies: Policies, resource_policy: Policy | None = None) -> Decision:
    """Decide a request by the caller's policies and the policy of the resource."""
    raise NotImplementedError
