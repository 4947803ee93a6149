"""Secrets and versions as a test sees them: read-only, live, and with no value in any repr.

A look through a view is not a call: it is not logged and leaves no access date. Values are opened when they are asked
for.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias

from pytest_secretsmanager.engine import arns
from pytest_secretsmanager.engine.errors import SecretNotFound, UsageError, VersionNotFound
from pytest_secretsmanager.engine.regions import Regions
from pytest_secretsmanager.engine.rules import guards, labels
from pytest_secretsmanager.engine.service import Service
from pytest_secretsmanager.engine.state import Secret, SecretKey, Version
from pytest_secretsmanager.inspection.absence import no_secret
from pytest_secretsmanager.inspection.log import LabelMove, Log
from pytest_secretsmanager.inspection.names import MaybeNone
from pytest_secretsmanager.inspection.spelling import label_hint
from pytest_secretsmanager.inspection.versions import VersionList

__tracebackhide__ = True


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """Where views look: the service's store and keys, its log, its clock (epoch seconds), and where if nothing is said.

    `region` and `account` are the manager's own; its region may change until a test begins.
    """

    service: Service
    log: Log
    now: Callable[[], float]
    region: Callable[[], str]
    account: str

    @property
    def regions(self) -> Regions:
        """The regions that AWS has, and those that an option adds."""
        return self.service.ports.regions

    def find(self, secret_id: "SecretId", region: str | None, account: str | None) -> "SecretView":
        """The view of a secret by name, ARN or view; SecretNotFound, with the nearest names, when there is none.

        A region or account that is said wins over that of an ARN or a view: so a replica is found by its primary.
        """
        if region is not None:
            self.regions.require(region)
        if isinstance(secret_id, SecretView):
            own = self._own(secret_id)
            key = own.key._replace(region=region or own.key.region, account=account or own.key.account)
            return own if key == own.key else self._there(key.name, key)
        if not isinstance(secret_id, str):
            raise UsageError(f"a secret is named by its name, its ARN or its view, not by {type(secret_id).__name__}")
        parsed = arns.parse(secret_id)
        if parsed is None:
            return self._there(secret_id, SecretKey(region or self.region(), account or self.account, secret_id))
        key = SecretKey(region or parsed.region, account or parsed.account, parsed.name)
        found = self._there(secret_id, key)
        if not found.arn.startswith(arns.in_region(secret_id, key.region, key.account)):
            raise self.not_found(secret_id, key)
        return found

    def _there(self, secret_id: str, key: SecretKey) -> "SecretView":
        if self.state_of(key) is None:
            raise self.not_found(secret_id, key)
        return SecretView(self, key)

    def _own(self, view: "SecretView") -> "SecretView":
        if view.world is not self:
            raise UsageError(f"{view!r} is a view of another SecretsManager")
        return view

    def state_of(self, key: SecretKey) -> Secret | None:
        """The secret under a key, None when there is none, or none any more."""
        secret = self.service.store.get(key)
        return None if secret is None or guards.is_gone(secret, self.now()) else secret

    def present(self) -> list[Secret]:
        """The secrets of all regions and accounts, those scheduled for deletion included."""
        now = self.now()
        return [secret for secret in self.service.secrets() if not guards.is_gone(secret, now)]

    def all(self) -> list["SecretView"]:
        """The secrets of all regions and accounts, as they are now and stay."""
        return [_SecretThen(self, secret) for secret in self.present()]

    def not_found(self, secret_id: str, key: SecretKey) -> SecretNotFound:
        """The error that names what is nearest to a secret that is not there."""
        return SecretNotFound(no_secret(secret_id, key, self.present()))


class SecretView:
    """One secret, as it is at the moment of each look."""

    __slots__ = ("_key", "_world")

    def __init__(self, world: World, key: SecretKey) -> None:
        self._world = world
        self._key = key

    @property
    def world(self) -> World:
        """Where this view looks."""
        return self._world

    @property
    def key(self) -> SecretKey:
        """Region, account and name."""
        return self._key

    def look(self) -> Secret | None:
        """The engine's own frozen value of this secret, None when it is not there any more."""
        return self._world.state_of(self._key)

    def as_it_is_now(self) -> "SecretView":
        """The secret as it is now and stays, so that several looks agree; SecretNotFound when there is none."""
        return _SecretThen(self._world, self.state)

    @property
    def state(self) -> Secret:
        """The engine's own frozen value of this secret."""
        secret = self.look()
        if secret is None:
            raise self._world.not_found(self._key.name, self._key)
        return secret

    @property
    def arn(self) -> str:
        return self.state.arn

    @property
    def name(self) -> str:
        return self._key.name

    @property
    def value(self) -> str | bytes | MaybeNone:
        """The current value: text, or bytes for a binary one; None when the secret has no current version."""
        current = self.current
        return None if current is None else current.value

    @property
    def json(self) -> Any:
        """The current value, parsed; UsageError when it is not JSON."""
        current = self.current
        return None if current is None else current.json

    @property
    def labels(self) -> dict[str, str]:
        """Each staging label and the id of the version that it sits on."""
        return dict(self.state.labels)

    @property
    def versions(self) -> list["VersionView"]:
        """All versions, oldest first, those without a label included.

        It is a list, so its first place is 0; `version(n)` takes the number, which is 1 for the first version.
        """
        secret = self.state
        return VersionList(VersionView(self, secret, version) for version in secret.versions.values())

    @property
    def current(self) -> "VersionView | MaybeNone":
        """The version under AWSCURRENT; None when the secret has none."""
        return self._labelled(labels.CURRENT)

    @property
    def previous(self) -> "VersionView | MaybeNone":
        """The version under AWSPREVIOUS; None when the secret has none."""
        return self._labelled(labels.PREVIOUS)

    @property
    def pending(self) -> "VersionView | MaybeNone":
        """The version under AWSPENDING; None when the secret has none."""
        return self._labelled(labels.PENDING)

    @property
    def tags(self) -> dict[str, str]:
        return dict(self.state.tags or {})

    @property
    def deleted(self) -> datetime | None:
        """When the scheduled deletion takes effect, UTC; None for a secret that is not scheduled."""
        deletion = self.state.deletion
        return None if deletion is None else _utc(deletion.due)

    @property
    def history(self) -> list[LabelMove]:
        """Every move of a label since the secret was seeded or created, oldest first; `log.clear()` takes none away."""
        return self._world.log.moves_of(self.arn)

    def version(self, ref: "VersionRef") -> "VersionView":
        """One version by id, number (1 is the first, -1 the newest), label or view.

        Raises VersionNotFound, with what there is, when there is none.
        """
        if isinstance(ref, VersionView):
            return self._own(ref)
        if not isinstance(ref, str | int) or isinstance(ref, bool):
            raise UsageError(f"a version is an id, a number, a label or a view, not {type(ref).__name__}")
        secret = self.state
        found = secret.versions.get(_id_of(secret, ref))
        if found is None:
            raise VersionNotFound(f"secret {self.name!r} has no version {ref!r}; {self._what_there_is(secret, ref)}")
        return VersionView(self, secret, found)

    def _own(self, version: "VersionView") -> "VersionView":
        if version.secret != self:
            raise UsageError(f"{version!r} is no version of secret {self.name!r}")
        secret = self.state
        if secret.arn != version.state.arn or version.id not in secret.versions:
            raise VersionNotFound(f"{version!r} is there no more; {self._what_there_is(secret, version.id)}")
        return version

    def _labelled(self, label: str) -> "VersionView | None":
        secret = self.state
        version = secret.versions.get(secret.labels.get(label, ""))
        return None if version is None else VersionView(self, secret, version)

    def _what_there_is(self, secret: Secret, ref: str | int) -> str:
        if not secret.versions:
            return "it has no version at all"
        numbers = [version.number for version in secret.versions.values()]
        some = "" if numbers[-1] - numbers[0] == len(numbers) - 1 else "some "
        there = f"it has {some}numbers {numbers[0]} to {numbers[-1]}" if numbers[1:] else f"it has number {numbers[0]}"
        hint = label_hint(ref, [*secret.labels, *secret.versions]) if isinstance(ref, str) else ""
        return f"{there} and the labels {', '.join(secret.labels) or '(none)'}{hint}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SecretView) and (self._world, self._key) == (other._world, other._key)

    def __hash__(self) -> int:
        return hash(self._key)

    def __repr__(self) -> str:
        secret = self.look()
        if secret is None:
            return f"<secret {self.name!r}: not there any more>"
        placed = ", ".join(f"{label} on {secret.versions[holder].number}" for label, holder in secret.labels.items())
        count = len(secret.versions)
        return f"<secret {self.name!r}: {count} version{'' if count == 1 else 's'}{placed and ', ' + placed}>"


