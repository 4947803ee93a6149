"""The engine's mutable state: all secrets by region, account and name, and the journals that undo changes.

Applying changes takes time in proportion to the changes, and so does rolling them back: a journal keeps only the first
old state of each secret that changed. Each look-up is a dictionary look-up. ARNs need no index, since they contain
region, account and name. The agenda knows the secret that AWS acts on next, without a search.
"""

from collections.abc import Iterator
from heapq import heappop, heappush
from math import inf

from pytest_secretsmanager.engine.call import Changes
from pytest_secretsmanager.engine.on_demand import OnDemand
from pytest_secretsmanager.engine.recent import Recent, Weight
from pytest_secretsmanager.engine.rules import guards
from pytest_secretsmanager.engine.rules.due import acts_at
from pytest_secretsmanager.engine.rules.likeness import most_alike
from pytest_secretsmanager.engine.secret_order import SecretOrder
from pytest_secretsmanager.engine.state import KeyParts, Secret, SecretKey, creation_of

_MANY = 1_000
"""A place with so many secrets gets an order, which it keeps. Fewer are sorted as fast."""


_COMPARED = 10_000
"""So many names are compared with a misspelt one; of more, an order finds those that begin or end like it."""

_ALIKE = 300


class Journal:
    """The former state of each secret that has changed since the journal was opened; None if the secret didn't exist.

    Journals are compared by identity: two open ones may record the same changes.
    """

    __slots__ = ("before",)

    def __init__(self) -> None:
        self.before: dict[SecretKey, Secret | None] = {}


class Agenda:
    """The time of AWS's next action on each secret. `time` is the earliest one, infinity if there is none.

    An outdated entry stays in the heap until it is at the top.
    """

    __slots__ = ("_due", "_heap", "time")

    def __init__(self) -> None:
        self._due: dict[SecretKey, float] = {}
        self._heap: list[tuple[float, SecretKey]] = []
        self.time = inf

    def note(self, key: SecretKey, due: float | None) -> None:
        """Set the time at which a secret is due, epoch seconds; None: never."""
        if due is None:
            self._due.pop(key, None)
        elif self._due.get(key) != due:
            heappush(self._heap, (due, key))  # first: after an interrupt, the change is made again from here
            self._due[key] = due
        while self._heap and self._due.get(self._heap[0][1]) != self._heap[0][0]:
            heappop(self._heap)
        self.time = self._heap[0][0] if self._heap else inf

    def first(self) -> SecretKey:
        """The secret that is due first. Call it only if `time` is finite."""
        return self._heap[0][1]


