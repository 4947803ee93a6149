"""The logged calls that an identity policy refuses."""

from collections.abc import Sequence
from typing import NamedTuple

from pytest_secretsmanager.engine.layers.audit import Entry
from pytest_secretsmanager.engine.rules.iam.decision import Decision, Policies, decide
from pytest_secretsmanager.engine.rules.iam.requests import Request
from pytest_secretsmanager.inspection.permissions.replay import NeededRequests

__tracebackhide__ = True


class RefusedCall(NamedTuple):
    """A logged call that a policy refuses, with the first request that it refuses."""

    entry: Entry
    request: Request
    decision: Decision


def decide_by_identity(request: Request, policies: Policies) -> Decision:
    """Decide a request by the policies of its caller alone, as if its resource were in the caller's account."""
    return decide(request._replace(account=request.principal.account), policies)


def refused_calls(needed: Sequence[NeededRequests], policies: Policies) -> list[RefusedCall]:
    """The calls that these policies refuse, in the order of the log."""
    found = []
    for entry, requests in needed:
        for request in requests:
            decision = decide_by_identity(request, policies)
            if not decision.allowed:
                found.append(RefusedCall(entry, request, decision))
                break
    return found
