"""The inside of one manager, as the rooms of this package look at it. Views and assertions read only from here."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_secretsmanager.engine.errors import SecretNotFound
from pytest_secretsmanager.engine.regions import Regions
from pytest_secretsmanager.engine.rules import guards
from pytest_secretsmanager.engine.service import Service
from pytest_secretsmanager.engine.state import Secret, SecretKey
from pytest_secretsmanager.inspection.entries import Entries
from pytest_secretsmanager.inspection.log import Event, Log, entries_of
from pytest_secretsmanager.inspection.misspelt import one_edit_away

if TYPE_CHECKING:
    from pytest_secretsmanager.engine.effects.runs import Run

__tracebackhide__ = True


@dataclass(slots=True, eq=False, repr=False)  # not frozen: each manager makes one, and a frozen one costs twice as much
class World:
    """The service with its store and keys, the log, the clock (epoch seconds), and the default region and account.

    `region` is a function, since the default region may change until a test begins. `directory` is the folder where
    relative paths of policies start, None for the working directory. `harmless` are the texts that are no leaks.
    `is_shared` says that several tests share the secrets that are seeded now.
    """

    service: Service
    log: Log
    now: Callable[[], float]
    region: Callable[[], str]
    account: str
    directory: Path | None = None
    harmless: frozenset[bytes] = frozenset()
    is_shared: bool = False

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
    def runs(self) -> "Sequence[Run]":
        """The rotations so far, oldest first."""
        return self.service.runs

    def state_of(self, key: SecretKey) -> Secret | None:
        """The secret under a key; None if none exists, or if its deletion has taken effect."""
        secret = self.service.store.get(key)
        return None if secret is None or guards.is_gone(secret, self.now()) else secret

    def present_within(self, region: str, account: str, most: int | None = None) -> list[Secret]:
        """The oldest secrets of one region and account, the oldest first, also if a deletion is scheduled."""
        now = self.now()
        with self.service.lock:
            living = (one for one in self.service.store.oldest_first(region, account) if not guards.is_gone(one, now))
            return list(islice(living, most))

    def count_within(self, region: str, account: str) -> int:
        """Their number. It does not look at all of them."""
        store, now = self.service.store, self.now()
        with self.service.lock:
            return store.count(region, account) - store.count_gone(region, account, now)

    def places(self) -> list[tuple[str, str]]:
        """The regions and accounts that have secrets, those scheduled for deletion included."""
        with self.service.lock:
            return [place for place in self.service.store.places() if self.count_within(*place)]

    def names_like(self, name: str, region: str, account: str) -> list[str]:
        """The names of one region and account that may be meant by this one; all names, if they are few."""
        store, now = self.service.store, self.now()
        with self.service.lock:
            names = dict.fromkeys([*store.names_like(name, region, account), *one_edit_away(name)])
            found = [store.get(SecretKey(region, account, other)) for other in names]
        return [secret.name for secret in found if secret is not None and not guards.is_gone(secret, now)]

    def not_found(self, secret_id: str, key: SecretKey) -> SecretNotFound:
        """The error for a secret that doesn't exist: it was deleted, or another name is meant."""
        from pytest_secretsmanager.inspection.missing_secret import missing_secret_text, place_text

        with self.service.lock:  # one look, since other threads may go on
            if self._is_deleted(key):
                place = place_text(key.region, key.account)
                return SecretNotFound(f"no secret {secret_id!r} in {place}; it was deleted")
            return SecretNotFound(missing_secret_text(secret_id, key, self))

    def _is_deleted(self, key: SecretKey) -> bool:
        if self.state_of(key) is not None:
            return False
        is_gone = self.service.store.get(key) is not None  # its recovery window has passed
        return is_gone or any(secret.key == key for secret in self.service.vanished())
