"""The secrets that exist, those that were deleted last, and those that a log has created, by key and by ARN."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import NamedTuple

from pytest_secretsmanager.engine.effects.runs import Run, RunState
from pytest_secretsmanager.engine.layers.audit import Entry
from pytest_secretsmanager.engine.rules import guards
from pytest_secretsmanager.engine.state import Secret, SecretKey, Version
from pytest_secretsmanager.inspection.matching import key_from
from pytest_secretsmanager.inspection.world import World


class PastRun(NamedTuple):
    """A rotation as it was at one moment. `steps` are those that ran, `has_failed` says that the last one failed."""

    token: str
    secret: str
    state: RunState
    steps: tuple[str, ...]
    has_failed: bool
    has_ended: bool
    is_trial: bool


class Moment(NamedTuple):
    """What a manager had of some secrets at one moment. It stays so, whatever the manager does later.

    `asked` has the key of the secret that each entry names by its name or ARN, `created` the ARN of the secret that it
    created, both None if there is none. `states` are the secrets that exist or are scheduled for deletion,
    `vanished` those that were deleted last, `runs` all rotations, and `now` is the time in epoch seconds. `named` are
    the keys of further secrets that the moment is about.
    """

    asked: Sequence[SecretKey | None]
    created: Sequence[str | None]
    states: Mapping[SecretKey, Secret]
    vanished: Sequence[Secret]
    runs: Sequence[PastRun]
    now: float
    named: Collection[SecretKey]


def moment_of(world: World, entries: Sequence[Entry], named: Iterable[SecretKey] = ()) -> Moment:
    """This moment, with the secrets that these entries name or change, and those with the keys in `named`."""
    named = dict.fromkeys(named)
    asked = [_key_asked_by(entry) for entry in entries]
    changed = [key_from(arn, "", "") for entry in entries for arn in entry.placements]
    find = world.service.store.get
    states = {key: state for key in {*named, *asked, *changed} if key is not None and (state := find(key)) is not None}
    created = [_created_arn(entry) for entry in entries]
    return Moment(asked, created, states, world.service.vanished(), [*map(_as_it_is, world.runs)], world.now(), named)


def _as_it_is(run: Run) -> PastRun:
    steps = tuple([step.step for step in run.steps])
    return PastRun(run.token, run.secret, run.state, steps, run.error is not None, run.ended_at is not None, run.test)


def _key_asked_by(entry: Entry) -> SecretKey | None:
    call = entry.call
    asked = call.parameters.get("SecretId", call.parameters.get("Name"))
    return key_from(asked, call.region, call.principal.account) if isinstance(asked, str) else None


def _created_arn(entry: Entry) -> str | None:
    return str(entry.response["ARN"]) if entry.call.operation == "CreateSecret" and entry.response is not None else None


class KnownSecrets:
    """What a moment and a log know of secrets.

    Several secrets may have had one key, one after the other: each has its own ARN.
    """

    def __init__(self, moment: Moment, entries: Sequence[Entry]) -> None:
        self._moment = moment
        self._gone: dict[str, list[Secret]] = {}
        self._births: dict[SecretKey, dict[str, float]] = {}
        """The ARNs of the secrets that had a key, oldest first, each with the time of its creation."""
        self._created_at: dict[str, int] = {}
        self._logged: dict[SecretKey, dict[str, float]] = {}
        self._complete: set[SecretKey] = set()
        for at, (key, arn) in enumerate(zip(moment.asked, moment.created, strict=True)):
            if key is not None and arn is not None:
                self._created_at.setdefault(arn, at)  # a repeated request changes nothing
                self._logged.setdefault(key, {})[arn] = entries[at].time
        for secret in moment.vanished:
            self._gone.setdefault(secret.arn, []).append(secret)
            self._births.setdefault(secret.key, {}).setdefault(secret.arn, secret.created)

    def arn_of(self, entry: Entry, at: int) -> str | None:
        """The ARN of the secret that the call at a position names or creates."""
        key = self._moment.asked[at]
        return self._moment.created[at] or (None if key is None else self._arn_at(key, entry, at))

    def creation(self, arn: str) -> int | None:
        """The position of the call that created a secret; None if none of the entries did."""
        return self._created_at.get(arn)

    def _arn_at(self, key: SecretKey, entry: Entry, at: int) -> str | None:
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
            secret = self._moment.states.get(key)
            if secret is not None:
                births.setdefault(secret.arn, secret.created)
            if self._logged.get(key, births).keys() - births.keys():  # of a secret that is no longer kept
                self._births[key] = dict(sorted({**births, **self._logged[key]}.items(), key=lambda birth: birth[1]))
        return self._births[key]

    def last(self, arn: str) -> Secret | None:
        """The last known state."""
        stored = self._moment.states.get(key_from(arn, "", ""))
        if stored is not None and stored.arn == arn:
            return stored
        gone = self._gone.get(arn)
        return gone[-1] if gone else None

    def existing(self, key: SecretKey) -> Secret | None:
        """The secret under a key; None if none exists, or if its deletion has taken effect."""
        secret = self._moment.states.get(key)
        return None if secret is None or guards.is_gone(secret, self._moment.now) else secret

    def exists(self, last: Secret) -> bool:
        """Whether a secret with this last state exists."""
        secret = self.existing(last.key)
        return secret is not None and secret.arn == last.arn

    def versions(self, arn: str, last: Secret | None) -> Sequence[tuple[Version, float | None]]:
        """The versions of a secret, oldest first, each with the time of its deletion; None if its secret still has it.

        A deleted secret has the versions that it had last.
        """
        if last is not None and arn not in self._gone:
            return [(version, None) for version in sorted(last.versions.values(), key=_number_of)]
        gone = [secret for secret in self._gone.get(arn, ()) if secret is not last]
        found = {version.id: (version, secret.changed) for secret in gone for version in secret.versions.values()}
        kept = {} if last is None else {version.id: (version, None) for version in last.versions.values()}
        return sorted({**found, **kept}.values(), key=lambda one: one[0].number)


_number_of = attrgetter("number")