class Store:
    """All secrets. It has no lock: `Commits` applies changes under its own.

    `vanished` keeps what was deleted last, oldest first: secrets, and secrets with only their deleted versions.
    `scheduled` has the keys of those that are scheduled for deletion: they stay when their recovery window has passed.
    """

    def __init__(self) -> None:
        self.agenda = Agenda()
        self.scheduled: dict[SecretKey, None] = {}
        self._places: dict[tuple[str, str], dict[str, Secret]] = {}
        self._orders: dict[tuple[str, str], SecretOrder] = {}
        self._journals: list[Journal] = []

    @OnDemand
    def vanished(self) -> Recent[Secret]:
        return Recent(_weight_of)

    def get(self, key: KeyParts) -> Secret | None:
        """The secret with that key, or None."""
        place = self._places.get(key[:2])  # not `key.place`, which costs a call: each look-up comes here
        return None if place is None else place.get(key[2])

    def within(self, region: str, account: str) -> Iterator[Secret]:
        """The secrets of one region and account as they came: those that a rollback brings back are last."""
        return iter(self._places.get((region, account), {}).values())

    def oldest_first(self, region: str, account: str) -> Iterator[Secret]:
        """The same in the order of their creation."""
        order = self._orders.get((region, account))
        if order is None:
            return iter(sorted(self.within(region, account), key=creation_of))
        return order.after("created-date", None, descending=False)

    def count(self, region: str, account: str) -> int:
        """The number of secrets of one region and account."""
        return len(self._places.get((region, account), ()))

    def count_gone(self, region: str, account: str, time: float) -> int:
        """The number of them whose deletion has taken effect."""
        scheduled = [self.get(key) for key in self.scheduled if key.place == (region, account)]
        return sum(secret is not None and guards.is_gone(secret, time) for secret in scheduled)

    def order(self, region: str, account: str) -> SecretOrder | None:
        """The order of the secrets of one region and account, None if they are few."""
        return self._orders.get((region, account))

    def places(self) -> list[tuple[str, str]]:
        """The regions and accounts that have secrets."""
        return [where for where, place in self._places.items() if place]

    def names_like(self, name: str, region: str, account: str) -> list[str]:
        """The names of one region and account that are most like this one; all names, if they are few."""
        place, order = self._places.get((region, account), {}), self._orders.get((region, account))
        if order is None:
            return [*place]
        return most_alike(name, place, _ALIKE) if len(place) <= _COMPARED else order.names_like(name)

    def all(self) -> Iterator[Secret]:
        """The secrets of all regions and accounts."""
        for place in self._places.values():
            yield from place.values()

    def apply(self, changes: Changes) -> None:
        """Make the changes of an outcome, and record them in the open journals. An interrupted call can be repeated."""
        if self._journals:
            self._record(changes)
        for key, secret in changes.items():
            where, name = key[:2], key[2]
            place = self._places.get(where)
            if place is None:
                place = self._places[where] = {}
            present = place.get(name)
            # One expression without calls, since every write passes here. It is before the change of the secret: after
            # an interrupt, the change is made again, and `present` is the new state then.
            if (secret is not None and (secret.rotation is not None or secret.deletion is not None)) or (
                present is not None and (present.rotation is not None or present.deletion is not None)
            ):
                self._note_plans(key, secret)
            if self._orders or present is None:
                self._note_in_order(where, present, secret)
            if present is not None:
                if secret is None or secret.arn != present.arn:
                    self.vanished.add(present)
                    del place[name]  # a recreated secret comes last
                else:
                    versions, others = secret.versions, present.versions
                    # A write that deletes versions adds one at most: for most writes, the first comparison suffices.
                    if len(versions) <= len(others) and versions is not others:
                        self._note_missing(present, secret)
            if secret is not None:
                place[name] = secret

    def _note_in_order(self, where: tuple[str, str], before: Secret | None, after: Secret | None) -> None:
        """Note in the order of a place, before the change, that a secret comes, goes or changes."""
        order = self._orders.get(where)
        if order is None:
            if len(self._places[where]) < _MANY:
                return
            order = self._orders[where] = SecretOrder(self._places[where])
        order.change(before, after)

    def _record(self, changes: Changes) -> None:
        for journal in self._journals:
            for key in changes:
                if key not in journal.before:
                    journal.before[key] = self.get(key)

    def _note_plans(self, key: SecretKey, secret: Secret | None) -> None:
        """Note when AWS acts on a secret, and whether its deletion is scheduled."""
        self.agenda.note(key, None if secret is None else acts_at(secret))
        if secret is not None and secret.deletion is not None:
            self.scheduled[key] = None
        else:
            self.scheduled.pop(key, None)

    def _note_missing(self, before: Secret, after: Secret) -> None:
        """Keep the versions that a change deletes, with the time of the change."""
        missing = before.versions.keys() - after.versions.keys()
        if missing:
            gone = {version_id: before.versions[version_id] for version_id in before.versions if version_id in missing}
            self.vanished.add(before._replace(versions=gone, changed=after.changed))

    def open_journal(self, journal: Journal | None = None) -> Journal:
        """Open a journal. Journals are independent: they may overlap, and close in any order."""
        journal = journal or Journal()
        self._journals.append(journal)
        return journal

    def close_journal(self, journal: Journal, *, roll_back: bool = False) -> None:
        """Close a journal, and with `roll_back` restore the former states, which other open journals record.

        Can be repeated: closing a closed journal does nothing.
        """
        if journal in self._journals:
            if roll_back:
                self.apply(journal.before)
            self._journals.remove(journal)


def _weight_of(secret: Secret) -> Weight:
    """The weight of a deleted secret. One without a version counts as one value."""
    sealed = [version.sealed for version in secret.versions.values() if version.sealed is not None]
    return Weight(max(1, len(secret.versions)), sum(len(one.ciphertext) for one in sealed))
