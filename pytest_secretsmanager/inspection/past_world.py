"""The inside of a manager as it was just before a rollback, for the report of a test that failed inside.

Only the secrets that the rollback restores are kept. The others are the same before and after it.
"""

from collections.abc import Mapping, Sequence
from typing import cast

from pytest_secretsmanager.engine.effects.runs import Run
from pytest_secretsmanager.engine.ports import Ports
from pytest_secretsmanager.engine.service import Service
from pytest_secretsmanager.engine.state import Sealed, Secret, SecretKey
from pytest_secretsmanager.inspection.log import Log
from pytest_secretsmanager.inspection.world import World


def past_world(world: World, since: int) -> World:
    """The inside as it is now, which stays so. Its log begins at a position of the world's own."""
    now = world.now()
    service = cast("Service", _PastService(world.service))
    log = Log(world.entries.since(since))
    return World(service, log, lambda: now, world.region, world.account, world.directory)


class _PastService:
    """The part of a service that a report looks at."""

    __slots__ = ("_changed", "_service", "_vanished", "runs")

    def __init__(self, service: Service) -> None:
        self._service = service
        self._changed: Mapping[SecretKey, Secret | None] = service.rollbacks.to_restore()
        self._vanished = service.vanished()
        self.runs: Sequence[Run] = tuple(service.runs)

    @property
    def store(self) -> "_PastService":
        """The look-up of secrets by key."""
        return self

    @property
    def ports(self) -> Ports:
        return self._service.ports

    def get(self, key: SecretKey) -> Secret | None:
        return self._changed[key] if key in self._changed else self._service.store.get(key)

    def secrets(self) -> list[Secret]:
        """The secrets of all regions and accounts."""
        others = [secret for secret in self._service.secrets() if secret.key not in self._changed]
        return [*others, *(secret for secret in self._changed.values() if secret is not None)]

    def vanished(self) -> list[Secret]:
        return self._vanished

    def plain_value(self, secret: Secret, version_id: str, sealed: Sealed) -> bytes:
        return self._service.plain_value(secret, version_id, sealed)
