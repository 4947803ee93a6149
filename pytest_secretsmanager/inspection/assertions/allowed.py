"""`assert_allowed`: the logged calls that an identity policy refuses, and the text that lists them."""

from collections import Counter
from collections.abc import Sequence
from textwrap import indent

from pytest_secretsmanager.inspection.assertions.calls import event_text
from pytest_secretsmanager.inspection.log import Event
from pytest_secretsmanager.inspection.permissions.logged import given_policies, logged_requests
from pytest_secretsmanager.inspection.permissions.refused import RefusedCall, refused_calls
from pytest_secretsmanager.inspection.wording import bounded, count_text, repeated_text
from pytest_secretsmanager.inspection.world import World
from pytest_secretsmanager.policy_sources import PolicySources

__tracebackhide__ = True

_MOST_CALLS = 10


def assert_allowed(world: World, policy: PolicySources) -> None:
    policies = given_policies(world, policy)
    needed = logged_requests(world)
    refused = refused_calls(needed, policies)
    if refused:
        raise AssertionError(_refusals_text(refused, len(needed)))


def _refusals_text(refused: Sequence[RefusedCall], calls: int) -> str:
    """The failure for some refused calls of a log with this number of `calls`. Equal ones share a line."""
    counts = Counter((event_text(Event(call.entry)), call.decision.reason) for call in refused)
    lines = [f"  {repeated_text(call, times)}\n{indent(reason, '    ')}" for (call, reason), times in counts.items()]
    return "\n".join(
        [f"the policy refuses {len(refused)} of {count_text(calls, 'call')}:", *bounded(lines, _MOST_CALLS)]
    )
