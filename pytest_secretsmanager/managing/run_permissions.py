"""The permissions that the calls of all managers need, while a run collects them for its policy."""

from functools import partial
from typing import Any

from pytest_secretsmanager.engine.layers.audit import Entry
from pytest_secretsmanager.engine.service import Service
from pytest_secretsmanager.engine.state import SecretKey
from pytest_secretsmanager.inspection.permissions.replay import requests_of_entry
from pytest_secretsmanager.inspection.permissions.required import Permission, permission_of, policy_of
from pytest_secretsmanager.inspection.world import World

__tracebackhide__ = True


class RunPermissions:
    """The permissions that the calls of a run need, and the number of these calls.

    A rollback takes nothing back: the call was made.
    """

    def __init__(self) -> None:
        self._permissions: set[Permission] = set()
        self.calls = 0

    def follow(self, world: World) -> None:
        """Collect the permissions of each call that this manager logs from now on."""
        world.service.log_also(partial(self._note, world.service))

    def note_seed(self, world: World, key: SecretKey) -> None:
        """A seed needs no permission."""

    def _note(self, service: Service, entry: Entry) -> None:
        if entry.by_service:
            return
        self.calls += 1
        requests = requests_of_entry(entry, service.store, service.ports.key_arn)
        self._permissions.update(map(permission_of, requests))

    def policy(self) -> dict[str, Any]:
        """The smallest identity policy with the permissions so far."""
        return policy_of(self._permissions)

    def sent(self) -> dict[str, Any]:
        """The collection as plain values, for another process."""
        return {"calls": self.calls, "permissions": [list(one) for one in sorted(self._permissions)]}

    def add_sent(self, sent: dict[str, Any]) -> None:
        """Add the collection of another process."""
        self.calls += sent["calls"]
        self._permissions.update((action, resource) for action, resource in sent["permissions"])
