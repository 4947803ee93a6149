"""The logged calls that an identity policy refuses."""

from collections.abc import Sequence
from typing import NamedTuple

from pytest_secretsmanager.engine.layers.audit import Entry
from pytest_secretsmanager.engine.rules.iam.decision import Decision, Policies, decide
from pytest_secretsmanager.engine.rules.iam.documents import Policy, Statement
from pytest_secretsmanager.engine.rules.iam.requests import Request
from pytest_secretsmanager.inspection.permissions.replay import NeededRequests

__tracebackhide__ = True


class RefusedCall(NamedTuple):
    """A logged call that a policy refuses, with the first request that it refuses."""

    entry: Entry
    request: Request
    decision: Decision


def refused_calls(needed: Sequence[NeededRequests], policies: tuple[Policy, ...]) -> list[RefusedCall]:
    """The calls that these identity policies refuse, in the order of the log."""
    decided = _Decisions(policies)
    found = []
    for entry, requests in needed:
        for request in requests:
            decision = decided(request)
            if not decision.allowed:
                found.append(RefusedCall(entry, request, decision))
                break
    return found


class _Decisions:
    """Decides requests by identity policies alone, as if each resource were in the caller's account.

    Policies without conditions and variables decide an action on a resource once, since a log may be long.
    """

    def __init__(self, policies: tuple[Policy, ...]) -> None:
        self._policies = Policies(identity=policies)
        self._are_fixed = all(_is_fixed(statement) for policy in policies for statement in policy.statements)
        self._known: dict[tuple[str, str, str], Decision] = {}

    def __call__(self, request: Request) -> Decision:
        key = request.action, request.resource, request.principal.arn
        known = self._known.get(key)
        if known is None:
            known = decide(request._replace(account=request.principal.account), self._policies)
            if self._are_fixed:
                self._known[key] = known
        return known


def _is_fixed(statement: Statement) -> bool:
    """Return whether a statement decides by action and resource alone."""
    resources = (*(statement.resources or ()), *(statement.not_resources or ()))
    return not statement.conditions and not any("${" in resource for resource in resources)
