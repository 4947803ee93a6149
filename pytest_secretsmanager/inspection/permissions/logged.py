"""The permissions that the log of one manager needs, beside the policies that a test gives."""

from typing import Any

from pytest_secretsmanager.engine.rules.iam.documents import Policy
from pytest_secretsmanager.inspection.log import require_whole
from pytest_secretsmanager.inspection.permissions.replay import NeededRequests, needed_requests
from pytest_secretsmanager.inspection.permissions.required import permission_of, policy_of
from pytest_secretsmanager.inspection.permissions.unused import UnusedPermission, unused_permissions
from pytest_secretsmanager.inspection.world import World
from pytest_secretsmanager.policy_sources import PolicySources, read_policies

__tracebackhide__ = True


def logged_requests(world: World) -> list[NeededRequests]:
    """The requests of each call in the log since its last `clear()`."""
    require_whole(world.log)
    service = world.service
    with service.lock:  # no call changes a secret between the log and the store
        return needed_requests(world.entries.visible, service.store, service.ports.key_arn)


def given_policies(world: World, source: PolicySources) -> tuple[Policy, ...]:
    """The identity policies of a source. Raise UsageError for a malformed one."""
    return read_policies(source, name="the policy", with_principals=False, directory=world.directory)


def required_policy(world: World) -> dict[str, Any]:
    """The smallest identity policy for the logged calls."""
    return policy_of(permission_of(request) for _, requests in logged_requests(world) for request in requests)


def unused(world: World, source: PolicySources) -> list[UnusedPermission]:
    """The parts of policies that no logged call needed."""
    policies = given_policies(world, source)
    return unused_permissions(policies, [request for _, requests in logged_requests(world) for request in requests])
