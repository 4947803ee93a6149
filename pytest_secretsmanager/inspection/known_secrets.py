"""The secrets that exist, those that were deleted last, and those that a log has created, by key and by ARN."""

from collections.abc import Iterable, Sequence

from pytest_secretsmanager.engine.layers.audit import Entry
from pytest_secretsmanager.engine.state import Secret, SecretKey, Version
from pytest_secretsmanager.inspection.matching import key_from
from pytest_secretsmanager.inspection.world import World


class KnownSecrets:
    """What a manager still knows of its secrets. No look goes over all of them.

    Several secrets may have had one key, one after the other: each has its own ARN.
    """

    def __init__(self, world: World, entries: Sequence[Entry]) -> None:
        self._world = world
        self._gone: dict[str, list[Secret]] = {}
        self._births: dict[SecretKey, dict[str, float]] = {}
        """The ARNs of the secrets that had a key, oldest first, each with the time of its creation."""
        self._created_at: dict[str, int] = {}
        self._logged: dict[SecretKey, dict[str, float]] = {}
        self._complete: set[SecretKey] = set()
        for at, entry in enumerate(entries):
            if entry.operation == "CreateSecret" and entry.response is not None:
                name, arn = str(entry.request["Name"]), str(entry.response["ARN"])
                key = key_from(name, entry.region, entry.principal.account)
                self._created_at[arn] = at
                self._logged.setdefault(key, {})[arn] = entry.time
        for secret in world.service.vanished():
            self._gone.setdefault(secret.arn, []).append(secret)
            self._births.setdefault(secret.key, {}).setdefault(secret.arn, secret.created)

    def arn_at(self, key: SecretKey, entry: Entry, at: int) -> str | None:
        """The ARN of the secret that had this key at the call at a position.

        It is the last one that was created before: by a call further up, or, since no call logs a seed, by its time.
        """
        births = self._births_of(key)
        if len(births) < 2:
            return next(iter(births), None)
        before = [arn for arn, born in births.items() if born <= entry.time and self._created_at.get(arn, at) <= at]
        return before[-1] if before else next(iter(births))

    def last_arn(self, key: SecretKey) -> str | None:
        """The ARN of the newest known secret with this key."""
        return next(reversed(self._births_of(key)), None)

    def _births_of(self, key: SecretKey) -> dict[str, float]:
        if key not in self._complete:
            self._complete.add(key)
            births = self._births.setdefault(key, {})
            secret = self._world.service.store.get(key)
            if secret is not None:
                births.setdefault(secret.arn, secret.created)
            if self._logged.get(key, births).keys() - births.keys():  # of a secret that is no longer kept
                self._births[key] = dict(sorted({**births, **self._logged[key]}.items(), key=lambda birth: birth[1]))
        return self._births[key]

    def last(self, arn: str) -> Secret | None:
        """The last known state."""
        stored = self._world.service.store.get(key_from(arn, "", ""))
        if stored is not None and stored.arn == arn:
            return stored
        gone = self._gone.get(arn)
        return gone[-1] if gone else None

    def exists(self, last: Secret) -> bool:
        """Whether a secret with this last state exists: its deletion has not taken effect."""
        secret = self._world.state_of(last.key)
        return secret is not None and secret.arn == last.arn

    def versions(self, arn: str, last: Secret | None) -> Iterable[tuple[Version, float | None]]:
        """The versions of a secret, oldest first, each with the time of its deletion; None if its secret still has it.

        A deleted secret has the versions that it had last.
        """
        gone = [secret for secret in self._gone.get(arn, ()) if secret is not last]
        found = {version.id: (version, secret.changed) for secret in gone for version in secret.versions.values()}
        kept = {} if last is None else {version.id: (version, None) for version in last.versions.values()}
        return sorted({**found, **kept}.values(), key=lambda one: one[0].number)
