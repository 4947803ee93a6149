"""A manager whose calls are made as a role: the option `policy`."""

from itertools import chain, count

from pytest_secretsmanager.controls.roles import principal_of
from pytest_secretsmanager.engine.callers import Acting
from pytest_secretsmanager.managing.parts import Parts
from pytest_secretsmanager.policy_sources import PolicySources

__tracebackhide__ = True

ROLE_NAME = "test"
"""The name of the role. The default user has it too."""


def act_by(parts: Parts, policy: PolicySources) -> None:
    """Let clients without credentials of their own call as a role with this policy. Seeds need no permission.

    Inside a fixture of wider scope with a policy, the role is called `test-2`, and so on.
    """
    taken = {arn.rpartition("/")[2] for arn in parts.identities.roles}
    names = chain([ROLE_NAME], (f"{ROLE_NAME}-{number}" for number in count(2)))
    role = parts.iam.role(next(name for name in names if name not in taken), policy=policy)
    parts.callers.begin(Acting(principal_of(role)))
