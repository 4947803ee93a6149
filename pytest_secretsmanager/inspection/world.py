"""The inside of one manager, as the rooms of this package look at it. Views and assertions read only from here."""

from collections.abc import Callable
from dataclasses import dataclass

from pytest_secretsmanager.engine import arns
from pytest_secretsmanager.engine.effects.runs import Run
from pytest_secretsmanager.engine.errors import SecretNotFound, UsageError
from pytest_secretsmanager.engine.regions import Regions
from pytest_secretsmanager.engine.rules import guards
from pytest_secretsmanager.engine.service import Service
from pytest_secretsmanager.engine.state import Secret, SecretKey
from pytest_secretsmanager.inspection.entries import Entries
from pytest_secretsmanager.inspection.log import Event, Log, entries_of
from pytest_secretsmanager.inspection.missing_secret import missing_secret_text
from pytest_secretsmanager.inspection.views import SecretId, SecretView, frozen_view, key_of, world_of

__tracebackhide__ = True


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """The service with its store and keys, the log, the clock (epoch seconds), and the default region and account.

    `region` is a function, since the default region may change until a test begins.
    """

    service: Service
    log: Log
    now: Callable[[], float]
    region: Callable[[], str]
    account: str

    @property
    def regions(self) -> Regions:
        """The regions of AWS, and those that an option adds."""
        return self.service.ports.regions

    @property
    def entries(self) -> Entries:
        """The entries of the log, those before its last `clear()` included."""
        return entries_of(self.log)

    def events_since(self, position: int) -> list[Event]:
        """The calls and events from a position of the log on, also those before a `clear()`."""
        return list(map(Event, self.entries.since(position)))

    @property
    def runs(self) -> list[Run]:
        """The rotations so far, oldest first."""
        return self.service.effects.rotations.runs

    def find(self, secret_id: SecretId, region: str | None, account: str | None) -> SecretView:
        """The view of a secret by name, ARN or view. Raises SecretNotFound, with the nearest names.

        `region` and `account` win over those of an ARN or a view: so a replica is found by its primary.
        """
        if region is not None:
            self.regions.require(region)
        if isinstance(secret_id, SecretView):
            own = self._require_own(secret_id)
            own_key = key_of(own)
            key = own_key._replace(region=region or own_key.region, account=account or own_key.account)
            return own if key == own_key else self._existing(key.name, key)
        if not isinstance(secret_id, str):
            raise UsageError(f"a secret is named by its name, its ARN or its view, not by {type(secret_id).__name__}")
        parsed = arns.parse(secret_id)
        if parsed is None:
            return self._existing(secret_id, SecretKey(region or self.region(), account or self.account, secret_id))
        key = SecretKey(region or parsed.region, account or parsed.account, parsed.name)
        found = self._existing(secret_id, key)
        if not found.arn.startswith(arns.in_region(secret_id, key.region, key.account)):
            raise self.not_found(secret_id, key)
        return found

    def find_frozen(self, secret_id: SecretId, region: str | None, account: str | None) -> SecretView:
        """As `find`, with the secret's state of now: an assertion looks several times while other threads write."""
        return frozen_view(self.find(secret_id, region, account))

    def _existing(self, secret_id: str, key: SecretKey) -> SecretView:
        if self.state_of(key) is None:
            raise self.not_found(secret_id, key)
        return SecretView(self, key)

    def _require_own(self, view: SecretView) -> SecretView:
        if world_of(view) is not self:
            raise UsageError(f"{view!r} is a view of another SecretsManager")
        return view

    def state_of(self, key: SecretKey) -> Secret | None:
        """The secret under a key; None if none exists, or if its deletion has taken effect."""
        secret = self.service.store.get(key)
        return None if secret is None or guards.is_gone(secret, self.now()) else secret

    def present(self) -> list[Secret]:
        """The secrets of all regions and accounts, those scheduled for deletion included."""
        now = self.now()
        return [secret for secret in self.service.secrets() if not guards.is_gone(secret, now)]

    def all(self) -> list[SecretView]:
        """Views of the secrets of all regions and accounts, with their states of now."""
        return [frozen_view(SecretView(self, secret.key), secret) for secret in self.present()]

    def not_found(self, secret_id: str, key: SecretKey) -> SecretNotFound:
        """The error for a secret that doesn't exist, with the nearest name."""
        return SecretNotFound(missing_secret_text(secret_id, key, self.present()))
