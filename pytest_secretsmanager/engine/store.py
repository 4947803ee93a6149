"""The only mutable thing of the engine: all secrets by region, account and name, and the journal that undoes changes.

Applying changes costs time in proportion to the changes, and so does rolling them back: a journal keeps the first old
value of each key that was touched since it was opened. Look-ups are dictionary look-ups. An ARN needs no index of its
own, since it contains region, account and name. The agenda knows which secret AWS rotates next, without a search.
"""

from collections.abc import Iterator
from heapq import heappop, heappush
from math import inf

from pytest_secretsmanager.engine.call import Changes
from pytest_secretsmanager.engine.changed import changed
from pytest_secretsmanager.engine.recent import Recent, Weight
from pytest_secretsmanager.engine.rules.rotation import due_at
from pytest_secretsmanager.engine.state import Secret, SecretKey


class Journal:
    """What the keys touched since it was opened held before; None for a key that held nothing."""

    __slots__ = ("before",)

    def __init__(self) -> None:
        self.before: dict[SecretKey, Secret | None] = {}


class Agenda:
    """When each secret is to be rotated next. `time` is the earliest moment, infinity when there is none.

    Entries that a later change has overtaken stay in the heap until they come to its top.
    """

    __slots__ = ("_due", "_heap", "time")

    def __init__(self) -> None:
        self._due: dict[SecretKey, float] = {}
        self._heap: list[tuple[float, SecretKey]] = []
        self.time = inf

    def note(self, key: SecretKey, due: float | None) -> None:
        """A secret is due at that time (epoch seconds), or not at all."""
        if due is None:
            self._due.pop(key, None)
        elif self._due.get(key) != due:
            self._due[key] = due
            heappush(self._heap, (due, key))
        while self._heap and self._due.get(self._heap[0][1]) != self._heap[0][0]:
            heappop(self._heap)
        self.time = self._heap[0][0] if self._heap else inf

    def first(self) -> SecretKey:
        """The secret that is due first; only to be asked for when there is one."""
        return self._heap[0][1]


class Store:
    """All secrets. Not safe for threads by itself: the service applies changes under its lock.

    `vanished` keeps what changes took away last, oldest first: secrets, and secrets with only the versions that went.
    """

    def __init__(self) -> None:
        self.agenda = Agenda()
        self.vanished: Recent[Secret] = Recent(_weight_of)
        self._places: dict[tuple[str, str], dict[str, Secret]] = {}
        self._journals: list[Journal] = []

    def get(self, key: SecretKey) -> Secret | None:
        """The secret under a key, None when there is none."""
        region, account, name = key  # not `key.place`, which costs a call: each look-up comes here
        place = self._places.get((region, account))
        return None if place is None else place.get(name)

    def within(self, region: str, account: str) -> Iterator[Secret]:
        """The secrets of one region and account, in the order in which they were created."""
        return iter(self._places.get((region, account), {}).values())

    def all(self) -> Iterator[Secret]:
        """The secrets of all regions and accounts."""
        for place in self._places.values():
            yield from place.values()

    def apply(self, changes: Changes) -> None:
        """Makes the changes that an operation asked for."""
        for journal in self._journals:
            for key in changes:
                if key not in journal.before:
                    journal.before[key] = self.get(key)
        for key, secret in changes.items():
            region, account, name = key
            place = self._places.setdefault((region, account), {})
            present = place.get(name)
            if present is not None:
                if secret is None or secret.arn != present.arn:
                    self.vanished.add(present)
                    del place[name]  # so that a secret made anew takes its place behind the others
                # A write that takes versions away adds one at most, so most writes end at the first comparison.
                elif len(secret.versions) <= len(present.versions) and secret.versions is not present.versions:
                    self._note_missing(present, secret)
            if secret is not None:
                place[name] = secret
            # Written out, since every write passes here.
            if (secret is not None and secret.rotation is not None) or (
                present is not None and present.rotation is not None
            ):
                self.agenda.note(key, None if secret is None else due_at(secret))

    def _note_missing(self, before: Secret, after: Secret) -> None:
        """Keeps the versions that a change takes from a secret."""
        missing = before.versions.keys() - after.versions.keys()
        if missing:
            gone = {version_id: before.versions[version_id] for version_id in before.versions if version_id in missing}
            self.vanished.add(changed(before, versions=gone))

    def open_journal(self, journal: Journal | None = None) -> Journal:
        """Starts a journal. Journals are independent of each other: they may overlap and end in any order."""
        journal = journal or Journal()
        self._journals.append(journal)
        return journal

    def close_journal(self, journal: Journal, *, roll_back: bool = False) -> None:
        """Ends a journal, and puts back what it saw change if asked to; to journals still open that is a change.

        One that has ended already stays so: an end that was interrupted can be repeated.
        """
        if journal in self._journals:
            if roll_back:
                self.apply(journal.before)
            self._journals.remove(journal)


def _weight_of(secret: Secret) -> Weight:
    """How much a secret keeps; one without a value counts as one, for its name."""
    sealed = [version.sealed for version in secret.versions.values() if version.sealed is not None]
    return Weight(max(1, len(secret.versions)), sum(len(one.ciphertext) for one in sealed))
