"""AWS's texts of a refusal. DOC: IAM user guide, "Troubleshoot access denied error messages".

One type of policy is named, even if several deny; how many policies deny is never said.
"""

from collections.abc import Mapping

from pytest_secretsmanager.engine.rules.iam.policy_types import PolicyType
from pytest_secretsmanager.engine.rules.iam.requests import Request

_DENYING: Mapping[PolicyType, str] = {
    "identity-based policy": "an identity-based policy",
    "resource-based policy": "a resource-based policy",
    "permissions boundary": "a permissions boundary",
    "session policy": "a sessions policy",
    "service control policy": "a service control policy",
}


def refusal(request: Request, policy_type: PolicyType, *, explicit: bool) -> str:
    """Return AWS's text. DOC: a service control policy counts as an explicit deny, even if it only allows nothing."""
    place = f" on resource: {request.shown_resource}" if request.shown_resource else ""
    subject = f"User: {request.principal.arn} is not authorized to perform: {request.action}{place}"
    if explicit or policy_type == "service control policy":
        return f"{subject} with an explicit deny in {_DENYING[policy_type]}"
    return f"{subject} because no {policy_type} allows the {request.action} action"