class _SecretThen(SecretView):
    """A secret as it was at one moment: what other threads do since does not show."""

    __slots__ = ("_then",)

    def __init__(self, world: World, then: Secret) -> None:
        super().__init__(world, then.key)
        self._then = then

    def look(self) -> Secret:
        return self._then


class VersionView:
    """One version of a secret. Its value and id never change, even when the secret is deleted and made anew.

    Its labels are those of the moment of each look.
    """

    __slots__ = ("_secret", "_state", "_version")

    def __init__(self, secret: SecretView, state: Secret, version: Version) -> None:
        self._secret = secret
        self._state = state
        self._version = version

    @property
    def secret(self) -> SecretView:
        """The secret that this is a version of."""
        return self._secret

    @property
    def state(self) -> Secret:
        """The engine's own frozen value of the secret, as it was when this version was looked up."""
        return self._state

    @property
    def id(self) -> str:
        return self._version.id

    @property
    def number(self) -> int:
        """1 for the first version ever made of this secret."""
        return self._version.number

    @property
    def value(self) -> str | bytes | MaybeNone:
        """Text, or bytes for a binary value; None while a rotation has only announced this version."""
        version = self._version if self._version.sealed is not None else self._as_it_is_now()
        if version.sealed is None:
            return None
        plain = self._secret.world.service.ports.look(self._state, version.id, version.sealed)
        return plain if version.member == "SecretBinary" else plain.decode(errors=guards.STRING_ERRORS)

    @property
    def json(self) -> Any:
        """The value, parsed; UsageError when it is not JSON."""
        try:
            return _parsed(self.value)
        except (ValueError, RecursionError):
            pass
        raise UsageError(f"the value of version {self.number} of secret {self._secret.name!r} is not JSON")

    def _as_it_is_now(self) -> Version:
        """The same version, which may have been filled meanwhile."""
        secret = self._secret.look()
        if secret is None or secret.arn != self._state.arn:
            return self._version
        return secret.versions.get(self.id, self._version)

    @property
    def labels(self) -> list[str]:
        """The labels on it now; none when the secret was deleted, or made anew."""
        secret = self._secret.look()
        return list(secret.labels_of(self.id)) if secret is not None and secret.arn == self._state.arn else []

    @property
    def created(self) -> datetime:
        """UTC."""
        return _utc(self._version.created)

    @property
    def age(self) -> float:
        """Seconds, on the clock of the `SecretsManager`."""
        return self._secret.world.now() - self._version.created

    def __eq__(self, other: object) -> bool:
        return isinstance(other, VersionView) and (self._state.arn, self.id) == (other._state.arn, other.id)

    def __hash__(self) -> int:
        return hash((self._state.arn, self.id))

    def __repr__(self) -> str:
        return f"<version {self.number} of {self._secret.name!r}, {self.id}>"


def _id_of(secret: Secret, ref: str | int) -> str:
    """The id of a version that is named by label, id or number; empty for a number that none has."""
    if isinstance(ref, str):
        return secret.labels.get(ref, ref)
    versions = list(secret.versions.values())
    if ref < 0:
        return versions[ref].id if -ref <= len(versions) else ""
    return next((version.id for version in versions if version.number == ref), "")


def _parsed(value: str | bytes | None) -> Any:
    return None if value is None else json.loads(value)


def _utc(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


SecretId: TypeAlias = str | SecretView
"""A name, an ARN (full or partial) or a view."""

VersionRef: TypeAlias = str | int | VersionView
"""A version id, a number (1 is the first ever made, -1 the newest), a label, or a view."""
