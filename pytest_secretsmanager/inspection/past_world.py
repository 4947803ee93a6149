"""The inside of a manager as it was just before a rollback, for the report of a test that failed inside.

Only the secrets that the rollback restores are kept. The others are the same before and after it.
"""

from collections.abc import Iterator, Mapping, Sequence
from heapq import merge
from typing import cast

from pytest_secretsmanager.engine.effects.runs import Run
from pytest_secretsmanager.engine.locks import Lock
from pytest_secretsmanager.engine.ports import Ports
from pytest_secretsmanager.engine.rules import guards
from pytest_secretsmanager.engine.service import Service
from pytest_secretsmanager.engine.state import Sealed, Secret, SecretKey, creation_of
from pytest_secretsmanager.inspection.log import Log
from pytest_secretsmanager.inspection.world import World


def past_world(world: World, since: int) -> World:
    """The inside as it is now. Its log begins at a position of the world's own.

    Of later changes, it sees those of secrets that the rollback does not restore.
    """
    now = world.now()
    service = cast("Service", _PastService(world.service))
    log = Log(world.entries.copy_since(since))
    return World(service, log, lambda: now, world.region, world.account, world.directory)


class _PastService:
    """The part of a service that a report looks at."""

    __slots__ = ("_changed", "_existing", "_service", "_vanished", "runs")

    def __init__(self, service: Service) -> None:
        self._service = service
        self._changed: Mapping[SecretKey, Secret | None] = service.rollbacks.to_restore()
        self._existing = {key: secret for key, secret in self._changed.items() if secret is not None}
        self._vanished = service.vanished()
        self.runs: Sequence[Run] = tuple(service.runs)

    @property
    def store(self) -> "_PastService":
        """The secrets, as a report looks for them."""
        return self

    @property
    def ports(self) -> Ports:
        return self._service.ports

    def get(self, key: SecretKey) -> Secret | None:
        return self._changed[key] if key in self._changed else self._service.store.get(key)

    @property
    def lock(self) -> Lock:
        return self._service.lock

    def places(self) -> list[tuple[str, str]]:
        """The regions and accounts that may have secrets."""
        return list(dict.fromkeys([*self._service.store.places(), *(key.place for key in self._existing)]))

    def oldest_first(self, region: str, account: str) -> Iterator[Secret]:
        """The secrets of one region and account in the order of their creation."""
        stored = self._service.store.oldest_first(region, account)
        unchanged = (secret for secret in stored if secret.key not in self._changed)
        changed = [secret for key, secret in self._existing.items() if key.place == (region, account)]
        return merge(unchanged, sorted(changed, key=creation_of), key=creation_of)

    def count(self, region: str, account: str) -> int:
        """The number of secrets of one region and account."""
        changed = [key for key in self._changed if key.place == (region, account)]
        others = self._service.store.count(region, account) - sum(map(self._is_in_store, changed))
        return others + sum(key in self._existing for key in changed)

    def count_gone(self, region: str, account: str, time: float) -> int:
        """The number of them whose deletion has taken effect."""
        store = self._service.store
        others = [store.get(key) for key in store.scheduled if key not in self._changed]
        scheduled = [secret for secret in (*others, *self._existing.values()) if secret is not None]
        return sum(one.key.place == (region, account) and guards.is_gone(one, time) for one in scheduled)

    def names_like(self, name: str, region: str, account: str) -> list[str]:
        """The names that begin or end most like this one, and those that the rollback changes."""
        changed = [key.name for key in self._existing if key.place == (region, account)]
        return [*changed, *self._service.store.names_like(name, region, account)]

    def _is_in_store(self, key: SecretKey) -> bool:
        return self._service.store.get(key) is not None

    def vanished(self) -> list[Secret]:
        return self._vanished

    def plain_value(self, secret: Secret, version_id: str, sealed: Sealed) -> bytes:
        return self._service.plain_value(secret, version_id, sealed)
